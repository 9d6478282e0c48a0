"""The tasks and the layer widths: loopc's trainers beside the peers."""

import functools
import os
import statistics
import subprocess

import build
import tasks
from measure import Peer, alternate, environment, rate_of, row

TASKS = ("T1", "T2", "T3", "T4", "T5")
WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024, 2048)
# libxsmm is for small matrices: its kernels do not block for the caches, and beyond this it is not a fair peer.
XSMM_WIDEST = 1024


@functools.cache
def has_threads(program):
    """Whether this trainer has the flag --threads."""
    help_text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    return "--threads" in help_text


def guess(task, overhead):
    """Steps a second of a program that takes so many seconds besides arithmetic."""
    return 1 / (overhead + task.work() / 3e10)


def command(before, after, steps):
    return before + [str(steps)] + after


def loopc_peer(task, program, data, threads):
    """None when the trainer cannot use so many threads."""
    flags = ["--threads", str(threads)] if has_threads(program) else []
    if threads > 1 and not flags:
        return None
    before = [program, "--data", ",".join(data), "--progress", "never", *flags, "--batches"]
    return Peer("loopc", [functools.partial(command, before, [])], environment(threads), guess(task, 1e-6))


def library_peer(task, library, data, threads):
    """Both layouts of the weights, and with several threads elementwise work on one of them or on all."""
    variants = []
    for by_input in (False, True):
        for parallel in (False, True)[:threads]:
            program = build.library_peer(task, library, by_input, parallel)
            variants.append(functools.partial(command, [program, *data], [str(threads)]))
    return Peer(library, variants, environment(threads), guess(task, 1e-6))


def pytorch_peer(task, data, threads):
    """Adam a parameter at a time, or all at once."""
    before = ["/usr/bin/python3", os.path.join(build.PEERS, "pytorch.py"), *data]
    words = [str(threads), ",".join(map(str, task.layers)), task.activation, task.output, task.loss, task.optimizer,
             str(task.batch), str(task.eta)]
    kinds = ("each", "foreach") if task.optimizer == "adam" else ("foreach",)
    variants = [functools.partial(command, before, words + [kind]) for kind in kinds]
    return Peer("pytorch", variants, environment(threads, malloc=True), guess(task, 1e-4))


def fann_peer(task, data):
    before = [build.fann_peer(task), *data]
    return Peer("fann", [functools.partial(command, before, ["1"])], environment(1), guess(task, 1e-5))


def libraries(task):
    widest = max(task.layers)
    return [name for name in build.LIBRARIES if name != "xsmm" or widest <= XSMM_WIDEST]


def peers_of(task, program, data, threads):
    peers = [loopc_peer(task, program, data, threads), *(library_peer(task, name, data, threads) for name in libraries(task)),
             pytorch_peer(task, data, threads)]
    if task.name in ("T1", "T2") and threads == 1:
        peers.append(fann_peer(task, data))
    return [peer for peer in peers if peer]


def peak_of(threads):
    program = build.c_program("limits", "limits.c", ["-fopenmp"])
    return rate_of([program, "fma", str(threads)], environment(threads))


def measure(task, program, threads, repeats, seconds):
    """The rows of a task: steps a second. The peak is measured between the repeats, too, so that it slows down with them."""
    data = tasks.data_files(task, build.OUT)
    peers = peers_of(task, program, data, threads)
    peaks = []
    alternate(peers, repeats, seconds, lambda: peaks.append(peak_of(threads)))
    peak = statistics.median(peaks) * 1e9
    return [row(task.name, threads, peer.name, "steps/s", peer.rates, statistics.median(peer.rates) * task.work() / peak)
            for peer in peers]


def build_all(list_of_tasks, threads):
    jobs = [functools.partial(build.library_peer, task, library, by_input, parallel) for task in list_of_tasks
            for library in libraries(task) for by_input in (False, True) for parallel in (False, True)[:threads]]
    build.in_parallel(jobs)


def task_rows(repeats, seconds):
    all_tasks = [tasks.read_task(f"{build.HERE}/{name}.lua") for name in TASKS]
    build_all(all_tasks, 2)
    for task in all_tasks:
        program = build.trainer(f"{build.HERE}/{task.name}.lua", task.name)
        for threads in (1, 2):
            yield from measure(task, program, threads, repeats, seconds)


def width_task(width):
    """Three square layers, so that the width is all that changes."""
    return tasks.Task(f"width{width}", [width] * 4, "relu", "identity", "squared_error", "sgd", 64, 1024, 0.001)


def width_rows(repeats, seconds, widths=WIDTHS):
    all_tasks = [width_task(width) for width in widths]
    build_all(all_tasks, 1)
    for task in all_tasks:
        program = build.generated(task.name, task.spec(), "task.lua")
        yield from measure(task, program, 1, repeats, seconds)


def limit_rows(repeats):
    program = build.c_program("limits", "limits.c", ["-fopenmp"])
    for threads in (1, 2):
        for what, unit in (("fma", "GFLOP/s"), ("memory", "GB/s")):
            rates = [rate_of([program, what, str(threads)], environment(threads)) for _ in range(repeats)]
            yield row("limits", threads, what, unit, rates)

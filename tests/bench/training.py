"""The tasks and the layer widths: loopc's trainers beside the peers."""

import functools
import os
import statistics
import subprocess

import build
import tasks
from measure import LEAST_ROUNDS, Peer, compare, environment, row

TASKS = ("T1", "T2", "T3", "T4", "T5")
WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024, 2048)
# libxsmm is for small matrices: its kernels do not block for the caches, and beyond this it is no peer.
XSMM_WIDEST = 1024
ONE_THREAD = "one thread" # loopc on one thread, beside itself on two


@functools.cache
def has_threads(program):
    """Whether this trainer has the flag --threads."""
    help_text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    return "--threads" in help_text


def loopc_peers(program, data, threads):
    """Beside two threads also one; none when the trainer cannot use so many threads."""
    if threads > 1 and not has_threads(program):
        return []
    command = [program, "--data", ",".join(data), "--progress", "never"]
    if threads == 1:
        return [Peer("loopc", [command], environment(1))]
    return [Peer("loopc", [[*command, "--threads", str(threads)]], environment(threads)), Peer(ONE_THREAD, [command], environment(1))]


def library_peer(task, library, data, threads):
    """Both layouts of the weights, and with several threads elementwise work on one of them or on all."""
    variants = []
    for by_input in (False, True):
        for parallel in (False, True)[:threads]:
            program = build.library_peer(task, library, by_input, parallel)
            variants.append([program, *data, str(threads)])
    return Peer(library, variants, environment(threads))


def pytorch_peer(task, data, threads):
    """Adam a parameter at a time, or all at once."""
    words = [str(threads), ",".join(map(str, task.layers)), task.activation, task.output, task.loss, task.optimizer,
             str(task.batch), str(task.eta)]
    kinds = ("each", "foreach") if task.optimizer == "adam" else ("foreach",)
    before = ["/usr/bin/python3", os.path.join(build.PEERS, "pytorch.py"), *data]
    return Peer("pytorch", [before + words + [kind] for kind in kinds], environment(threads, malloc=True))


def fann_peer(task, data):
    return Peer("fann", [[build.fann_peer(task), *data, "1"]], environment(1))


def libraries(task):
    widest = max(task.layers)
    return [name for name in build.LIBRARIES if name != "xsmm" or widest <= XSMM_WIDEST]


def peers_of(task, program, data, threads):
    own = loopc_peers(program, data, threads)
    if not own:
        return []
    peers = [*own, *(library_peer(task, name, data, threads) for name in libraries(task)), pytorch_peer(task, data, threads)]
    if task.name in ("T1", "T2") and threads == 1:
        peers.append(fann_peer(task, data))
    return peers


def limit_peer(what, threads):
    """The machine's own limit; its units are billions of operations or bytes."""
    program = build.c_program("limits", "limits.c", ["-fopenmp"])
    return Peer(what, [[program, what, str(threads)]], environment(threads))


def rows_of(task, threads, rounds, memory):
    """A row a peer, its ratio to loopc paired within each round; then memory."""
    kept, peak = rounds.kept(), statistics.median(rounds.peaks) * 1e9
    for peer in memory:
        rates = [rates[peer] for rates in kept]
        against = None if peer == "loopc" else [rates["loopc"] / rates[peer] for rates in kept]
        yield row(task.name, threads, peer, "steps/s", rates, statistics.median(rates) * task.work() / peak, against,
                  (len(kept), len(rounds.rates)))
    for peer, most in memory.items():
        yield row(task.name, threads, peer, "MiB", [most])


def measure(task, program, threads, seconds, least):
    peers = peers_of(task, program, tasks.data_files(task, build.OUT), threads)
    if not peers:
        return
    rounds, memory = compare(peers, limit_peer("fma", threads), seconds, least)
    yield from rows_of(task, threads, rounds, memory)
    for peer in peers:
        yield row(task.name, threads, peer.name, "s to first", [peer.first])


def build_all(list_of_tasks, threads):
    jobs = [functools.partial(build.library_peer, task, library, by_input, parallel) for task in list_of_tasks
            for library in libraries(task) for by_input in (False, True) for parallel in (False, True)[:threads]]
    build.in_parallel(jobs)


def task_rows(seconds, least=LEAST_ROUNDS):
    all_tasks = [tasks.read_task(f"{build.HERE}/{name}.lua") for name in TASKS]
    build_all(all_tasks, 2)
    for task in all_tasks:
        program = build.trainer(f"{build.HERE}/{task.name}.lua", task.name)
        for threads in (1, 2):
            yield from measure(task, program, threads, seconds, least)


def width_task(width):
    """Three square layers, so that the width is all that changes."""
    return tasks.Task(f"width{width}", [width] * 4, "relu", "identity", "squared_error", "sgd", 64, 1024, 0.001)


def width_rows(seconds, least=LEAST_ROUNDS, widths=WIDTHS):
    all_tasks = [width_task(width) for width in widths]
    build_all(all_tasks, 1)
    for task in all_tasks:
        program = build.generated(task.name, task.spec(), "task.lua")
        yield from measure(task, program, 1, seconds, least)


def limit_rows(least=LEAST_ROUNDS):
    for threads in (1, 2):
        for what, unit in (("fma", "GFLOP/s"), ("memory", "GB/s")):
            rounds, _ = compare([], limit_peer(what, threads), 0, least)
            yield row("limits", threads, what, unit, rounds.peaks)

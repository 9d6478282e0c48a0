"""Builds the programs of the benchmark, into build/bench, when they are older than their sources."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(ROOT, "build")))
OUT = os.path.join(BUILD, "bench")
LOOPC = os.path.join(BUILD, "loopc")
PEERS = os.path.join(HERE, "peers")

# The peers get their fastest flags; loopc's programs are built as loopc builds them.
FAST = ["gcc", "-std=gnu11", "-O3", "-march=native", "-ffast-math", "-Wall", "-Wextra", "-Wno-unknown-pragmas"]
# Debian has OpenBLAS with OpenMP beside the one with threads of its own: one pool of threads for it and for our loops.
OPENBLAS = "x86_64-linux-gnu/openblas-openmp"
LIBRARIES = {
    "openblas": [f"-I/usr/include/{OPENBLAS}", f"-L/usr/lib/{OPENBLAS}", f"-Wl,-rpath,/usr/lib/{OPENBLAS}", "-lopenblas"],
    "onednn": ["-ldnnl"],
    "xsmm": ["-lxsmm", "-lxsmmnoblas", "-ldl", "-lpthread", "-lrt"],
}


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"bench: {' '.join(command)}\n{done.stderr}")


def make(program, sources, command):
    """Runs the command when the program is missing or older than one of the sources."""
    newest = max(os.path.getmtime(source) for source in sources)
    if not os.path.exists(program) or os.path.getmtime(program) < newest:
        run(command)
    return program


def peer_sources(*names):
    return [os.path.join(PEERS, name) for name in names]


def library_peer(task, library, by_input, parallel):
    """A training step over a library: weights by input or by output; elementwise work on all threads or on one."""
    program = f"{OUT}/{task.name}-{library}{'-by_input' if by_input else ''}{'-parallel' if parallel else ''}"
    sources = peer_sources("net.c", "data.c", f"gemm_{library}.c")
    flags = (["-DWEIGHTS_BY_INPUT"] if by_input else []) + (["-fopenmp"] if parallel else [])
    headers = peer_sources("data.h", "gemm.h", "task.h")
    return make(program, sources + headers, FAST + task.defines() + flags + sources + ["-o", program] + LIBRARIES[library] + ["-lm"])


def residual_peer(library, by_input):
    """T6 over a library."""
    program = f"{OUT}/T6-{library}{'-by_input' if by_input else ''}"
    sources, flags = peer_sources("residual.c", f"gemm_{library}.c"), ["-DWEIGHTS_BY_INPUT"] if by_input else []
    return make(program, sources + peer_sources("gemm.h"), FAST + flags + sources + ["-o", program] + LIBRARIES[library] + ["-lm"])


def fann_peer(task):
    program, sources = f"{OUT}/{task.name}-fann", peer_sources("fann.c", "data.c")
    return make(program, sources + peer_sources("data.h", "task.h"), FAST + task.defines() + sources + ["-o", program, "-lfloatfann", "-lm"])


def c_program(name, source, flags):
    program, source = f"{OUT}/{name}", os.path.join(HERE, source)
    return make(program, [source], FAST + flags + [source, "-o", program])


def trainer(spec, name):
    """A spec's trainer, as `loopc build` makes it."""
    program = f"{OUT}/{name}"
    run([LOOPC, "build", spec, "-o", program])
    return program


def generated(name, text, module):
    """A spec that the bench writes: the module that it requires is beside it."""
    with open(os.path.join(HERE, module), encoding="utf-8") as source:
        keep(f"{OUT}/{os.path.basename(module)}", source.read())
    keep(f"{OUT}/{name}.lua", text)
    return trainer(f"{OUT}/{name}.lua", name)


def keep(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def in_parallel(jobs):
    """Does jobs, functions without arguments, two at a time; their results."""
    with ThreadPoolExecutor(2) as pool:
        return [done.result() for done in [pool.submit(job) for job in jobs]]

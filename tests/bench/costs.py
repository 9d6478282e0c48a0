"""What a spec costs before it trains: processor time to build it, instructions of a step."""

import os
import re
import resource
import shutil
import subprocess

import build
import tasks
from measure import environment, row
from training import TASKS

SPECS = ("08_xor", "09_digits", "10_spirals", "04_train_valid")
# Steps under callgrind: twice these less these is what so many take.
COUNTED = {"T1": 2000, "T2": 200, "T3": 20, "T4": 4, "T5": 1}


def children_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime


def build_seconds(spec):
    """Processor seconds in user mode of all that `loopc build` starts, with an empty cache."""
    cache = f"{build.OUT}/cache"
    shutil.rmtree(cache, ignore_errors=True)
    before = children_seconds()
    subprocess.run([build.LOOPC, "build", spec, "-o", f"{build.OUT}/built"], check=True, capture_output=True,
                   env={**os.environ, "XDG_CACHE_HOME": cache})
    return children_seconds() - before


def build_rows(repeats):
    specs = {name: f"{build.HERE}/{name}.lua" for name in TASKS} | {name: f"{build.ROOT}/specs/{name}.lua" for name in SPECS}
    for name, spec in specs.items():
        yield row(name, 1, "loopc", "s to build", [build_seconds(spec) for _ in range(repeats)])


def instructions(program, data, steps):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, "--data", ",".join(data),
               "--progress", "never", "--batches", str(steps)]
    done = subprocess.run(command, env={**environment(1), "LOOPC_CPU": "v3"}, capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def instruction_rows():
    """Instructions of a step, with AVX2: exact, also on a busy machine."""
    for name in TASKS:
        task, program, steps = tasks.read_task(f"{build.HERE}/{name}.lua"), f"{build.OUT}/{name}-portable", COUNTED[name]
        build.run([build.LOOPC, "build", "--portable", f"{build.HERE}/{name}.lua", "-o", program])
        data = tasks.data_files(task, build.OUT)
        count = instructions(program, data, 2 * steps) - instructions(program, data, steps)
        yield row(name, 1, "loopc", "instructions", [count / steps])


def cost_rows(repeats):
    yield from build_rows(repeats)
    yield from instruction_rows()

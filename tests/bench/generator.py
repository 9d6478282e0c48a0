"""The generator's time and memory, and the cost of dispatch in its programs."""

import re
import subprocess
import time

import build
from measure import environment, rate_of, row

STEPS = (100, 1000, 10000, 100000)
HOOKS = (0, 1, 4, 16, 64)

# A hundred nodes, inserted as often as it takes.
LARGE = """local nodes = {}
for i = 1, %d // 100 do nodes["on_a" .. i] = node(i) end
local Outer = loop "Outer" (nodes)
local sites, steps = {}, {}
for i = 1, %d // 100 do sites[i] = Outer["on_a" .. i] end
for i = 1, 100 do steps["on_b" .. i] = node(i, "$x += " .. i .. ";") end
steps.call_on = sites
return trainer "large" { Outer, loop "Inner" (steps), state = { x = i64(0) } }
"""

# Forty loops, each inserted twice into the one before: refused by counting.
EXPLODING = """local loops = {}
for i = 1, 40 do
    loops[i] = loop("L" .. i) { call_on = i > 1 and { loops[i - 1].on_a, loops[i - 1].on_b } or nil,
        on_a = node(1, "$x++;"), on_b = node(2, "$x++;") }
end
loops.state = { x = i64(0) }
return trainer "exploding" (loops)
"""


def timed(command, code):
    """Seconds of wall time, and MiB at most resident."""
    start = time.monotonic()
    done = subprocess.run(["/usr/bin/time", "-f", "%M kB", *command], capture_output=True, text=True, check=False)
    taken = time.monotonic() - start
    memory = re.search(r"^(\d+) kB$", done.stderr, re.M)
    if done.returncode != code or not memory:
        raise SystemExit(f"bench: {' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return taken, int(memory.group(1)) / 1024


def generator_rows(repeats, most_steps):
    spec, exploding = f"{build.OUT}/large.lua", f"{build.OUT}/exploding.lua"
    for steps in [steps for steps in STEPS if steps <= most_steps]:
        build.keep(spec, LARGE % (steps, steps))
        command = [build.LOOPC, "gen", spec, "--no-format", f"--max-steps={2 * steps}", "-o", f"{build.OUT}/large.c"]
        both = [timed(command, 0) for _ in range(repeats)]
        yield row(f"gen {steps} steps", 1, "loopc", "s", [taken for taken, _ in both])
        yield row(f"gen {steps} steps", 1, "loopc", "MiB", [memory for _, memory in both])
    build.keep(exploding, EXPLODING)
    rates = [timed([build.LOOPC, "check", exploding], 2)[0] for _ in range(repeats)]
    yield row("refuse 2^40 steps", 1, "loopc", "s", rates)


def hook_rows(repeats, times):
    """Nanoseconds an event takes with that many listeners: flattened, and through a table of function pointers."""
    for hooks in HOOKS:
        flat = build.generated(f"hooks{hooks}", f'return require "flat" ({hooks})\n', "hooks/flat.lua")
        table = build.c_program(f"table{hooks}", "hooks/table.c", [f"-DHOOKS={hooks}"])
        flat_rates, table_rates = [], []
        for _ in range(repeats):
            flat_rates.append(rate_of([flat, "--times", str(times)], environment(1)))
            table_rates.append(rate_of([table, str(times)], environment(1)))
        yield row(f"{hooks} hooks", 1, "loopc", "ns", flat_rates)
        yield row(f"{hooks} hooks", 1, "table", "ns", table_rates)

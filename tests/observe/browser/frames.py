"""Frames a second of the page with four trainers of twelve series and a million points together, all of them redrawn at each frame; and
of an empty page. By hand, with LOOPC and XOR set as for test_observe.sh: no test, because the machine decides."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser, Observe  # noqa: E402

TRAINERS, SERIES, POINTS = 4, 12, 1000000 // 48
DRAWS = "return [...allCharts].reduce((sum, chart) => sum + chart.draws, 0)"


def write_log(name, seed):
    with open(name, "w") as file:
        for i in range(1, POINTS + 1):
            values = ", ".join(f'"series {k}": [{i}, {(seed + k) / i + (i * 7919 % 1000) / 1e4:.6g}]' for k in range(SERIES))
            file.write(f"{{{values}}}\n")


def frames(browser, script=""):
    return browser.run_async(f"""const done = arguments[0]; let count = 0; const start = performance.now();
        const frame = () => {{ count++; {script}
            if (performance.now() - start > 5000) done(count / 5); else requestAnimationFrame(frame); }}; frame();""")


def main():
    logs = [os.path.join(os.environ["TMPDIR"], f"frames-{k}.log") for k in range(TRAINERS)]
    arguments = []
    for k, name in enumerate(logs):
        write_log(name, k)
        arguments += ["--log", name]
    with Observe(*arguments) as o, Browser() as b:
        empty = frames(b)
        b.open(o.address)
        b.wait(lambda: b.run("return trainers.length === 4 && trainers.every((one) => one.charts.size === 12)"))
        b.wait(lambda: b.run("return allCharts.size === 60 && !together.left && trainers.every((one) => !one.dirty.size)"))
        still = frames(b)
        one = frames(b, "trainers[0].dirty.add('series 0'); trainers[0].draw();")
        before = b.run(DRAWS)
        every = frames(b, "for (const one of trainers) { for (const name of one.charts.keys()) one.dirty.add(name); } drawSoon();")
        draws = (b.run(DRAWS) - before) / 5
        drawn = b.run("return [...allCharts].filter((chart) => chart.seen).length")
        points = b.run("return trainers.reduce((sum, one) => sum + [...one.series.values()].reduce((all, list) => all + list.length, 0), 0)")
        memory = b.run("return performance.memory.usedJSHeapSize") / 1e6
        print(f"frames a second: empty page {empty:.0f}, at rest {still:.0f}, one chart redrawn {one:.0f}, all 48 always to be redrawn ({drawn} of 60 in the window) {every:.1f}, "
              f"{draws:.0f} charts drawn a second; "
              f"{points} points of {TRAINERS * SERIES * POINTS} kept, {memory:.0f} MB")


if __name__ == "__main__":
    main()

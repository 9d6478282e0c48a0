"""The charts of the page, from logs: many points, many charts, layers. As page.py."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "control"))
from browser import Browser, Observe, events_of  # noqa: E402


def test_a_million_points_are_thinned_for_display():
    name = os.path.join(os.environ["TMPDIR"], "million.log")
    with open(name, "w") as file:
        file.write('{"eta": [0, 0.1], "loss": [0, -1]}\n')
        file.writelines(f'{{"loss": [{i}, {1000 if i == 654321 else 1 / i:.9g}]}}\n' for i in range(1, 1000001))
    with Observe("--log", name) as o, Browser() as b:
        update, size = events_of(o.address)
        points = update[0]["topics"]["loss"]["points"]
        assert len(points) <= 8000 and size < 500000, (len(points), size)
        assert points[-1][0] == 1000000 and max(point[1] for point in points) == 1000
        b.open(o.address)
        b.sees(".batch", lambda text: text == "1000000")
        b.wait(lambda: b.run("return document.querySelectorAll('.chart[data-series=loss] canvas').length") > 0)


def test_statistics_of_layers_share_a_chart():
    """What loopc.train's statistics report: a chart each, with a line for each layer."""
    name = os.path.join(os.environ["TMPDIR"], "layers.log")
    with open(name, "w") as file:
        for i in range(1, 6):
            file.write(json.dumps({f"look.{kind}_{k}": [i, i + k] for kind in ("mean", "zeros") for k in range(11)} | {"top_1": [i, 1]}) + "\n")
    with Observe("--log", name) as o, Browser() as b:
        b.open(o.address)
        b.becomes("[...trainers[0].charts.keys()].sort().join()", "look.mean,look.zeros,top_1")
        chart = "trainers[0].charts.get('look.mean')"
        b.becomes(f"{chart}.chart.getLabels().join()", ",".join(["batch"] + [f"layer {k}" for k in range(11)]))
        b.becomes(f"{chart}.rows.at(-1).join()", ",".join(str(value) for value in [5, *range(5, 16)]))
        assert not b.complaints(), b.complaints()


def test_training_and_validation_share_a_chart():
    name = os.path.join(os.environ["TMPDIR"], "both.log")
    with open(name, "w") as file:
        file.write('{"eta": [0, 0.1], "loss": [0, -1]}\n')
        for i in range(1, 6):
            file.write(json.dumps({"loss": [i, 1 / i], "other_loss": [i, 2 / i], "Train.hits": [i, i], "value": [i, 1]}) + "\n")
        file.write('{"Valid.hits": [5, 4], "my_value": [5, 1]}\n')
    with Observe("--log", name) as o, Browser() as b:
        b.open(o.address)
        b.becomes("[...document.querySelectorAll('.chart[data-series]')].map((one) => one.dataset.series).join()",
                  "loss,hits,value,my_value,eta")  # the loss first, settings last
        b.becomes("trainers[0].charts.get('loss').chart.getLabels().join()", "batch,loss,other_loss")
        b.becomes("trainers[0].charts.get('loss').rows.at(-1).join()", "5,0.2,0.4")
        b.becomes("trainers[0].charts.get('hits').chart.getLabels().join()", "batch,Train.hits,Valid.hits")
        b.becomes("trainers[0].charts.get('hits').rows.map((row) => row[2]).join()", ",,,,4")
        # Cards fill their grid. The rows of cards, the first and the last chart; how many columns, and how large the cards are.
        for rows, charts, wide, columns, items in (
                ([2, 2, 1, 1], (2, 3), 1875, 4, [[1, 2], [1, 2], [2, 1], [2, 1]]),
                ([2, 2, 1, 1], (2, 3), 1250, 3, [[1, 2], [1, 2], [1, 1], [1, 1]]),
                ([2, 2, 1, 1], (2, 3), 360, 1, [[1, 1]] * 4),
                ([1] * 12, (0, 11), 1250, 4, [[1, 1]] * 12),
                ([2], (-1, -1), 360, 1, [[1, 1]])):
            found = b.run(f"return arrangement({rows}, {charts[0]}, {charts[1]}, {{ width: {wide}, height: 600 }})")
            assert (found["columns"], found["items"]) == (columns, items), (rows, wide, found)
        assert not b.complaints(), b.complaints()


def test_charts_take_turns():
    """Four trainers of twelve series, always to be drawn: each frame draws a few, and all have their turn."""
    logs = [os.path.join(os.environ["TMPDIR"], f"turns-{k}.log") for k in range(4)]
    for name in logs:
        with open(name, "w") as file:
            file.writelines(json.dumps({f"series {k}": [i, k + i] for k in range(12)}) + "\n" for i in range(1, 30))
    with Observe(*[word for name in logs for word in ("--log", name)]) as o, Browser() as b:
        b.open(o.address)
        b.becomes("allCharts.size === 60 && !together.left && trainers.every((one) => !one.dirty.size)", True)
        draws = "window.watched.map((chart) => chart.draws)"
        b.run("window.watched = [...trainers, together].flatMap((one) => [...one.charts.values()].slice(0, 4)).filter((chart) => chart.seen); "
              f"window.before = {draws}; window.always = setInterval(() => {{ for (const one of trainers) "
              "for (const name of one.charts.keys()) one.dirty.add(name); together.changed = true; drawSoon(); }, 1)")
        b.becomes(f"{draws}.every((count, k) => count > before[k])", True)
        b.run("clearInterval(always)")
        # What comes late is followed by frames without charts: 50 of 60 a second are in time.
        pauses = b.run("return [10, 2 * FRAME_MS, 1000].map(pauseAfter)")
        assert pauses[0] == 0 and abs(pauses[1] - 100) < 1 and pauses[2] == 150, pauses
        assert b.run("return [budgetAfter(8, 10), budgetAfter(8, 100), budgetAfter(1, 100), budgetAfter(2, 5)]") == [8, 4, 1, 4]
        # Only the lower canvas is there until somebody points at a chart.
        canvases = "return [...document.querySelector('.chart').querySelectorAll('canvas')].map((one) => getComputedStyle(one).display)"
        assert b.run(canvases)[1] == "none"
        b.point(".chart")
        b.wait(lambda: "none" not in b.run(canvases))


def test_cards_are_found_and_pinned_in_either_colour():
    name = os.path.join(os.environ["TMPDIR"], "cards.log")
    with open(name, "w") as file:
        file.writelines(json.dumps({f"{part} {k}": [i, i] for part in ("error", "size") for k in range(3)}) + "\n" for i in range(1, 4))
    shown = "[...document.querySelectorAll('.charts .card')].filter((one) => one.offsetParent)" \
            ".sort((a, b) => a.offsetTop - b.offsetTop || a.offsetLeft - b.offsetLeft).map((one) => one.dataset.card).join()"
    with Observe("--log", name) as o, Browser() as b:
        b.open(o.address)
        b.becomes("document.querySelectorAll('.charts .card').length", 6)
        b.run("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }))")
        assert b.run("return document.activeElement.className") == "find"
        b.type(".find", "SIZE 1")
        b.becomes(shown, "size 1")
        b.type(".find", "size")
        b.becomes(shown, "size 0,size 1,size 2")
        b.sees(".found", lambda text: text == "3 of 6 cards")
        b.run("document.querySelector('.card[data-card=\"size 2\"] .pin').focus()")  # also without a mouse
        b.run("document.activeElement.click()")
        b.becomes(shown, "size 2,size 0,size 1")
        b.type(".find", "error 2")
        b.becomes(shown, "size 2,error 2")
        paper = "return getComputedStyle(document.body).backgroundColor"
        system = b.run(paper)
        b.click(".theme")
        assert b.run(paper) != system
        chosen = b.run("return document.documentElement.dataset.theme")
        link = b.run("return location.href")
        assert link.endswith(f"find=error+2&pins=size+2&theme={chosen}"), link
        b.open("about:blank")
        b.open(link)
        b.becomes(shown, "size 2,error 2")
        assert b.run(paper) != system and b.run("return document.querySelector('.find').value") == "error 2"
        assert b.run("return document.querySelector('.pin[aria-pressed=true]').getAttribute('aria-label')") == "pin size 2"
        b.click(".theme")  # back to what the system has: no choice
        b.becomes("location.hash.includes('theme')", False)
        b.open("about:blank")  # links that somebody has changed
        b.open(f"{o.address}#smooth=1e99&zoom=9,x&open=7.none&theme=purple&pins=,,&find=%FF")
        b.becomes("allCharts.size", 6)
        b.becomes("document.querySelector('.smooth').value", "500")
        assert not b.complaints(), b.complaints()


def test_what_a_loop_reports_is_shown_above_the_charts():
    name = os.path.join(os.environ["TMPDIR"], "loop.log")
    with open(name, "w") as file:
        file.write('{"eta": [0, 0.1], "Fit.loss": [0, 0]}\n{"Fit.loss": [120, 0.5]}\n{"Fit.loss": [240, 0.25]}\n')
    with Observe("--log", name) as o, Browser() as b:
        b.open(o.address)
        b.sees(".batch", lambda text: text == "240")
        b.sees(".loss", lambda text: text == "0.25")
        assert b.run("return trainers[0].series.get('Fit.loss').map((point) => point[0]).join()") == "120,240"
        assert b.run("return trainers[0].series.get('eta').length") == 1

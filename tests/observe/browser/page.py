"""The page of `loopc observe` in a real browser: the view and the clicks of a person. Leaves screenshots in $SHOTS."""

import os
import re
import subprocess
import sys
import time
import urllib.error

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "control"))
from browser import Browser, Observe, UNNAMED, XOR, count_pixels, events_of, pixel  # noqa: E402
from trainer import PATIENCE  # noqa: E402


def test_a_person_steers_xor():
    with Observe(XOR, "--every", "0", "--progress", "never") as o, Browser() as b:
        b.open(o.address)
        b.sees("#link", lambda text: text == "live")
        b.sees(".eta", lambda text: text == "0.1")
        b.type(".target", "283")
        b.click(".go")
        b.sees(".batch", lambda text: text == "283")
        b.sees(".loss", lambda text: float(text) < 1e-3)
        b.type(".new-eta", "0.5")
        b.click(".set-eta")
        b.type(".target", "1000000000000")
        b.click(".go")
        b.sees(".eta", lambda text: text == "0.5")
        b.sees(".batch", lambda text: int(text) > 3000)
        b.sees(".rate", lambda text: int(text) > 0)
        b.wait(lambda: b.run("return document.querySelectorAll('.chart[data-series=loss] canvas').length") > 0)
        b.wait(lambda: b.run("return document.querySelectorAll('.weights canvas').length") == 4)
        b.click(".log")
        assert "log=1" in b.run("return location.hash")
        b.click(".graph summary")
        assert "Learn.on_batch" in b.text(".places")
        b.sees(".timed", lambda text: text.startswith("taken for"))
        b.wait(lambda: b.run("return document.querySelectorAll('.places .running').length") == 1)
        b.wait(lambda: b.run("return [...document.querySelectorAll('.places .step td:nth-child(4)')].some("
                             "(cell) => parseFloat(cell.textContent) > 0)"))
        o.slow_down(3000)
        b.wait(lambda: b.run("return document.querySelectorAll('.history canvas').length") > 0)
        b.wait(lambda: b.run("const rate = (name) => Number(document.querySelector(name).textContent); "
                             "return rate('.sample-rate') > rate('.rate') && rate('.rate') > 0"))
        assert b.text(".goal") == "1000000000000"
        b.wait(lambda: b.shown(".trajectory"))
        b.becomes(UNNAMED, "")
        said = b.run("return document.querySelector('.history').getAttribute('aria-label')")
        assert re.match(r"weights over the batches: 9 lines, from -1\S* to 1\S* at batch \d+$", said), said
        assert re.match("the way of the weights: the newest state is [0-9.e-]+ from the first",
                        b.run("return document.querySelector('.trajectory').getAttribute('aria-label')"))
        b.becomes("[...document.querySelectorAll('.chart > div')].every((one) => one.offsetWidth <= one.parentElement.offsetWidth)", True)
        b.shoot("observe.png")
        b.click(".pause")
        b.sees(".state", lambda text: text.startswith("paused after batch "))
        before = int(b.text(".batch"))
        later = b.run_async("setTimeout(() => arguments[0](document.querySelector('.batch').textContent), 300)")
        assert int(later) == before, "a paused trainer learns"
        b.click(".step")
        b.sees(".batch", lambda text: int(text) == before + 1)
        b.sees(".message", lambda text: text == "learns one batch")
        assert not b.shown(".checkpoint") and b.shown(".resume")  # it was started without --checkpoint
        b.becomes("document.querySelector('.chart[data-series=loss]').getAttribute('aria-label').replace(/:.* at/, ' at')",
                  f"loss over the batches at batch {before + 1}")
        b.type(".target", "5")
        b.click(".go")
        b.sees(".message", lambda text: text.startswith(f"batch {before + 1} is learned already"))
        b.type(".target", str(before + 1000))
        b.click(".go")  # a paused one continues
        b.sees(".state", lambda text: text == f"waits for a target of more than {before + 1000} batches")
        b.sees(".batch", lambda text: int(text) == before + 1000)
        b.click(".resume")  # one that waits goes on without a target
        b.sees(".message", lambda text: text == "goes on until it is paused")
        b.sees(".batch", lambda text: int(text) > before + 1000)
        b.sees(".goal", lambda text: text == "none")
        b.click(".pause")
        b.sees(".state", lambda text: text.startswith("paused after batch "))
        b.type(".new-eta", "1e999")
        b.click(".set-eta")
        b.sees(".message", lambda text: text.startswith("eta: "))
        b.type(".target", "much")
        b.click(".go")
        b.sees(".message", lambda text: "not a number" in text)
        complaints = b.complaints()
        assert not complaints, complaints
        b.click(".shutdown")
        b.sees(".state", lambda text: text == "ended")
        assert o.process.wait(PATIENCE) == 0
        assert re.search(r"xor: last loss \S+ at batch \d+", o.process.stdout.read())


def test_pictures_of_the_trainer():
    with Observe(XOR, "--every", "0", "--progress", "never", "--seed", "7") as o, Browser() as b:
        b.open(o.address)
        b.sees(".run", lambda text: text == "seed 7, --eta 0.1 --every 0")
        b.wait(lambda: b.shown('[data-view="Learn.plane"]'))
        assert "the answer for each pair of inputs" in b.text('[data-view="Learn.plane"]')
        assert not b.shown('[data-view="Learn.corners"]')  # they are drawn over the plane
        b.type(".target", "2000")
        b.click(".go")
        b.sees(".state", lambda text: text == "waits for a target of more than 2000 batches")
        orange, blue = "217,102,31,255", "42,111,201,255"  # the points: true is a square in orange
        b.wait(lambda: [pixel(b, "Learn.plane", *place) for place in ((.25, .25), (.75, .75), (.75, .25), (.25, .75))]
               == [orange, orange, blue, blue])
        b.point('[data-view="Learn.plane"] canvas')
        b.wait(lambda: re.match(r"row 1[12], column 1[12]: -?0\.\d+$", b.run("return document.querySelector('[data-view=\"Learn.plane\"] canvas').title")))
        near_true = lambda: [int(part) for part in pixel(b, "Learn.plane", .3, .3).split(",")]  # noqa: E731
        b.wait(lambda: near_true()[0] > near_true()[2] + 50)  # what the net says there
        legend = b.text('[data-view="Learn.plane"] .legend')
        assert re.match(r"-0\.\d+0\.\d+ 0 1$", legend), legend
        assert not b.complaints(), b.complaints()
        # Keys: s is one batch, also at the target; space goes on and stops; + and - change the learning rate.
        b.run("document.activeElement.blur()")
        b.run("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 's', bubbles: true }))")
        b.sees(".batch", lambda text: text == "2001")
        b.run("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '+', bubbles: true }))")
        b.sees(".eta", lambda text: text == "0.125")
        b.run("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '-', bubbles: true }))")
        b.sees(".eta", lambda text: text == "0.1")
        # Again, with another seed and another flag; the curve of the run before remains.
        b.click(".another summary")
        assert "learning rate" in b.text(".another .fields")
        b.type(".seed", "x")
        b.click(".again")
        b.sees(".message", lambda text: text == "a seed is a whole number")
        b.type(".seed", "8")
        b.type("[data-flag=every]", "1.5")
        b.click(".again")
        b.sees(".message", lambda text: text.startswith("every: "))
        b.type("[data-flag=every]", "0")
        b.type("[data-flag=eta]", "0.5")
        b.click(".again")
        b.sees(".run", lambda text: text == "seed 8, --eta 0.5 --every 0")
        b.sees(".batch", lambda text: text == "0")
        b.type(".target", "100")
        b.click(".go")
        b.wait(lambda: b.run(f"return {LOSS_CHART}.chart.getLabels().join()") == "batch,seed 8 eta 0.5,seed 7 eta 0.1",
               urllib.error.HTTPError)
        b.click(".shutdown")
        b.sees(".state", lambda text: text == "ended")


LOSS_CHART = "trainers[0].charts.get('loss')"


def test_speed_history_zoom_and_link():
    """The trainer's own pace; a curve from the first batch on for one who comes later; what is shown is in the link."""
    with Observe(XOR, "--every", "0", "--progress", "never") as o, Browser() as b:
        b.open(o.address)
        b.wait(lambda: b.shown(".go"))
        b.type(".target", "300")
        b.click(".go")
        b.sees(".batch", lambda text: text == "300")
        b.open("about:blank")
        b.open(o.address)
        batches = "trainers[0].series.get('loss').map((point) => point[0])"
        b.becomes(batches, list(range(1, 301)))
        b.becomes(f"{LOSS_CHART}.rows.length", 300)
        # A slow run, whose speed can be seen and changed.
        b.run("const pace = document.querySelector('.pace'); pace.value = 3; pace.dispatchEvent(new Event('input'))")
        b.sees(".pace-text", lambda text: text == "10 batches a second")
        b.sees(".message", lambda text: text == "10 batches a second")
        b.type(".target", "100000")
        b.click(".go")
        b.sees(".state", lambda text: text == "running")
        b.sees(".batch", lambda text: int(text) > 302)
        assert int(b.text(".batch")) < 10000
        b.run("const pace = document.querySelector('.pace'); pace.value = 13; pace.dispatchEvent(new Event('input'))")
        b.sees(".batch", lambda text: text == "100000")
        # Zoom and hover are shared by the charts.
        b.run(f"{LOSS_CHART}.chart.updateOptions({{ dateWindow: [20, 200] }}); zoomTo([20, 200])")
        b.becomes("trainers[0].charts.get('eta').chart.xAxisRange()", [20, 200])
        b.becomes("location.hash.includes('zoom=20%2C200')", True)
        b.run("hover(trainers[0].charts.get('eta'), 57)")
        b.becomes(f"{LOSS_CHART}.chart.getValue({LOSS_CHART}.chart.getSelection(), 0)", 57)
        b.sees("[data-series=loss] + .values", lambda text: "57" in text)
        b.run(f"{LOSS_CHART}.draw(...{LOSS_CHART}.newest)")  # also behind a new drawing
        assert "57" in b.text("[data-series=loss] + .values")
        link = b.run("return location.href")
        b.open("about:blank")
        b.open(link)
        b.becomes(f"{LOSS_CHART}.chart.xAxisRange()", [20, 200])
        b.click(".whole")
        b.becomes(f"{LOSS_CHART}.chart.xAxisRange()", [0, 100000])
        # The net as a drawing: 4 + 2 lines, thick ones for large weights.
        b.becomes("document.querySelectorAll('.drawing line').length", 6)
        b.becomes("document.querySelectorAll('.drawing line.negative').length", 1)
        b.sees(".layers tbody", lambda text: "2 x 2" in text)
        # Activations for a sample: what the trainer itself says of the same place.
        assert b.text(".drawing output") == ""
        b.type(".drawing input[aria-label='input 0 of net']", "0.5")
        b.type(".drawing input[aria-label='input 1 of net']", "-0.5")
        said = float(re.match(r"gives (-?[\d.]+)$", b.text(".drawing output"))[1])
        assert abs(said - 0.5) < 0.1, said
        title = b.run("return [...document.querySelectorAll('.drawing circle title')].map((one) => one.textContent)")
        assert len(title) == 5 and title[:2] == ["activation 0.5", "activation -0.5"] and title[4] == f"activation {said:g}", title
        for k in (0, 1):
            b.type(f".drawing input[aria-label='input {k} of net']", "")
            b.run("document.querySelectorAll('.drawing input').forEach((one) => one.dispatchEvent(new Event('input')))")
        b.becomes("document.querySelector('.drawing output').textContent", "")
        b.becomes("document.querySelector('.drawing circle:last-of-type title').textContent.split(' ')[0]", "bias")
        assert not b.complaints(), b.complaints()


def test_the_page_fits_its_window():
    with Observe(XOR, "--every", "0", "--progress", "never", "--batch-to", "400") as o, Browser() as b:
        for name, wide, high, scheme in (("phone", 390, 844, "light"), ("laptop", 1280, 800, "dark"), ("projector", 1024, 768, "light"),
                                         ("wide", 1920, 1080, "light")):
            b.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
                "width": wide, "height": high, "deviceScaleFactor": 1, "mobile": name == "phone"}})
            b.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {
                "features": [{"name": "prefers-color-scheme", "value": scheme}]}})
            if name == "phone":
                b.open(o.address)  # the others as a window that changes
            b.wait(lambda: b.shown('[data-view="Learn.plane"]') and b.shown(".chart[data-series=loss] canvas"))
            b.becomes("document.documentElement.scrollWidth <= window.innerWidth", True)
            b.becomes("[...document.querySelectorAll('.card')].every((card) => card.scrollWidth <= card.clientWidth + 1)", True)
            # The cards fill their grid: the plane, the net, two charts.
            b.becomes("(() => { const cards = [...document.querySelectorAll('.card:not(.broad)')].filter((card) => card.offsetParent)"
                      ".map((card) => card.getBoundingClientRect()); const area = (box) => (box.right - box.left) * (box.bottom - box.top);"
                      "const all = area({ left: Math.min(...cards.map((box) => box.left)), right: Math.max(...cards.map((box) => box.right)),"
                      "top: Math.min(...cards.map((box) => box.top)), bottom: Math.max(...cards.map((box) => box.bottom)) });"
                      "return cards.length === 4 && cards.reduce((sum, box) => sum + area(box), 0) > 0.9 * all; })()", True)
            b.shoot(f"page-{name}.png")
        # A chart outside of the window costs nothing until it is looked at.
        b.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": 390, "height": 500, "deviceScaleFactor": 1, "mobile": False}})
        b.open(o.address)
        b.becomes(f"{LOSS_CHART}.seen", False)
        draws = b.run(f"return {LOSS_CHART}.draws")
        b.type(".target", "700")
        b.click(".go")
        b.sees(".batch", lambda text: text == "700")
        b.becomes(f"{LOSS_CHART}.stale", True)
        assert b.run(f"return {LOSS_CHART}.draws") == draws
        b.run("document.querySelector('.chart[data-series=loss]').scrollIntoView()")
        b.becomes(f"{LOSS_CHART}.rows.at(-1)[0]", 700)


def test_several_trainers_and_a_late_viewer():
    run = [XOR, "--every", "0", "--progress", "never", "--batch-to", "1000000000000"]
    with Observe(*run, "--and", *run, "--eta", "0.5", pace=3000, trainers=2) as o, Browser() as b:
        for _ in range(2):
            b.open(o.address)
            b.sees(".trainer:nth-child(1) .batch", lambda text: int(text) > 1000)
            b.sees(".trainer:nth-child(2) .batch", lambda text: int(text) > 1000)
            b.sees(".trainer:nth-child(2) .eta", lambda text: text == "0.5")
        b.click(".trainer:nth-child(2) .shutdown")
        b.sees(".trainer:nth-child(2) .state", lambda text: text == "ended")
        b.sees(".trainer:nth-child(1) .state", lambda text: text == "running")
        labels = "return together.charts.get('loss').chart.getLabels().join()"
        b.wait(lambda: b.run(labels) == "batch,xor eta 0.1,xor eta 0.5", urllib.error.HTTPError)


def test_controls_are_there_for_what_a_trainer_has():
    silent = os.environ["SILENT"]
    with Observe(silent, "--progress", "never") as o, Browser() as b:
        b.open(o.address)
        b.wait(lambda: b.shown(".pause"))
        assert not b.shown(".set-eta") and not b.shown(".checkpoint") and not b.shown(".log")
        # A graph: 3 edges and a loop, of which one is negative, that is, thinner and blue.
        b.wait(lambda: 0 < count_pixels(b, "Wait.ring", "42,111,201") < count_pixels(b, "Wait.ring", "217,102,31"), urllib.error.HTTPError)
        b.shoot("view-graph.png")
        # Its weights are asked for, again and again, though it reports no loss.
        b.wait(lambda: b.run("return trainers[0].weightsBeforeAt") > 0, TypeError)
        assert not b.shown(".loss") and not b.shown(".goal") and b.shown(".drawing .picture")
        b.click(".pause")
        b.sees(".state", lambda text: text.startswith("paused after batch "))
        batch = int(b.text(".batch"))
        for number in (1, 2):  # it reports nothing, and its batches are counted all the same
            b.click(".step")
            b.sees(".batch", lambda text, number=number: int(text) == batch + number)
        b.type(".others input", "3")
        b.click(".others button")
        b.sees(".message", lambda text: text == "pace is 3")
        b.run("trainers[0].send('{\"Wait.count\": 1}', 'count is 1')")
        b.sees(".message", lambda text: text == "ignored: Wait.count is not settable")
        os.kill(int(subprocess.check_output(["pgrep", "-P", str(o.process.pid), "silent"])), 9)
        b.sees(".state", lambda text: text == "killed by signal 9 (Killed)")
        assert not b.shown(".pause") and not b.shown(".shutdown")


def test_a_bounded_target_ends_the_controls():
    with Observe(os.environ["BOUNDED"], "--progress", "never") as o, Browser() as b:
        b.open(o.address)
        b.wait(lambda: b.shown(".go"))
        b.type(".target", "41")
        b.click(".go")
        b.sees(".message", lambda text: text == "batch to: 41 is out of range: it goes from 2 to 40")
        b.click(".resume")
        b.sees(".message", lambda text: text == "learns to batch 40, the last")
        b.sees(".state", lambda text: text == "has learned all of its 40 batches")
        b.becomes("['.resume', '.step', '.go'].every((name) => document.querySelector(name).disabled)", True)
        assert not b.complaints(), b.complaints()


def test_the_page_joins_a_trainer_that_was_started_anew():
    where = os.path.join(os.environ["TMPDIR"], "again")
    control = ["--control", f"lines:unix:{where}", "--every", "0", "--progress", "never"]
    first = subprocess.Popen([XOR, "--batch-to", "1000", *control])
    while not os.path.exists(where):
        time.sleep(0.02)
    with Observe("--keep", "--attach", f"unix:{where}") as o, Browser() as b:
        b.open(o.address)
        b.sees(".batch", lambda text: text == "1000")
        first.kill()
        first.wait()
        b.sees(".state", lambda text: "again" in text or "gone" in text)
        second = subprocess.Popen([XOR, "--batch-to", "500", *control])
        b.sees(".batch", lambda text: text == "500")
        b.type(".target", "600")
        b.click(".go")
        b.sees(".batch", lambda text: text == "600")
        b.click(".shutdown")
        assert second.wait(PATIENCE) == 0


def test_seven_tabs_look_on():
    """One more than a browser has connections to a server. They are tabs of one process, which costs less."""
    with Observe(os.environ["SILENT"], "--progress", "never") as o, Browser() as b:
        b.open(o.address)
        b.wait(lambda: b.shown(".pause"))
        b.run("for (let k = 0; k < 6; k++) window.open(location.href)")
        tabs = b.call("GET", "/window/handles")
        assert len(tabs) == 7
        before = 0
        for tab in tabs + tabs[:1]:
            b.call("POST", "/window", {"handle": tab})
            b.sees(".batch", lambda text, before=before: int(text) > before)
            before = int(b.text(".batch"))
        b.click(".pause")
        for tab in tabs:
            b.call("POST", "/window", {"handle": tab})
            b.sees(".state", lambda text: text.startswith("paused after batch "))
        b.shoot("tab.png")


def test_a_page_that_sleeps_wakes_up_to_date():
    with Observe(XOR, "--every", "0", "--progress", "never", "--batch-to", "1000000000000", pace=3000) as o, Browser() as b:
        b.open(o.address)
        b.sees(".batch", lambda text: int(text) > 1000)
        before = int(b.text(".batch"))
        b.freeze(True)
        asleep = b.text(".batch")
        time.sleep(1.5)
        size = memory(o.process.pid)
        time.sleep(1.5)
        assert b.text(".batch") == asleep, "it does not sleep"
        assert memory(o.process.pid) < size + 20000, "what a sleeping page is not told is kept"
        b.freeze(False)
        b.sees(".batch", lambda text: int(text) > before + 3000)
        b.sees("#link", lambda text: text == "live")


def memory(pid):
    return int(re.search(r"VmRSS:\s+(\d+) kB", open(f"/proc/{pid}/status").read()).group(1))


def test_a_fast_trainer_does_not_flood_the_page():
    with Observe(XOR, "--every", "0", "--progress", "never", "--batch-to", "1000000000000") as o, Browser() as b:
        b.open(o.address)
        b.sees(".batch", lambda text: int(text) > 1000000)
        b.sees(".rate", lambda text: int(text) > 0)
        _, size = events_of(o.address)
        assert size < 1000000


def test_an_environment_and_its_returns():
    """The picture is where the environment is, and returns come as a line of episodes and as a curve of evaluations."""
    with Observe(os.environ["POLES"], "--progress", "never") as o, Browser() as b:
        b.open(o.address)
        b.sees(".batch", lambda text: int(text) > 1000)
        b.click(".pause")
        b.sees(".state", lambda text: text.startswith("paused after batch "))
        batch = int(b.text(".batch"))
        b.wait(lambda: b.shown('[data-view="Source.picture"]'))
        assert "the first environment" in b.text('[data-view="Source.picture"]')
        cart, pole = "42,111,201", "217,102,31"
        b.wait(lambda: count_pixels(b, "Source.picture", cart) > 50 and count_pixels(b, "Source.picture", pole) > 50)
        now = "return document.querySelector('[data-view=\"Source.picture\"] canvas').toDataURL()"
        before = b.run(now)
        b.wait(lambda: b.shown('[data-view="Source.returns"]'))
        b.wait(lambda: b.run("return Math.min(...trainers[0].shown['Source.returns'].slice(-5))") > 5)
        b.wait(lambda: b.run("return document.querySelectorAll('.chart[data-series=\"Evaluation.mean_return\"] canvas').length") > 0)
        curve = b.run("return trainers[0].series.get('Evaluation.mean_return')")
        assert len({value for _, value in curve}) > 3 and curve[-1][1] > 5, curve[-5:]
        b.shoot("environment.png")
        b.click(".step")
        b.sees(".batch", lambda text: text == str(batch + 1))
        b.wait(lambda: b.click(".step") or b.run(now) != before)
        assert not b.complaints(), b.complaints()

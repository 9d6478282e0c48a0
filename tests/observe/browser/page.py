"""The page of `loopc observe` in a real browser, headless Chromium by its WebDriver: the view and the clicks of a person.
Leaves a screenshot in $SHOTS. Standard library alone."""

import atexit
import base64
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "control"))
from trainer import PATIENCE, run_tests  # noqa: E402

XOR, LOOPC, SHOTS = os.environ["XOR"], os.environ["LOOPC"], os.environ["SHOTS"]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Browser:
    """Chromium, started once for all tests; each test gets it with one empty tab."""

    shared = None

    def __new__(cls):
        if not cls.shared:
            cls.shared = super().__new__(cls)
            cls.shared.start()
            atexit.register(cls.shared.stop)
        return cls.shared

    def start(self):
        port = free_port()
        self.driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        self.root = f"http://127.0.0.1:{port}"
        self.wait(lambda: self.call("GET", "/status")["ready"], OSError)
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                            "--window-size=1200,1900"]}
        made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.root += f"/session/{made['sessionId']}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """The next test gets a new tab: one that was put to sleep, or was behind another one, may draw no more."""
        used = self.call("GET", "/window/handles")
        new = self.call("POST", "/window/new", {"type": "tab"})["handle"]
        for tab in used:
            self.call("POST", "/window", {"handle": tab})
            self.call("DELETE", "/window")
        self.call("POST", "/window", {"handle": new})
        self.call("POST", "/goog/cdp/execute", {"cmd": "Page.bringToFront", "params": {}})  # others do not draw
        self.open("about:blank")
        self.complaints()

    def stop(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()

    def call(self, method, path, body=None):
        data = json.dumps(body if body is not None else {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.root + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)["value"]

    @staticmethod
    def wait(test, *ignored):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                if test():
                    return
            except ignored or ZeroDivisionError:
                pass
            assert time.monotonic() < end, "it does not come"
            time.sleep(0.05)

    def open(self, address):
        self.call("POST", "/url", {"url": address})

    def find(self, selector):
        return self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self.call("POST", f"/element/{self.find(selector)}/click")

    def type(self, selector, text):
        element = self.find(selector)
        self.call("POST", f"/element/{element}/clear")
        self.call("POST", f"/element/{element}/value", {"text": text})

    def point(self, selector):
        """Moves the mouse over an element."""
        origin = {ELEMENT: self.find(selector)}
        move = {"type": "pointerMove", "duration": 0, "origin": origin, "x": 0, "y": 0}
        self.call("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": [move]}]})

    def run(self, script):
        return self.call("POST", "/execute/sync", {"script": script, "args": []})

    def becomes(self, script, value):
        """Waits until the script has that value: charts are drawn when the page has time for them."""
        self.wait(lambda: self.run("return " + script) == value, urllib.error.HTTPError)

    def run_async(self, script):
        return self.call("POST", "/execute/async", {"script": script, "args": []})

    def freeze(self, frozen):
        """Puts the page to sleep, or wakes it."""
        self.call("POST", "/goog/cdp/execute", {"cmd": "Page.setWebLifecycleState",
                                                "params": {"state": "frozen" if frozen else "active"}})

    def text(self, selector):
        return self.run(f"const e = document.querySelector({json.dumps(selector)}); return e ? e.textContent : null")

    def shown(self, selector):
        return self.run(f"const e = document.querySelector({json.dumps(selector)}); return Boolean(e && e.offsetParent)")

    def sees(self, selector, test):
        self.wait(lambda: test(self.text(selector)), urllib.error.HTTPError, ValueError, TypeError)

    def shoot(self, name):
        os.makedirs(SHOTS, exist_ok=True)
        with open(os.path.join(SHOTS, name), "wb") as file:
            file.write(base64.b64decode(self.call("GET", "/screenshot")))

    def complaints(self):
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})
                if entry["level"] == "SEVERE" and "favicon" not in entry["message"]]


class Observe:
    def __init__(self, *arguments, host="127.0.0.1"):
        self.process = subprocess.Popen([LOOPC, "observe", *arguments], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        assert re.fullmatch(rf"http://{re.escape(host)}:\d+/\?token=[0-9a-f]{{32}}", self.address), self.address

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()


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
        b.sees(".batch", lambda text: int(text) > 100000)
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
        b.wait(lambda: b.run("return document.querySelectorAll('.history canvas').length") > 0)
        b.wait(lambda: b.run("const rate = (name) => Number(document.querySelector(name).textContent); "
                             "return rate('.sample-rate') > rate('.rate') && rate('.rate') > 0"))
        assert b.text(".goal") == "1000000000000"
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
        b.type(".target", "5")
        b.click(".go")
        b.sees(".message", lambda text: text.startswith(f"batch {before + 1} is learned already"))
        b.type(".target", str(before + 1000))
        b.click(".go")  # a paused one continues
        b.sees(".state", lambda text: text == f"waits for a target of more than {before + 1000} batches")
        b.sees(".batch", lambda text: int(text) == before + 1000)
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


def pixel(b, view, x, y):
    """The colour of a view's picture at a place, by shares of its size."""
    return b.run(f"const c = document.querySelector('[data-view=\"{view}\"] canvas');"
                 f"return [...c.getContext('2d').getImageData(c.width * {x}, c.height * {y}, 1, 1).data].join()")


def count_pixels(b, view, colour):
    """How many pixels of a picture have that colour, as "red,green,blue"."""
    return b.run(f"const c = document.querySelector('[data-view=\"{view}\"] canvas');"
                 f"const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;"
                 f"for (let i = 0; i < d.length; i += 4) n += [d[i], d[i + 1], d[i + 2]].join() === '{colour}'; return n")


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


def lesson(b):
    return b.text('[data-view="Learn.lesson"] pre')


def test_a_pupil_learns_why_a_hidden_layer():
    with Observe(os.environ["HIDDEN"], "--progress", "never") as o, Browser() as b:
        b.open(o.address)
        b.wait(lambda: "Press \"one batch\" a few times" in lesson(b), TypeError)
        assert b.run("return document.querySelector('[data-view=\"Learn.lesson\"] pre').className") == "prose"
        for number in (1, 2):
            b.click(".step")
            b.sees(".batch", lambda text, number=number: text == str(number))
        b.wait(lambda: "one straight edge" in lesson(b))
        b.type(".target", "1000")
        b.click(".go")
        b.wait(lambda: "has found it" in lesson(b))
        corners = ((.25, .25), (.75, .25), (.25, .75), (.75, .75))
        beside = lambda: [int(part) for part in pixel(b, "Learn.straight", .1, .1).split(",")]  # noqa: E731
        b.wait(lambda: min(beside()) > 240)  # it answers 0 everywhere, on the scale of the other picture
        orange, blue = "217,102,31,255", "42,111,201,255"
        b.wait(lambda: [pixel(b, "Learn.bent", *place) for place in corners] == [orange, blue, blue, orange])
        b.becomes("document.querySelectorAll('.drawing svg').length", 2)  # both nets
        b.wait(lambda: b.run("return trainers[0].series.get('straight_loss').length") == 1000)
        assert b.run("return Math.abs(trainers[0].series.get('straight_loss')[999][1] - 0.125) < 0.001")
        b.wait(lambda: b.run("return trainers[0].dirty.size") == 0)
        b.shoot("lesson-hidden.png")
        b.click(".another summary")
        b.type(".seed", "2")
        b.click(".again")
        b.wait(lambda: "Neither has learned anything yet" in lesson(b), urllib.error.HTTPError, TypeError)
        assert not b.complaints(), b.complaints()


def test_a_pupil_sees_a_net_learn_by_heart():
    with Observe(os.environ["OVERFITTING"], "--progress", "never") as o, Browser() as b:
        b.open(o.address)
        b.wait(lambda: "they are few and noisy" in lesson(b), TypeError)
        b.type(".target", "60")
        b.click(".go")
        b.wait(lambda: "Both losses fall" in lesson(b))
        b.type(".target", "2000")
        b.click(".go")
        b.wait(lambda: "learned its points by heart" in lesson(b))
        b.wait(lambda: b.run("return trainers[0].series.get('other_loss').length") > 1000)
        turn = b.run("const points = trainers[0].series.get('other_loss'); const low = Math.min(...points.map((point) => point[1]));"
                     "return [points.find((point) => point[1] === low)[0], points[points.length - 1][1] > 1.5 * low]")
        assert 20 < turn[0] < 500 and turn[1], turn
        b.wait(lambda: b.run("return trainers[0].dirty.size") == 0)
        b.shoot("lesson-overfitting.png")
        assert not b.complaints(), b.complaints()


def test_a_folder_of_runs():
    """Its table sorts, curves of marked runs are shown, results are drawn against parameters; the link holds it."""
    folder = os.path.join(os.environ["TMPDIR"], "runs")
    for eta in ("0.05", "0.8", "0.2"):
        run = os.path.join(folder, f"eta={eta}")
        os.makedirs(run)
        subprocess.run([XOR, "--eta", eta, "--every", "0", "--batch-to", "80", "--progress", "never", "--metrics", f"{run}/metrics.jsonl",
                        "--checkpoint", f"{run}/checkpoints"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(os.path.join(folder, "other.jsonl"), "w") as file:
        file.write('{"loss":1}\n{"loss":null}\n{"run":"other","status":"failed"}\n')
    names = "[...document.querySelectorAll('.runs tbody tr')].map((row) => row.cells[1].textContent).join()"
    with Observe(folder) as o, Browser() as b:
        b.open(o.address)
        b.sees("#link", lambda text: text == "4 runs")
        b.becomes(names, "eta=0.05,eta=0.2,eta=0.8,other")
        b.click('[data-column="Learn.loss"]')
        b.becomes(names, "eta=0.8,eta=0.2,eta=0.05,other")
        b.click('[data-column="Learn.loss"]')
        b.becomes(names, "eta=0.05,eta=0.2,eta=0.8,other")
        row = b.text(".runs tbody tr:nth-child(1)")
        assert row.startswith("eta=0.05") and "0.0647" not in row and "80" in row, row
        b.becomes("page.charts.curves.getLabels().join()", "iteration,eta=0.05,eta=0.2,eta=0.8")
        b.becomes("page.charts.curves.numRows()", 80)
        b.click(".runs tbody tr:nth-child(2) input")
        b.becomes("page.charts.curves.getLabels().join()", "iteration,eta=0.2")
        b.sees(".scatter-title", lambda text: text == "Learn.loss by eta")
        b.becomes("page.charts.scatter.rawData_.map((row) => row[0]).join()", "0.05,0.2,0.8")
        b.becomes("location.hash.includes('runs=eta%3D0.2')", True)
        b.shoot("runs.png")
        with open(os.path.join(folder, "late.jsonl"), "w") as file:
            file.write('{"loss":3}\n')
        b.click(".reload")
        b.sees("#link", lambda text: text == "5 runs")
        root, token = o.address.split("/?token=")
        assert status_of(f"{root}/runs.json") == 403 and status_of(f"{root}/runs.json?token={token}") == 200
        assert not b.complaints(), b.complaints()
    assert subprocess.run([LOOPC, "observe", "--json", XOR], capture_output=True).returncode == 2


def page_of(b, command, spec):
    name = os.path.join(os.environ["TMPDIR"], f"{command}.html")
    with open(name, "w", encoding="utf-8") as file:
        subprocess.run([LOOPC, command, "--html", spec], stdout=file, check=True)
    b.open("file://" + name)
    assert b.run("return performance.getEntriesByType('resource').length") == 0  # one file, that needs no other


def step(name):
    return f".step[data-name='{name}'] > p"


def test_explain_and_graph_as_pages():
    said = "return document.getElementById('uses').textContent"
    role = lambda selector: f"return document.querySelector(\"{selector} > .role\").textContent"  # noqa: E731
    with Browser() as b:
        page_of(b, "explain", "specs/10_spirals.lua")
        b.point(step("Fit.before_epoch"))
        assert b.run(said) == "Fit.before_epoch: reads peak, Fit.iteration, Fit.epochs; writes eta"
        assert b.run(role(step("Train.on_batch"))) == "reads eta" and b.run(role(step("Valid.on_batch"))) == ""
        b.point(step("Valid.on_batch"))
        assert b.run(role(step("Train.on_batch"))) == "writes net; reads net"
        assert b.run(role(step("Fit.before_epoch"))) == ""
        b.point("[data-field=eta]")
        assert b.run(said) == "eta: written by Fit.before_epoch; read by Train.on_batch"
        train = "details.loop details.loop > summary"
        b.click(train)  # a loop that is folded speaks for its steps
        b.point(step("Valid.on_batch"))
        assert b.run(f"return document.querySelector('{train}').parentElement.open") is False
        assert b.run(role(train)) == "writes net; reads net"
        b.click("#fold")
        assert b.run("return [...document.querySelectorAll('.step')].every((one) => one.offsetParent === null || !one.checkVisibility())")
        b.click("#unfold")
        b.run("document.querySelector(\"[data-name='Fit.before_epoch']\").focus()")  # without a mouse
        assert b.run(said).startswith("Fit.before_epoch: reads peak")
        page_of(b, "graph", "specs/10_spirals.lua")
        b.point(step("Fit.before_epoch"))
        assert b.run("return document.querySelectorAll('svg.arrows > path').length") == 1
        assert b.run(role(step("Train.on_batch"))) == "reads eta"
        inside = "document.querySelector(\"[data-name='Train.on_batch']\").closest('.loop').parentElement.parentElement"
        assert b.run(f"return {inside}.querySelector('.step').dataset.name") == "Fit.on_epoch"  # the loop is inside of its node
        b.shoot("graph.png")
        assert b.complaints() == []


def test_the_page_fits_its_window():
    with Observe(XOR, "--every", "0", "--progress", "never", "--batch-to", "400") as o, Browser() as b:
        for name, wide, high, scheme in (("phone", 390, 844, "light"), ("laptop", 1366, 900, "dark"), ("projector", 1920, 1080, "light")):
            b.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
                "width": wide, "height": high, "deviceScaleFactor": 1, "mobile": name == "phone"}})
            b.call("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {
                "features": [{"name": "prefers-color-scheme", "value": scheme}]}})
            b.open(o.address)
            b.wait(lambda: b.shown('[data-view="Learn.plane"]') and b.shown(".chart[data-series=loss] canvas"))
            b.becomes("document.documentElement.scrollWidth <= window.innerWidth", True)
            b.becomes("[...document.querySelectorAll('.card')].every((card) => card.scrollWidth <= card.clientWidth + 1)", True)
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
    with Observe(*run, "--and", *run, "--eta", "0.5") as o, Browser() as b:
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


def test_seven_tabs_look_on():
    with Observe(XOR, "--every", "0", "--progress", "never", "--batch-to", "1000000000000") as o, Browser() as b:
        b.open(o.address)
        tabs = [b.call("GET", "/window")] + [b.call("POST", "/window/new", {"type": "tab"})["handle"] for _ in range(6)]
        for tab in tabs[1:]:
            b.call("POST", "/window", {"handle": tab})
            b.open(o.address)
        before = 0
        for tab in tabs + tabs:
            b.call("POST", "/window", {"handle": tab})
            b.sees(".batch", lambda text, before=before: int(text) > before)
            before = int(b.text(".batch"))
        b.click(".pause")
        for tab in tabs:
            b.call("POST", "/window", {"handle": tab})
            b.sees(".state", lambda text: text.startswith("paused after batch "))
        b.shoot("tab.png")


def test_a_page_that_sleeps_wakes_up_to_date():
    with Observe(XOR, "--every", "0", "--progress", "never", "--batch-to", "1000000000000") as o, Browser() as b:
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
        b.sees(".batch", lambda text: int(text) > before + 200000)
        b.sees("#link", lambda text: text == "live")


def memory(pid):
    return int(re.search(r"VmRSS:\s+(\d+) kB", open(f"/proc/{pid}/status").read()).group(1))


def events_of(address):
    """The first event of a stream, and its length."""
    with urllib.request.urlopen(address.replace("/?", "/events?"), timeout=PATIENCE) as stream:
        while True:
            line = stream.readline()
            if line.startswith(b"data: "):
                return json.loads(line[6:]), len(line)


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


def test_a_fast_trainer_does_not_flood_the_page():
    with Observe(XOR, "--every", "0", "--progress", "never", "--batch-to", "1000000000000") as o, Browser() as b:
        b.open(o.address)
        b.sees(".batch", lambda text: int(text) > 1000000)
        b.sees(".rate", lambda text: int(text) > 0)
        _, size = events_of(o.address)
        assert size < 1000000


def status_of(address, data=None, headers=()):
    request = urllib.request.Request(address, data, dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_strangers_are_refused():
    with Observe(XOR, "--every", "0", "--progress", "never") as o:
        root, token = o.address.split("/?token=")
        assert status_of(o.address) == 200
        assert status_of(root + "/") == 403
        assert status_of(root + "/?token=" + "0" * 32) == 403
        assert status_of(root + "/events") == 403
        assert status_of(o.address, headers={"Host": "example.org"}.items()) == 403
        assert status_of(o.address, headers={"Origin": "http://example.org"}.items()) == 403
        assert status_of(f"{root}/send?trainer=0", b'{"batch to": 1}') == 403
        assert status_of(f"{root}/send?trainer=0&token={token}", b'{"batch to": 1}', {"Origin": "http://x"}.items()) == 403
        assert status_of(f"{root}/send?trainer=0&token={token}", b'{"batch to": 1}') == 204
        assert status_of(f"{root}/send?trainer=9&token={token}", b'{"batch to": 1}') == 400
        assert status_of(f"{root}/send?trainer=0&token={token}", b'{"batch to": 1') == 400
        assert status_of(f"{root}/send?trainer=0&token={token}", b'{"x": "' + b"y" * 100000 + b'"}') == 413
        for path in ("/../../../etc/passwd", "/page.c", "/%2e%2e/etc/passwd", "/etc/passwd", "//etc/passwd"):
            assert status_of(root + path) in (400, 404), path


def own_address():
    """The address that other machines know this one by, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))  # sends nothing
            return s.getsockname()[0]
        except OSError:
            return None


def test_other_machines_only_when_told():
    address = own_address()
    if not address or address.startswith("127."):
        return
    with Observe(XOR, "--every", "0", "--progress", "never") as o:
        port = int(re.search(r":(\d+)/", o.address).group(1))
        try:
            socket.create_connection((address, port), PATIENCE).close()
            raise AssertionError("it listens to others")
        except ConnectionRefusedError:
            pass
    with Observe("--host", "0.0.0.0", XOR, "--every", "0", "--progress", "never", host="0.0.0.0") as o:
        there = o.address.replace("0.0.0.0", address)
        assert status_of(there) == 200
        assert status_of(there.split("?")[0]) == 403
        assert status_of(there, headers={"Host": "example.org"}.items()) == 403


def exchange(port, data):
    """Sends bytes and hangs up, whatever is answered."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as s:
        try:
            s.sendall(data)
            s.setblocking(False)
            s.recv(4096)
        except OSError:
            pass


def test_requests_that_lie():
    with Observe(XOR, "--every", "0", "--progress", "never") as o:
        port, token = re.search(r":(\d+)/\?token=(.*)", o.address).groups()
        host = f"Host: 127.0.0.1:{port}\r\n".encode()
        post = f"POST /send?trainer=0&token={token} HTTP/1.1\r\n".encode() + host
        for data in (post + b"Content-Length: 5\r\n\r\n{", post + b"Content-Length: -1\r\n\r\n", post + b"\r\n",
                     post + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}", b"GET " + b"/" * 100000,
                     post.replace(b"trainer=0", b"trainer=99999999999999999999") + b"Content-Length: 2\r\n\r\n{}",
                     post.replace(b"trainer=0", b"trainer=-1") + b"Content-Length: 2\r\n\r\n{}",
                     b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5000, b"GET /events?token=" + token.encode() + b" HTTP/1.1\r\n" + host +
                     b"\r\n", b"\0" * 1000, post + b"Content-Length: 9\r\n\r\n{\"a\": \xff\xff}"):
            for _ in range(3):
                exchange(int(port), data)
        assert status_of(o.address) == 200
        assert o.process.poll() is None


def test_hostile_requests_never_end_it():
    import random
    dice = random.Random(5)
    with Observe(XOR, "--every", "0", "--progress", "never") as o:
        port = int(re.search(r":(\d+)/", o.address).group(1))
        for _ in range(200):
            with socket.create_connection(("127.0.0.1", port), PATIENCE) as s:
                head = dice.choice([b"GET / HTTP/1.1\r\n", b"POST /send HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", b""])
                try:
                    s.sendall(head + dice.randbytes(dice.randrange(300)))
                except OSError:
                    pass
        assert status_of(o.address) == 200


if __name__ == "__main__":
    run_tests(sys.modules[__name__])

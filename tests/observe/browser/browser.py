"""Headless Chromium by its WebDriver, and `loopc observe`, for the tests in this folder. Standard library alone."""

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
from observer import LOOPC, Observer  # noqa: E402
from trainer import PATIENCE  # noqa: E402

XOR, SHOTS = os.environ["XOR"], os.environ["SHOTS"]
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
                            "--window-size=1200,1300"]}
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
            time.sleep(0.08)

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


class Observe(Observer):
    def __init__(self, *arguments, host="127.0.0.1", pace=0, trainers=1):
        super().__init__(*arguments)
        assert re.fullmatch(rf"http://{re.escape(host)}:\d+/\?token=[0-9a-f]{{32}}", self.address), self.address
        for k in range(trainers if pace else 0):
            self.slow_down(pace, k)

    def slow_down(self, pace, trainer=0):
        """So many batches a second: a trainer leaves the processor to the browser."""
        status_of(self.address.replace("/?", f"/send?trainer={trainer}&"), json.dumps({"batches a second": pace}).encode())


# Pictures without a name for a screen reader: neither they nor what they are in has a role and a label, or is left out.
UNNAMED = ("[...document.querySelectorAll('canvas, svg')].filter((one) => !one.closest('[aria-hidden=true], [role=img][aria-label]"
           ":not([aria-label=\"\"])')).map((one) => one.outerHTML.slice(0, 80)).join()")


def pixel(b, view, x, y):
    """The colour of a view's picture at a place, by shares of its size."""
    return b.run(f"const c = document.querySelector('[data-view=\"{view}\"] canvas');"
                 f"return [...c.getContext('2d').getImageData(c.width * {x}, c.height * {y}, 1, 1).data].join()")


def count_pixels(b, view, colour):
    """How many pixels of a picture have that colour, as "red,green,blue"."""
    return b.run(f"const c = document.querySelector('[data-view=\"{view}\"] canvas');"
                 f"const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;"
                 f"for (let i = 0; i < d.length; i += 4) n += [d[i], d[i + 1], d[i + 2]].join() === '{colour}'; return n")


def events_of(address):
    """The first event of a stream, and its length."""
    with urllib.request.urlopen(address.replace("/?", "/events?"), timeout=PATIENCE) as stream:
        while True:
            line = stream.readline()
            if line.startswith(b"data: "):
                return json.loads(line[6:]), len(line)


def status_of(address, data=None, headers=()):
    request = urllib.request.Request(address, data, dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code

"""The lessons, a folder of runs, and the pages of explain and graph, in a real browser. Leaves screenshots in $SHOTS."""

import os
import subprocess
import sys
import urllib.error

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "control"))
from browser import Browser, LOOPC, Observe, UNNAMED, XOR, pixel, status_of  # noqa: E402


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
        b.becomes(UNNAMED, "")
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
        b.becomes(UNNAMED, "")
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
        b.becomes(UNNAMED, "")
        b.shoot("graph.png")
        assert b.complaints() == []

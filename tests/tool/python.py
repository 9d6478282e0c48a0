"""The Python package against real trainers: what a notebook or a script does with it. Started by test_python.sh."""

import asyncio
import gc
import os
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "observe", "control"))
from trainer import PATIENCE, is_running, near, run_tests  # noqa: E402

from loopc import AsyncTrainer, Trainer, TrainerEnded, TrainerError, notebook  # noqa: E402

XOR, FAILS = os.environ["XOR"], os.environ["FAILS"]
QUIET = ["--every", "0"]


def xor(*more, **options):
    return Trainer([XOR, *QUIET, *more], stdout=subprocess.DEVNULL, timeout=PATIENCE, **options)


def raises(kind, action, *words):
    try:
        action()
    except kind as error:
        for word in words:
            assert word in str(error), f"{word!r} is not in {error}"
        return error
    raise AssertionError(f"no {kind.__name__}")


def gone(pid):
    end = time.monotonic() + PATIENCE
    while is_running(pid):
        assert time.monotonic() < end, "it is left"
        time.sleep(0.02)


def test_the_losses_of_xor():
    with xor("--eta", "0.1") as t:
        assert t.batch == 0 and list(t.get("sv")) == [1, 1, 1, 1, 0.5, -0.5, 1, -1, 0]
        near(t.run_to(2), 0.1908279896)
        near(t.run_to(10), 0.06461136877)
        near(t.run_to(5), 0.06461136877)  # it is further already
        assert t.step() == 11 and t.step(4) == 15 and t.get("batch") == 15
        t.set(eta=0.5)
        near(t.get("eta"), 0.5)
        assert t.run_to(400) < 1e-6  # a step pauses: this goes on
        layers = t.weights()
        assert list(layers) == ["net.layers.0.weight", "net.layers.0.bias", "net.layers.1.weight", "net.layers.1.bias"]
        assert [len(layers["net.layers.0.weight"]), len(layers["net.layers.0.weight"][0])] == [2, 2]
    assert t.exit_code == 0 and t.has_ended and t.close() == 0


def test_refusals_are_exceptions_in_its_words():
    with xor() as t:
        raises(TrainerError, lambda: t.set(nonsense=1), "nonsense is unknown")
        raises(TrainerError, lambda: t.set(eta="much"), "eta: 'much' is not a number")
        raises(TrainerError, t.checkpoint, "it was started without --checkpoint")
        raises(KeyError, lambda: t.get("nonsense"), "known: batch, eta")
        raises(TypeError, lambda: t.set(eta=object()))
        near(t.run_to(2), 0.1908279896)  # none of them did harm
    raises(TrainerError, lambda: t.run_to(3), "closed")
    error = raises(TrainerEnded, lambda: Trainer([XOR, "--nonsense"]), "unknown flag '--nonsense'")
    assert error.code == 2
    raises(FileNotFoundError, lambda: Trainer(["./not-there"]))
    raises(TypeError, Trainer)


def test_a_failing_run():
    t = Trainer([FAILS], timeout=PATIENCE)
    error = raises(TrainerEnded, lambda: t.run_to(100), "the seventh is bad", "exit code 1")
    assert error.code == 1
    raises(TrainerEnded, lambda: list(t.reports()) or t.run_to(100), "the seventh is bad")
    raises(TrainerError, t.close, "the seventh is bad")

    def inside():
        with Trainer([FAILS], timeout=PATIENCE):
            raise ZeroDivisionError  # the error of the block is the one to see
    raises(ZeroDivisionError, inside)


def test_reports():
    with xor() as t:
        seen = list(t.reports(to=200000))
        assert seen[-1].batch == 200000 and 0 <= seen[-1]["loss"] < 1e-6
        assert all(a.batch <= b.batch for a, b in zip(seen, seen[1:]))
        assert list(t) == []  # it waits at its target
        for report in t.reports(to=10 ** 15):
            if report.batch > 300000:
                break  # leaves it running
        t.pause()
        before = t.get("batch")
        time.sleep(0.1)
        assert t.get("batch") == before > 300000
        t.resume()


def test_none_is_left():
    t = xor()
    pid = t.process.pid
    t._do(t._session.ask_once({"batch to": 10 ** 15}))
    del t
    gc.collect()
    gone(pid)
    code = ("import sys; from loopc import Trainer; t = Trainer([sys.argv[1], '--batch-to', '1000000000000000', '--every', '0']);"
            "print(t.process.pid, flush=True); {}")
    for end in ("sys.exit(0)", "import os; os._exit(3)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "1 / 0"):
        out = subprocess.run([sys.executable, "-c", code.format(end), XOR], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             timeout=10 * PATIENCE, check=False)
        gone(int(out.stdout))


def test_a_killed_trainer_hangs_nobody():
    t = xor()
    timer = threading.Timer(0.2, t.process.kill)
    timer.start()
    raises(TrainerEnded, lambda: t.run_to(10 ** 15), "SIGKILL")
    raises(TrainerEnded, lambda: t.get("sv"), "SIGKILL")
    raises(TrainerError, t.close, "SIGKILL")
    with xor() as t:
        t.timeout = 0.3
        raises(TimeoutError, lambda: t.run_to(10 ** 15), "0.3 seconds")
        t.timeout = PATIENCE
        assert t.get("batch") > 0


def test_joining_one_that_runs():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        own = subprocess.Popen([XOR, *QUIET, "--control", f"lines:unix:{path}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for target in (10, 20):
            with Trainer(attach=f"unix:{path}", timeout=PATIENCE) as t:
                t.run_to(target)
                assert t.process is None
            assert own.poll() is None, "a visitor took it along"
        with Trainer(attach=f"unix:{path}", timeout=PATIENCE) as t:
            assert t.batch == 20
            t.shutdown()
        assert own.wait(PATIENCE) == 0
        raises(OSError, lambda: Trainer(attach=f"unix:{path}"))


def test_coroutines():
    async def learn():
        async with AsyncTrainer([XOR, *QUIET], stdout=subprocess.DEVNULL, timeout=PATIENCE) as t:
            near(await t.run_to(2), 0.1908279896)
            got = await asyncio.gather(t.get("batch"), t.get("eta"), t.set(eta=0.5), t.step())
            assert got[0] >= 2 and got[3] >= 3
            try:
                await asyncio.gather(t.set(nonsense=1), t.set(eta=0.25))
                raise AssertionError("no error")
            except TrainerError as error:
                assert "nonsense" in str(error)
            near(await t.get("eta"), 0.25)
            last = None
            async for report in t.reports(to=100000):
                last = report.batch
            assert last == 100000
            waiting = asyncio.create_task(t.run_to(10 ** 15))
            await asyncio.sleep(0.05)
            waiting.cancel()
            assert await t.get("batch") > 100000
            pid = t.process.pid
        gone(pid)
    asyncio.run(learn())


def test_the_panel_of_a_notebook():
    picture = notebook.curve([(1, 1.0), (2, 0.1), (3, 0.01)])
    assert "polyline" in picture and picture.count(",") == 3 and 'batch 1' in picture
    assert "polyline" not in notebook.curve([(1, float("nan"))])
    try:
        import ipywidgets  # noqa: F401
    except ImportError:
        with xor() as t:
            raises(ImportError, lambda: notebook.panel(t), "pip install ipywidgets")
        return
    with xor() as t:
        p = notebook.panel(t)
        p.target.value = 100
        p.go._click_handlers(p.go)
        end = time.monotonic() + PATIENCE
        while "batch 100" != p.batch.value or "polyline" not in p.plot.value:
            assert time.monotonic() < end, p.batch.value
            time.sleep(0.05)
        p.rate.value = 0.25
        p.set_rate._click_handlers(p.set_rate)
        near(t.get("eta"), 0.25)
        p.end._click_handlers(p.end)
        while "exit code 0" not in p.message.value:
            assert time.monotonic() < end, p.message.value
            time.sleep(0.05)


if __name__ == "__main__":
    run_tests(sys.modules[__name__])

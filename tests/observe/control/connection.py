"""How a trainer and its parent are connected, wait for each other and part: heartbeats, end markers, signals, a parent that is
killed or does not read, lines in the place of frames."""

import json
import os
import signal
import subprocess
import sys
import time

from trainer import PATIENCE, Lines, Trainer, is_running, near, path, run_tests

XOR = os.environ["XOR"]
WEIGHTS = [1, 1, 1, 1, 0.5, -0.5, 1, -1, 0]


def test_idle_at_the_start_and_at_the_target():
    with Trainer(XOR) as t:
        t.receive()
        assert t.receive(PATIENCE) == {"loss": [0, -1]}  # the heartbeat of a waiting trainer
        ticks = open(f"/proc/{t.process.pid}/stat").read().rsplit(")")[1].split()
        assert (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK") < 0.3, "it spins"
        t.loss_at(5)
        assert t.receive(PATIENCE)["loss"][0] == 5
        t.end()


def test_the_heartbeat_comes_after_a_second():
    start = time.monotonic()
    with Trainer(XOR) as t:
        for _ in range(4):
            t.receive()
        assert time.monotonic() - start > 2.5
        t.end()


def test_shutdown_ends_with_the_end_marker():
    with Trainer(XOR) as t:
        t.loss_at(4)
        t.send({"shutdown": True, "batch to": 1000})
        t.rest()
        assert t.wait() == 0


def test_the_end_marker_is_answered_in_kind():
    for marker in (bytes(4), b""):
        with Trainer(XOR) as t:
            t.receive()
            t.raw(marker)
            while (data := t.connection.recv_bytes()) != bytes(4):
                json.loads(data)
            assert t.wait() == 0
            try:
                t.connection.recv_bytes()
                raise AssertionError("something comes behind the end marker")
            except EOFError:
                pass


def test_shutdown_while_it_is_busy():
    with Trainer(XOR) as t:
        t.send({"batch to": 10 ** 15})
        t.until("loss", lambda value: value[0] > 1000)
        t.end()


def test_end_of_file_ends_it_in_good_order():
    for target in (0, 10 ** 15):
        with Trainer(XOR) as t:
            t.send({"batch to": target})
            t.receive()
            t.connection.close()
            assert t.wait() == 0


def test_a_killed_parent_leaves_no_orphan():
    code = ("import sys, time; sys.path.insert(0, sys.argv[1]); from trainer import Trainer\n"
            "t = Trainer(sys.argv[2]); t.send({'batch to': 10**15}); print(t.process.pid, flush=True); time.sleep(600)")
    for wait in (0.0, 0.2, 0.5):
        parent = subprocess.Popen([sys.executable, "-c", code, os.path.dirname(os.path.abspath(__file__)), XOR],
                                  stdout=subprocess.PIPE)
        child = int(parent.stdout.readline())
        time.sleep(wait)
        parent.kill()
        parent.wait()
        parent.stdout.close()
        limit = time.monotonic() + PATIENCE
        while is_running(child):
            assert time.monotonic() < limit, "an orphan is left"
            time.sleep(0.05)


def test_a_peer_that_does_not_read_never_stops_training():
    with Trainer(XOR, "--log", path("slow.log")) as t:
        t.send({"report state every": 1, "batch to": 50000})
        limit = time.monotonic() + PATIENCE
        while not is_logged(path("slow.log"), 50000):
            assert time.monotonic() < limit, "training stands still"
            time.sleep(0.1)
        t.send({"tell state": 1})
        first = t.receive()
        dropped, last = 0, 0
        while last < 50000:
            message = t.receive()
            dropped = message.get("dropped", [0, dropped])[1]
            last = max(value[0] for key, value in message.items() if key != "diverged")
        assert dropped > 1000, dropped
        assert first["sv"][0] == 0
        t.end()


def is_logged(name, batch):
    try:
        with open(name, "rb") as file:
            file.seek(-min(4096, os.path.getsize(name)), 2)
            return f"[{batch}, ".encode() in file.read()
    except (FileNotFoundError, OSError):
        return False


def test_lines_on_standard_streams():
    with Lines(XOR) as t:
        assert t.receive() == {"eta": [0, 0.1], "sv": [0, WEIGHTS], "loss": [0, -1]}
        t.raw(b'\n{"batch to":\t2}\r\n')
        near(t.until("loss", lambda value: value[0] == 2)[1], 0.1908279896)
        t.raw(b'nonsense\n{"batch to": 60')
        assert t.until("error")
        t.raw(b'0}\n')
        t.until("loss", lambda value: value[0] == 600)
        t.process.stdin.close()
        t.process.stdin = None
        t.rest()
        assert t.wait() == 0


def test_lines_on_a_unix_socket():
    where = path("socket")
    with Lines(XOR, path=where) as t:
        assert t.receive()["loss"] == [0, -1]
        assert os.stat(where).st_mode & 0o077 == 0
        t.send({"batch to": 10})
        near(t.until("loss", lambda value: value[0] == 10)[1], 0.06461136877)
        t.send({"shutdown": 1})
        t.rest()
        assert t.wait() == 0
    assert not os.path.exists(where)


def test_a_visitor_that_leaves_ends_nothing():
    for target in ("10", "1000000000000"):  # waits there; learns on
        with Lines(XOR, "--batch-to", target, path=path("visited")) as t:
            for _ in range(3):
                t.buffer = b""
                t.send({"tell state": 1})
                assert len(t.until("sv")[1]) == 9
                t.socket.close()
                t.connect()
            t.send({"tell status": 1})
            assert t.until("status")[1]["target"] == int(target)
            assert t.process.poll() is None
            t.send({"shutdown": 1})
            t.rest()
            assert t.wait() == 0


def test_the_owner_of_a_path_takes_the_run_along():
    with Lines(XOR, path=path("owned"), owner=True) as t:
        t.receive()
        t.send({"stay": 1, "tell state": 1})
        t.until("sv")
        t.socket.close()
        t.buffer = b""
        t.connect()
        assert t.receive()["sv"][0] == 0
        t.socket.close()  # one that does not stay
        assert t.wait() == 0
        t.socket = None
    assert not os.path.exists(path("owned"))


def test_what_was_learned_is_saved_when_a_peer_ends_it():
    for number, part in enumerate((lambda t: t.send({"shutdown": 1}), lambda t: t.connection.close(), lambda t: t.raw(bytes(4)))):
        folder = path(f"kept{number}")
        for target, batches in ((20, 20), (10 ** 15, 1000)):
            with Trainer(XOR, "--checkpoint", folder, "--save-every", "1000000000steps", *(["--resume"] if batches > 20 else [])) as t:
                t.send({"batch to": target})
                t.until("loss", lambda value, batches=batches: value[0] >= batches)
                part(t)
                assert t.wait() == 0, t.process.stderr.read()
        with Trainer(XOR, "--checkpoint", folder, "--resume") as t:
            assert t.receive()["sv"][0] >= 1000, os.listdir(folder)


def test_signals_reach_one_that_waits():
    for number, code in ((signal.SIGINT, -2 % 256), (signal.SIGTERM, 143)):
        with Trainer(XOR) as t:
            t.receive()
            time.sleep(0.2)
            t.process.send_signal(number)
            t.rest()
            assert t.wait() == 128 + number, (t.process.returncode, code)

if __name__ == "__main__":
    run_tests(sys.modules[__name__])

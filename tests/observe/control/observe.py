"""`loopc observe` without a browser: the table in a terminal of its own (a pty), joining, logs, and either side killed."""

import fcntl
import json
import math
import os
import pty
import random
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading
import time
import urllib.request

from observer import LOOPC, Observer
from trainer import PATIENCE, Lines, Trainer, is_running, path, run_tests

XOR = os.environ["XOR"]
BUSY = [XOR, "--every", "0", "--progress", "never", "--batch-to", "1000000000000"]
SHORT = [XOR, "--every", "0", "--progress", "never", "--batch-to", "3000"]


def children(pid):
    """The trainers that a process has started."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            parent = int(open(f"/proc/{name}/stat").read().rsplit(")")[1].split()[1])
            if parent == pid and open(f"/proc/{name}/cmdline").read().split("\0")[0] == XOR:
                found.append(int(name))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def wait_for(test):
    end = time.monotonic() + PATIENCE
    while not test():
        assert time.monotonic() < end, "it does not come"
        time.sleep(0.05)


class Screen:
    """`loopc observe --tui` in a pty."""

    def __init__(self, *arguments, columns=100):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(LOOPC, [LOOPC, "observe", "--tui", *arguments])
        self.resize(columns)
        self.before = termios.tcgetattr(self.fd)
        self.text = ""

    def resize(self, columns, rows=24):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, patience=0.1):
        """Reads all available output; False at the end of the stream."""
        if not select.select([self.fd], [], [], patience)[0]:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.text += data.decode(errors="replace")
        return bool(data)

    def sees(self, pattern):
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, self.text):
            assert self.read() and time.monotonic() < end, f"{pattern} does not come"

    def finish(self):
        """Waits for the end; the terminal must be as it was. Returns the exit code."""
        assert termios.tcgetattr(self.fd) == self.before, "the terminal's settings were changed"
        end = time.monotonic() + PATIENCE
        while self.read():
            assert time.monotonic() < end, "it does not end"
        os.close(self.fd)
        taken, given = self.text.rfind("\x1b[?1049h"), self.text.rfind("\x1b[?25h\x1b[?1049l")
        assert taken >= 0 and given > taken, "the terminal is not given back"
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_a_table_that_ends_with_its_trainers():
    screen = Screen(*SHORT, "--and", *SHORT, "--eta", "0.5")
    screen.sees(r"xor +waiting +3000 [^\n]*\n[^\n]*xor +waiting +3000 ")  # both have told of a loss
    trainers = children(screen.pid)
    for trainer in trainers:
        os.kill(trainer, signal.SIGTERM)
    assert screen.finish() == 143
    assert screen.text.count("xor: last loss") == 2
    assert "\x1b" not in screen.text[screen.text.rfind("\x1b[?1049l") + 8:], "drawn after the end"


def test_the_terminal_is_given_back_whatever_happens():
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGKILL, -9),
                         (signal.SIGSEGV, -11)):
        screen = Screen(*BUSY)
        screen.sees(r"xor +running +[1-9]")
        trainers = children(screen.pid)
        assert len(trainers) == 1
        os.kill(screen.pid, number)
        assert screen.finish() == code, number
        wait_for(lambda trainers=trainers: not is_running(trainers[0]))


def test_what_cannot_be_started_is_explained():
    with open(path("spec.lua"), "w") as file:
        file.write("return 1")
    os.symlink(XOR, path("here"))
    for program, hint in (("here", "./here"), ("spec.lua", "loopc build spec.lua"), ("nowhere", "cannot start nowhere")):
        done = subprocess.run([LOOPC, "observe", program], capture_output=True, text=True, check=False, cwd=path("."))
        assert done.returncode == 2 and hint in done.stderr, (done.returncode, done.stderr)


def test_an_address_that_is_not_printed_is_a_failure():
    for where, why in ((">/dev/full", "No space left"), (">&-", "Bad file descriptor"), ("<&- >&-", "Bad file descriptor")):
        command = ["sh", "-c", f'exec "$0" observe "$@" {where}', LOOPC, *BUSY]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
        assert done.returncode == 1 and f"standard output: {why}" in done.stderr, (where, done)


def test_a_trainer_that_is_killed_ends_the_table():
    screen = Screen(*BUSY)
    screen.sees(r"xor +running +[1-9]")
    os.kill(children(screen.pid)[0], signal.SIGKILL)
    assert screen.finish() == 137


def test_lines_end_where_the_window_does():
    screen = Screen(*BUSY)
    screen.sees(r"xor +running +[1-9]")
    for columns in (30, 200, 1, 79):
        screen.resize(columns)
        time.sleep(0.3)
        while screen.read(0.01) and select.select([screen.fd], [], [], 0)[0]:
            pass
        screen.text = screen.text[screen.text.index("\x1b[?1049h"):][:8]  # drop the output from before the resize
        screen.sees(r"\x1b\[J[^J]*\x1b\[J")
        drawn = re.sub(r"\x1b\[[?0-9]*[a-zA-Z]", "", screen.text[8:screen.text.rindex("\x1b[J")])
        longest = max(len(line.strip("\r")) for line in drawn.split("\n"))
        assert longest <= max(20, columns), (columns, longest)
    os.kill(screen.pid, signal.SIGINT)
    screen.finish()


def test_stop_and_continue():
    screen = Screen(*BUSY)
    screen.sees(r"xor +running +[1-9]")
    os.kill(screen.pid, signal.SIGTSTP)
    screen.sees(r"\x1b\[\?25h\x1b\[\?1049l$")
    wait_for(lambda: open(f"/proc/{screen.pid}/stat").read().rsplit(")")[1].split()[0] == "T")
    screen.text = ""
    os.kill(screen.pid, signal.SIGCONT)
    screen.sees(r"\x1b\[\?1049h[^$]*xor +running")
    os.kill(screen.pid, signal.SIGINT)
    screen.finish()


def test_without_a_terminal_there_are_plain_lines():
    observe = subprocess.Popen([LOOPC, "observe", "--tui", *SHORT], stdout=subprocess.PIPE, text=True)
    assert re.match(r"xor +(running|waiting)", observe.stdout.readline())
    os.kill(children(observe.pid)[0], signal.SIGTERM)
    rest = observe.stdout.read()
    observe.stdout.close()
    assert observe.wait(PATIENCE) == 143 and "\x1b" not in rest and "xor: last loss" in rest, rest


def test_the_loss_of_a_loop_is_the_loss():
    with open(path("loop.log"), "w") as file:
        file.write('{"Fit.accuracy": [120, 0.5], "Fit.loss": [120, 0.5]}\n{"Fit.loss": [240, 0.25], "Fit.accuracy": [240, 0.75]}\n')
    observe = subprocess.Popen([LOOPC, "observe", "--tui", "--log", path("loop.log")], stdout=subprocess.PIPE, text=True)
    row = observe.stdout.readline()
    while not re.match(r"loop\.log +ended +240 +0 +- +0\.25 ", row):
        assert row.startswith(("loop.log", "  Fit.accuracy")), row
        row = observe.stdout.readline()
    assert observe.stdout.readline().split() == ["Fit.accuracy", "0.75"]
    observe.terminate()
    rest = observe.stdout.read()
    observe.stdout.close()
    assert observe.wait(PATIENCE) == 143 and rest.endswith("loop.log: last loss 0.25 at batch 240\n"), rest


class Observe(Observer):
    def events(self, test):
        """The first event whose first trainer passes the test."""
        end = time.monotonic() + PATIENCE
        with urllib.request.urlopen(self.address.replace("/?", "/events?"), timeout=PATIENCE) as stream:
            for line in stream:
                assert time.monotonic() < end, "no such event"
                if line.startswith(b"data: "):
                    trainers = json.loads(line[6:])
                    if test(trainers[0]):
                        return trainers
        raise AssertionError("the stream ended")

    def send(self, message):
        address = self.address.replace("/?", "/send?") + "&trainer=0"
        with urllib.request.urlopen(urllib.request.Request(address, json.dumps(message).encode()), timeout=PATIENCE) as answer:
            assert answer.status == 204


def last_batch(trainer):
    points = trainer["topics"].get("loss", {}).get("points")
    return points[-1][0] if points else 0


def test_it_joins_a_trainer_and_leaves_it_running():
    with Lines(XOR, "--batch-to", "100", path=path("socket")) as t:
        t.receive()
        t.socket.close()
        for target in (200, 300):
            with Observe("--attach", f"unix:{path('socket')}") as o:
                o.send({"batch to": target})
                o.events(lambda trainer, target=target: last_batch(trainer) == target)
        assert t.process.poll() is None, "it left with the observer"
        t.buffer = b""
        t.connect()
        t.send({"shutdown": 1})
        t.rest()
        assert t.wait() == 0


def test_nothing_to_join_is_told():
    for where in (path("nowhere"), "unix:" + path("nowhere"), "unix:" + "x" * 200):
        done = subprocess.run([LOOPC, "observe", "--attach", where], capture_output=True, text=True, timeout=PATIENCE,
                              check=False)
        assert done.returncode == 2 and "nowhere" in done.stderr + where or "too long" in done.stderr, done


def test_a_log_is_shown_and_its_last_loss_printed():
    with Trainer(XOR, "--log", path("log")) as t:
        t.loss_at(283)
        t.send({"shutdown": 1})
        t.rest()
        t.wait()
    with Observe("--log", path("log")) as o:
        trainer = o.events(lambda trainer: True)[0]
        assert trainer["ended"] and last_batch(trainer) == 283
        o.process.terminate()
        assert re.search(r"log: last loss 0\.000\d+ at batch 283", o.process.stdout.read())


def test_a_port_that_is_taken_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run([LOOPC, "observe", "--port", port, "--", *SHORT], capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 2 and f"loopc: error: 127.0.0.1:{port}: Address already in use\n" in done.stderr, done.stderr
        assert "hint: another --port" in done.stderr


def resident(pid):
    """MB of a process."""
    return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{pid}/status").read())[1]) / 1024


def test_viewers_leave_no_memory_behind():
    with open(path("long"), "w") as log:
        for batch in range(8000):
            log.write(json.dumps({f"Fit.part{k}": [batch, math.sin(batch + k)] for k in range(5)}) + "\n")
    with Observe("--log", path("long")) as o:
        o.events(lambda trainer: True)
        before = resident(o.process.pid)
        for _ in range(2):
            viewers = [threading.Thread(target=o.events, args=[lambda trainer: True]) for _ in range(8)]
            for viewer in viewers:
                viewer.start()
            for viewer in viewers:
                viewer.join()
        if "-fsanitize" not in os.environ.get("CFLAGS", ""):
            wait_for(lambda: resident(o.process.pid) < before + 8)


def test_a_file_that_is_no_log_is_told():
    with open(path("text"), "w") as file:
        file.write("x\n")
    done = subprocess.run([LOOPC, "observe", "--log", path("text")], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2 and "it is not a log" in done.stderr, done


def test_several_logs_and_a_trainer_side_by_side():
    with open(path("a.log"), "w") as file:
        file.write('{"loss": [5, 0.5]}\n{"loss": [6, 0.4]\nnonsense\n\0\n{"loss": [7, null], "diverged": true}\n')
    with Observe("--log", path("a.log"), "--log", path("a.log"), *BUSY) as o:
        trainers = o.events(lambda trainer: True)
        assert [trainer["name"] for trainer in trainers] == ["a.log", "a.log", "xor"]
        assert trainers[0]["topics"]["loss"]["points"] == [[5, 0.5], [7, None]]


def test_keep_serves_when_all_have_ended():
    for keep in (False, True):
        with Observe(*(["--keep"] if keep else []), *SHORT) as o:
            o.events(lambda trainer: last_batch(trainer) == 3000)
            o.send({"shutdown": 1})
            if keep:
                o.events(lambda trainer: trainer["ended"])
                time.sleep(2.5)
                assert o.process.poll() is None
                o.events(lambda trainer: trainer["ended"] and last_batch(trainer) == 3000)
            else:
                assert o.process.wait(PATIENCE) == 0


def test_how_a_trainer_ended_is_told():
    for number, how in ((signal.SIGKILL, "killed by signal 9 (Killed)"), (signal.SIGTERM, "interrupted (exit code 143)"), (None, "ended")):
        with Observe("--keep", *BUSY) as o:
            o.events(lambda trainer: last_batch(trainer) > 0)
            if number:
                os.kill(children(o.process.pid)[0], number)
            else:
                o.send({"shutdown": 1})
            o.events(lambda trainer, how=how: trainer["ended"] and trainer["how"] == how)


def test_a_trainer_that_was_started_anew_is_joined_again():
    where = path("again")
    control = ["--control", f"lines:unix:{where}", "--progress", "never"]
    first = subprocess.Popen([XOR, "--batch-to", "1000", *control])
    wait_for(lambda: os.path.exists(where))
    with Observe("--keep", "--attach", f"unix:{where}") as o:
        o.events(lambda trainer: last_batch(trainer) == 1000)
        first.kill()
        first.wait()
        assert o.events(lambda trainer: trainer["ended"])[0]["how"] == "gone"
        second = subprocess.Popen([XOR, "--batch-to", "500", *control])
        trainer = o.events(lambda trainer: not trainer["ended"] and last_batch(trainer) == 500)[0]
        assert trainer["restarts"] == 1
        assert max(point[0] for point in trainer["topics"]["loss"]["points"]) == 500, "points of the run before"
        o.send({"batch to": 600})
        o.events(lambda trainer: last_batch(trainer) == 600)
        o.send({"shutdown": 1})
        assert second.wait(PATIENCE) == 0


def test_a_page_waits_for_its_first_viewer():
    with Observe(XOR, "--nonsense") as o:
        while "the page waits" not in (line := o.process.stderr.readline()):
            assert line, "it does not wait"
        assert o.process.poll() is None
        o.events(lambda trainer: trainer["how"].startswith("failed (exit code 2): xor: "))
        assert o.process.wait(PATIENCE) == 2


def test_options_with_their_value_behind_an_equals_sign():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    with Observe(f"--port={port}", "--host=127.0.0.1", *SHORT) as o:
        assert f":{port}/" in o.address, o.address
    for bad in ("--port=", "--port=x", "--porto=1", "--keep=1", "--log="):
        done = subprocess.run([LOOPC, "observe", bad, *SHORT], capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 2 and "error: --" in done.stderr, (bad, done)


def test_either_side_killed_at_random_leaves_no_orphan():
    dice = random.Random(6)
    for round_number in range(8):
        observe = subprocess.Popen([LOOPC, "observe", *BUSY, "--and", *BUSY], stdout=subprocess.PIPE, text=True)
        if round_number % 4:
            observe.stdout.readline()
        time.sleep(dice.random() * 0.5)
        trainers = children(observe.pid)
        if round_number % 2:
            for trainer in trainers:
                os.kill(trainer, signal.SIGKILL)
            observe.terminate()  # it would wait for a viewer
        else:
            observe.kill()
        observe.wait(PATIENCE)
        observe.stdout.close()
        for trainer in trainers:
            wait_for(lambda trainer=trainer: not is_running(trainer))


if __name__ == "__main__":
    run_tests(sys.modules[__name__])

"""A trainer as a child process, its control channel in our hands: shared by the tests of the channel."""

import json
import os
import select
import socket
import subprocess
import tempfile
import time
from multiprocessing.connection import Connection

PATIENCE = int(os.environ.get("PATIENCE", "60"))  # seconds that a loaded machine may take for anything
FOLDER = tempfile.mkdtemp(dir=os.environ.get("TMPDIR"))


def path(name):
    """A file of this suite's own."""
    return os.path.join(FOLDER, name)


def near(value, wanted, within=2e-6):
    assert abs(value - wanted) <= within, f"{value} is not {wanted}"


def is_running(pid):
    try:
        return open(f"/proc/{pid}/stat").read().rsplit(")")[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


class Trainer:
    """PROGRAM with `--control conn:FD`; messages are dicts."""

    def __init__(self, program, *arguments, stdout=subprocess.DEVNULL):
        ours, theirs = socket.socketpair()
        self.process = subprocess.Popen(
            [program, "--control", f"conn:{theirs.fileno()}", "--progress", "never", *arguments],
            pass_fds=[theirs.fileno()], stdout=stdout, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        theirs.close()
        self.connection = Connection(ours.detach())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        if not self.connection.closed:
            self.connection.close()

    def send(self, message=None, **keys):
        self.raw(json.dumps(message if message is not None else keys).encode())

    def raw(self, data):
        self.connection.send_bytes(data)

    def receive(self, patience=PATIENCE):
        """The next message; None for the end marker."""
        if not self.connection.poll(patience):
            raise AssertionError(f"no message within {patience} seconds")
        data = self.connection.recv_bytes()
        return json.loads(data) if data != bytes(4) else None

    def until(self, key, test=lambda value: True):
        """The value of the next message that has the key and passes the test."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            message = self.receive(end - time.monotonic())
            assert message is not None, f"the end marker came before {key}"
            if key in message and test(message[key]):
                return message[key]
        raise AssertionError(f"no {key}")

    def loss_at(self, batch):
        """Trains up to a batch and returns its loss."""
        self.send({"batch to": batch})
        return self.until("loss", lambda value: value[0] == batch)[1]

    def rest(self):
        """All messages up to the end marker, which must come."""
        messages = []
        while (message := self.receive()) is not None:
            messages.append(message)
        return messages

    def wait(self):
        return self.process.wait(PATIENCE)

    def end(self):
        """Ends it in good order; returns its messages until then."""
        self.send({"shutdown": 1})
        messages = self.rest()
        assert self.wait() == 0, self.process.returncode
        return messages


class Lines:
    """The same for `--control lines:stdio`, or a Unix socket."""

    def __init__(self, program, *arguments, path=None, owner=False):
        self.path = path
        where = f"lines:unix:{path}" + (",owner" if owner else "") if path else "lines:stdio"
        pipe = subprocess.DEVNULL if path else subprocess.PIPE
        self.process = subprocess.Popen([program, "--control", where, "--progress", "never", *arguments],
                                        stdin=pipe, stdout=pipe, stderr=subprocess.PIPE)
        self.socket = None
        self.buffer = b""
        if path:
            self.connect()

    def connect(self):
        end = time.monotonic() + PATIENCE
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            try:
                self.socket.connect(self.path)
                return
            except (FileNotFoundError, ConnectionRefusedError):
                self.socket.close()
                assert time.monotonic() < end, "nobody listens"
                time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for file in (self.process.stdin, self.process.stdout, self.process.stderr, self.socket):
            if file:
                file.close()

    def raw(self, data):
        if self.socket:
            self.socket.sendall(data)
        else:
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def send(self, message):
        self.raw(json.dumps(message).encode() + b"\n")

    def receive(self, patience=PATIENCE):
        """The next message; None at the end of file."""
        fd = self.socket.fileno() if self.socket else self.process.stdout.fileno()
        while b"\n" not in self.buffer:
            if not select.select([fd], [], [], patience)[0]:
                raise AssertionError(f"no message within {patience} seconds")
            data = os.read(fd, 65536)
            if not data:
                assert not self.buffer, "the last line is cut short"
                return None
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def until(self, key, test=lambda value: True):
        while True:
            message = self.receive()
            assert message is not None, f"the end came before {key}"
            if key in message and test(message[key]):
                return message[key]

    def rest(self):
        messages = []
        while (message := self.receive()) is not None:
            messages.append(message)
        return messages

    def wait(self):
        return self.process.wait(PATIENCE)


def run_tests(*modules):
    """Runs the functions test_* of modules; prints a line each, as tests/run wants it."""
    import sys
    import traceback
    failed = 0
    words = sys.argv[1:]
    for name, function in [item for module in modules for item in vars(module).items()]:
        if not name.startswith("test_") or (words and not any(word in name for word in words)):
            continue
        title = name[5:].replace("_", " ")
        try:
            function()
            print(f"ok {title}", flush=True)
        except Exception as error:  # a failed test, whatever it failed of
            failed = 1
            print(f"not ok {title} - {str(error).splitlines()[0] if str(error) else type(error).__name__}")
            traceback.print_exc(file=sys.stdout)
    sys.exit(failed)

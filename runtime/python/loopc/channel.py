"""The control channel of one trainer: starts or joins it, sends commands, and hands on what it says.

A thread reads, so that a slow caller loses no report, and reaps the process, so that none is left as a zombie. The trainer ends
by itself when the connection closes, which the system does when this process ends in any way.
"""

import json
import os
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time

END_MARKER = bytes(4)
WORDS_MOST = 2000  # characters of standard error in an exception


class Conn:
    """Frames: four bytes with the length, big-endian, then JSON."""

    @staticmethod
    def pack(data):
        return struct.pack(">I", len(data)) + data

    @staticmethod
    def unpack(buffer):
        """The first whole message and the rest; None and the buffer while there is none."""
        if len(buffer) < 4:
            return None, buffer
        end = 4 + struct.unpack(">I", buffer[:4])[0]
        return (None, buffer) if len(buffer) < end else (buffer[4:end], buffer[end:])


class Lines:
    """A message a line."""

    @staticmethod
    def pack(data):
        return data + b"\n"

    @staticmethod
    def unpack(buffer):
        line, newline, rest = buffer.partition(b"\n")
        return (line, rest) if newline else (None, buffer)


def join(address, timeout):
    """A connection to a trainer that runs with --control lines:unix:PATH or conn:unix:PATH, and its framing."""
    framing = Conn if address.startswith("conn:") else Lines
    path = address.split("unix:", 1)[-1]
    end = time.monotonic() + (timeout or 0)
    while True:
        stream = socket.socket(socket.AF_UNIX)
        try:
            stream.connect(path)
            return stream, framing
        except OSError:
            stream.close()
            if time.monotonic() >= end:
                raise
        time.sleep(0.02)


def start(command, **options):
    """Starts a trainer; the process, a connection, and the file that takes its standard error."""
    ours, theirs = socket.socketpair()
    errors = tempfile.TemporaryFile()
    try:
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("start_new_session", True)  # an interrupted cell of a notebook interrupts no training
        process = subprocess.Popen([*command, "--control", f"conn:{theirs.fileno()}", "--progress", "never"],
                                   pass_fds=[theirs.fileno()], stderr=errors, **options)
    except BaseException:
        ours.close()
        errors.close()
        raise
    finally:
        theirs.close()
    return process, ours, errors


class Channel:
    """`listeners` are called by the thread with each message, a dict, and with None at the end."""

    def __init__(self, stream, framing, process=None, errors=None):
        self.stream, self.framing, self.process, self.errors = stream, framing, process, errors
        self.listeners = []
        self.lock = threading.RLock()
        self.ended = threading.Event()
        self.left = False  # this side has closed it
        self.code = None
        self.failed = None
        self.words = ""  # why it ended, in its own
        self.owner = os.getpid()
        self.thread = threading.Thread(target=self._read, name="loopc trainer", daemon=True)
        self.thread.start()

    def send(self, message):
        """False when there is nobody to send it to."""
        try:
            self.stream.sendall(self.framing.pack(json.dumps(message).encode()))
        except OSError:
            return False
        return True

    def listen(self, listener):
        """False, and the listener is not called, when the trainer has ended."""
        with self.lock:
            if self.ended.is_set():
                return False
            self.listeners.append(listener)
            return True

    def forget(self, listener):
        with self.lock:
            if listener in self.listeners:
                self.listeners.remove(listener)

    def _tell(self, message):
        with self.lock:
            listeners = list(self.listeners)
        for listener in listeners:
            listener(message)

    def _messages(self):
        buffer = b""
        while True:
            try:
                data = self.stream.recv(1 << 16)
            except OSError:
                return
            if not data:
                return
            buffer += data
            while True:
                message, buffer = self.framing.unpack(buffer)
                if message is None:
                    break
                if message in (END_MARKER, b""):
                    return
                yield json.loads(message)

    def _read(self):
        try:
            for message in self._messages():
                if "failed" in message:
                    self.failed = message["failed"][1]
                self._tell(message)
        finally:
            self._finish()

    def _finish(self):
        if self.process:
            self._close_stream()  # one that has not ended does when nobody is there
            self.code = self.process.wait()
        self.words = self._words()
        with self.lock:
            self.ended.set()
        self._tell(None)

    def _close_stream(self):
        try:
            self.stream.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _words(self):
        text = ""
        if self.errors:
            size = os.fstat(self.errors.fileno()).st_size
            text = os.pread(self.errors.fileno(), WORDS_MOST, max(0, size - WORDS_MOST)).decode(errors="replace").strip()
            self.errors.close()
        return text if not self.failed or self.failed in text else f"{self.failed}\n{text}".strip()

    def how(self):
        """A sentence on how it ended."""
        if self.code is not None and self.code < 0:
            return f"the trainer was ended by {signal.Signals(-self.code).name}"
        if self.code or (self.code == 0 and not self.left):
            return f"the trainer has ended with exit code {self.code}"
        return "the connection to the trainer is closed" if self.left else "the trainer is gone"

    def leave(self):
        """Closes the connection without a word; the trainer ends unless it was joined."""
        if os.getpid() != self.owner:
            return self.stream.close()  # a fork: the trainer is the parent's
        self.left = True
        self._close_stream()

    def end(self, patience):
        """Waits for the end; a process that takes longer than `patience` seconds is ended by SIGTERM, then by SIGKILL."""
        for action in (None, "terminate", "kill"):
            if action and self.process:
                getattr(self.process, action)()
            if self.ended.wait(patience):
                break
        self.left = True
        self._close_stream()
        if threading.current_thread() is not self.thread:
            self.thread.join()
        self.stream.close()

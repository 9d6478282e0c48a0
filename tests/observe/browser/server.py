"""The server of `loopc observe`: who is let in, and requests that are wrong. No browser."""

import os
import re
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "control"))
from browser import Observe, XOR, events_of, status_of  # noqa: E402
from trainer import PATIENCE  # noqa: E402


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


def test_why_a_trainer_did_not_start():
    with Observe(XOR, "--eta", "much", "--progress", "never") as o:
        assert o.process.stderr.readline() == "xor: error: --eta: 'much' is not a number\n"  # passed on
        end = time.monotonic() + PATIENCE
        how = "gone"
        while how == "gone":  # until its exit code is known
            assert time.monotonic() < end
            how = events_of(o.address)[0][0]["how"]
        assert how == "failed (exit code 2): xor: --eta: 'much' is not a number", how


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

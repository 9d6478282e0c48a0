"""Hostile input: malformed messages, frames without end, foreign journals, random bytes. None of it ends a
trainer, or changes it."""

import json
import os
import random
import struct
import subprocess
import sys

from trainer import PATIENCE, Trainer, path, run_tests

XOR = os.environ["XOR"]


def test_a_malformed_message_is_answered_and_changes_nothing():
    bad = [b"", b"x", b"[1]", b'{"eta": 0.5', b'{"eta": 0.5} 1', b'{"eta": "much"}', b'{"eta": null}', b'{"eta": 1e999}',
           b'{"eta": 0.5, "batch to": "far"}', b'{"eta": 0.5, "batch to": 1.5}', b'{"eta": 0.5, "step": 0}',
           b'{"eta": 0.5, "report state every": -1}', b'{"eta": 0.5, "eta": 0.25}', b'{"eta": 0.5, "a": "\xff"}',
           b'{"eta": 0.5, "a": "\x01"}', b'{"eta": 01}', b'{"eta": .5}', b'{"eta": 0.5,}', b'{"eta": [0.5, 1]}',
           b'{"eta": 0.5, "a": ' + b"[" * 100 + b"]" * 100 + b"}"]
    with Trainer(XOR) as t:
        t.receive()
        for message in bad[1:]:
            t.raw(message)
            assert isinstance(t.until("error")[1], str)
        t.send({"tell state": 1})
        assert t.until("eta") == [0, 0.1]
        t.end()


def test_an_endless_frame_is_refused_and_skipped():
    with Trainer(XOR) as t:
        t.receive()
        t.raw(b" " * (3 << 20))
        assert "too long" in t.until("error")[1]
        t.loss_at(3)
        t.end()


def test_a_journal_of_another_kind_is_refused():
    for text in ("", "{}\n", '{"journal":"digits","seed":1}\n', '{"journal":"xor"}\n{"batch":1}\n', "\0"):
        with open(path("bad"), "w") as file:
            file.write(text)
        done = subprocess.run([XOR, "--replay", path("bad")], capture_output=True, timeout=PATIENCE, check=False)
        assert done.returncode == 2, (text, done)
        assert b"--replay" in done.stderr


def test_wrong_channels_are_refused():
    for where in ("", "conn", "conn:", "conn:x", "conn:999", "lines:unix:", "lines:unix:" + "x" * 200, "tcp:80",
                  "lines:unix:/nowhere/at/all"):
        done = subprocess.run([XOR, "--control", where], capture_output=True, timeout=PATIENCE, check=False)
        assert done.returncode == 2 and b"--control" in done.stderr, (where, done)


def some_message(dice):
    keys = ["eta", "batch to", "tell state", "report state every", "pause", "resume", "step", "tell status", "checkpoint",
            "stay", "x" * dice.randrange(300), "\u20ac\0"]
    values = [0, 1, -1, 2 ** 70, 0.5, 1e308, "", "1", None, True, [], [1, 2], {}, {"a": [1]}, "\ud83d\ude00" * 50]
    return {dice.choice(keys): dice.choice(values) for _ in range(dice.randrange(5))}


def test_fuzzed_messages_and_frames_never_end_it():
    dice = random.Random(20)
    with Trainer(XOR) as t:
        for number in range(3000):
            text = json.dumps(some_message(dice), ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")
            if dice.random() < 0.5:
                text = bytearray(text)
                for _ in range(dice.randrange(1, 4)):
                    text[dice.randrange(len(text))] = dice.randrange(256)
            t.raw(bytes(text) or b" ")
            if number % 50 == 0:
                while t.connection.poll(0):
                    t.receive()
        t.send({"resume": 1, "tell status": 1, "report state every": 0})
        while True:
            message = t.receive()
            if "status" in message:
                break
        t.end()


def test_broken_frames_end_it_in_good_order():
    dice = random.Random(21)
    for _ in range(10):
        with Trainer(XOR) as t:
            data = struct.pack("!I", dice.randrange(1 << 32)) + dice.randbytes(dice.randrange(200))
            os.write(t.connection.fileno(), data)
            t.connection.close()
            assert t.wait() == 0


if __name__ == "__main__":
    run_tests(sys.modules[__name__])

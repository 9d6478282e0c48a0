"""The control channel from outside, by a parent of Python's standard library alone: the rules of the protocol, the
numbers of XOR, journals. Bounds on time hold on a loaded machine."""

import json
import os
import subprocess
import sys
import time

from trainer import PATIENCE, Lines, Trainer, near, path, run_tests

XOR, SPIRALS, BOUNDED = (os.environ[name] for name in ("XOR", "SPIRALS", "BOUNDED"))
WEIGHTS = [1, 1, 1, 1, 0.5, -0.5, 1, -1, 0]


def test_the_first_message_is_the_state_at_batch_0():
    with Trainer(XOR) as t:
        assert t.receive() == {"eta": [0, 0.1], "sv": [0, WEIGHTS], "loss": [0, -1]}
        t.end()


def test_the_numbers_of_xor_with_eta_0_1():
    with Trainer(XOR) as t:
        near(t.loss_at(1), 0.2228183924)
        near(t.loss_at(2), 0.1908279896)
        near(t.loss_at(10), 0.06461136877)
        assert t.loss_at(282) >= 1e-3
        assert t.loss_at(283) < 1e-3
        t.end()


def test_the_first_batch_below_a_thousandth_by_eta():
    for eta, batch in ((0.5, 57), (1.0, 29)):
        with Trainer(XOR) as t:
            t.send({"eta": eta})
            near(t.loss_at(1), 0.2228183924)
            assert t.loss_at(batch - 1) >= 1e-3
            assert t.loss_at(batch) < 1e-3
            t.end()


def test_weights_eta_and_target_by_the_command_line():
    weights = [1, -1, 0.5, 1, 0, 0, 1, 1, 0]
    with Trainer(XOR, "--weights", ",".join(map(str, weights)), "--eta", "0.25", "--batch-to", "7") as t:
        first = t.receive()
        assert first["sv"] == [0, weights] and first["eta"] == [0, 0.25], first
        assert t.until("loss", lambda value: value[0] == 7)
        t.end()


def test_a_lower_target_changes_nothing():
    with Trainer(XOR) as t:
        t.loss_at(10)
        t.send({"batch to": 4})
        t.send({"tell state": 1})
        assert t.until("sv")[0] == 10
        t.end()


def test_a_target_has_the_bounds_of_its_field():
    with Trainer(BOUNDED) as t:
        t.send({"batch to": 41, "eta": 0.5})  # nothing of a message with an error is done
        assert t.until("error") == [0, "batch to: 41 is out of range: it goes from 2 to 40"]
        for order, words in (({"batch to": 1}, "batch to: 1 is out of range"), ({"batch to": 2 ** 40}, "batch to: "), ({"most": 41}, "most: 41 is out of range"),
                             ({"eta": 1.5}, "eta: 1.5 is out of range: it goes from 0 to 1")):
            t.send(order)
            assert t.until("error")[1].startswith(words), order
        t.send({"tell state": 1, "tell status": 1})
        assert t.until("status")[1]["limit"] == 40
        t.send({"tell state": 1})
        near(t.until("eta")[1], 0.1)
        near(t.loss_at(20), 1 / 20)
        t.send({"most": 30})  # the target by its own name
        t.until("loss", lambda value: value[0] == 30)
        t.send({"most": 3, "tell status": 1})
        batch, status = t.until("status")
        assert batch == 30 and status["target"] == 30 and status["settable"]["most"] == 30, status
        near(t.loss_at(40), 1 / 40)
        t.end()
    with Trainer(XOR) as t:
        t.send({"tell status": 1})
        assert t.until("status")[1]["limit"] is None
        t.end()


def test_keys_are_applied_in_order_and_all_waiting_messages_first():
    with Trainer(XOR) as t:
        t.send({"eta": 5, "batch to": 1})
        t.until("loss", lambda value: value[0] == 1)
        t.send({"batch to": 2, "eta": 0.5})
        t.send({"eta": 0.125, "tell state": 0})
        assert t.until("eta")[1] == 0.125
        t.end()


def test_state_is_reported_when_k_divides_the_batch_once():
    with Trainer(XOR) as t:
        t.receive()
        t.send({"report state every": 3, "batch to": 10})
        seen = []
        while True:
            message = t.receive()
            if "sv" in message:
                seen.append(message["sv"][0])
            if message.get("loss", [0])[0] == 10:
                break
        assert seen == [3, 6, 9], seen
        t.send({"report state every": 0})
        t.send({"batch to": 20})
        t.until("loss", lambda value: value[0] == 20)
        t.send({"tell state": None})
        assert t.until("sv")[0] == 20
        t.end()


def test_the_history_begins_with_the_run():
    with Trainer(XOR) as t:
        t.loss_at(283)
        t.send({"tell history": 1})
        batch, history = t.until("history")
        assert batch == 283 and history["names"] == ["loss"], history["names"]
        assert [row[0] for row in history["rows"]] == list(range(1, 284))
        near(history["rows"][0][1], 0.2228183924)
        near(history["rows"][9][1], 0.06461136877)
        t.loss_at(50000)  # later rows are a tick apart
        t.send({"tell history": 1})
        rows = t.until("history", lambda value: value[0] == 50000)[1]["rows"]
        assert 1000 <= len(rows) <= 2400 and rows[0][0] == 1, len(rows)
        t.end()


def test_a_run_that_is_over_has_told_its_history():
    """Who has asked once has it at the end, also of a run that is over at once; what no loop has measured yet is null."""
    with Trainer(SPIRALS, "--epochs", "2") as t:
        t.send({"tell views": 1})
        messages = t.rest()
        assert t.wait() == 0
    history = [message["history"][1] for message in messages if "history" in message][-1]
    valid = [row[1 + history["names"].index("Valid.loss")] for row in history["rows"]]
    assert len(valid) == 200 and valid[0] is None and valid[-1] > 0, (len(valid), valid[0], valid[-1])
    early = [message for message in messages if 0 < message.get("loss", [0])[0] < 100]
    assert not any("Valid.loss" in message for message in early), early


def test_nobody_has_to_listen_for_a_history():
    with Lines(XOR, "--batch-to", "100", path=path("history.sock")) as t:
        t.send({"stay": 1})
        t.until("loss", lambda value: value[0] == 100)
        t.socket.close()
        t.connect()
        t.send({"tell history": 1})
        assert len(t.until("history")[1]["rows"]) == 100
        t.send({"shutdown": 1})
        assert t.wait() == 0


def test_a_pace_is_kept_and_changes_nothing():
    with Trainer(XOR) as t:
        t.send({"batches a second": 100})
        start = time.monotonic()
        near(t.loss_at(10), 0.06461136877)
        assert time.monotonic() - start >= 0.08  # nine pauses of 10 ms, and no more than a tick is caught up with
        t.send({"tell status": 1})
        status = t.until("status")[1]
        assert status["pace"] == 100 and "batches a second" in status["commands"], status
        t.send({"batches a second": 1, "batch to": 1000000})  # a run that rests obeys at once
        t.send({"batches a second": 0})
        t.until("loss", lambda value: value[0] == 1000000)
        t.send({"batches a second": -1})
        assert t.until("error")[1] == "batches a second: it takes a whole number from 0"
        t.end()


def test_a_step_of_an_epoch():
    with Trainer(SPIRALS) as t:
        t.send({"pause": 1})
        batch = t.until("paused")[0]
        t.send({"step epoch": 1, "tell status": 1})
        status = t.until("status")[1]
        assert "step epoch" in status["commands"]
        first = t.until("paused", lambda value: value[0] > batch)
        t.send({"step epoch": 1})
        second = t.until("paused", lambda value: value[0] > first[0])
        assert first[1] is True and second[1] is True
        t.send({"step epoch": 1})
        third = t.until("paused", lambda value: value[0] > second[0])
        assert third[0] - second[0] == second[0] - first[0]
        t.end()
    with Trainer(XOR) as t:
        t.send({"step epoch": 1, "tell status": 1})
        assert t.until("error")[1] == "step epoch: no loop is around that of the batches"
        t.end()


def test_the_status_lists_the_options_of_another_run():
    with Trainer(XOR) as t:
        t.send({"tell status": 1})
        flags = t.until("status")[1]["flags"]
        assert [flag["flag"] for flag in flags] == ["eta", "every"], flags
        assert flags[0] == {"flag": "eta", "type": "f32", "value": 0.1, "doc": "learning rate"}
        t.end()


def test_at_most_one_message_an_iteration():
    with Trainer(XOR) as t:
        t.receive()
        t.send({"report state every": 1, "batch to": 200})
        last = 0
        while last < 200:
            message = t.receive()
            batch = {value[0] for key, value in message.items() if key != "diverged"}
            assert len(batch) == 1, message
            assert min(batch) > last, (message, last)
            last = min(batch)
        t.end()


def test_loss_reports_are_50_ms_apart():
    with Trainer(XOR, "--eta", "0.00001") as t:  # so slow that its loss still changes
        t.receive()
        start, count = time.monotonic(), 0
        t.send({"batch to": 10 ** 12})
        while count < 20:
            count += "loss" in t.receive()
        assert time.monotonic() - start > 19 * 0.049
        messages = t.end()
        assert len(messages) < (time.monotonic() - start) * 20 + 40


def test_unknown_keys_are_ignored_with_one_warning():
    with Trainer(XOR) as t:
        for _ in range(5):
            t.send({"colour": "green", "batch to": 3})
        t.until("loss", lambda value: value[0] == 3)
        t.end()
        text = t.process.stderr.read().decode()
        assert text.count("colour") == 1, text


def test_a_command_that_asks_for_an_answer_gets_one():
    with Trainer(XOR) as t:
        t.receive()
        t.send({"eta": 0.5, "answer": "eta is half"})
        assert t.receive() == {"answer": [0, "eta is half"]}
        t.send({"eta": "much", "answer": "eta is much"})
        message = t.receive()
        assert "eta" in message["error"][1] and "answer" not in message, message
        t.send({"colour": 1, "batch_to": 5, "answer": "done"})
        message = t.receive()
        assert message == {"answer": [0, "done"], "ignored": [0, "colour is unknown; batch_to is not settable"]}, message
        t.send({"answer": 1})
        assert t.receive()["error"] == [0, "answer: it takes a text"]
        t.end()


def commands_of(*arguments):
    with Trainer(XOR, *arguments) as t:
        t.send({"tell status": 1})
        commands = t.until("status")[1]["commands"]
        t.end()
        return set(commands)


def test_the_status_says_what_a_run_obeys():
    steered = {"batch to", "pause", "resume", "step", "eta", "batches a second", "watch"}
    assert commands_of() == steered
    assert commands_of("--checkpoint", path("commands")) == steered | {"checkpoint"}
    with open(path("steering"), "w") as file:
        file.write('{"journal":"xor","seed":1}\n{"batch":10,"message":{"batch to":1000000000000000}}\n'
                   '{"batch":900000000000000,"message":{"pause":1}}\n')
    assert commands_of("--replay", path("steering")) == {"batches a second", "watch"}


def test_pause_step_and_resume_are_answered():
    with Trainer(XOR) as t:
        t.receive()
        t.send({"pause": 1})
        assert t.until("paused") == [0, True]
        t.send({"batch to": 10 ** 15, "step": 5})
        assert t.until("paused") == [5, True]
        t.send({"step": 1})
        assert t.until("paused") == [6, True]
        t.send({"tell state": 1})
        assert t.until("sv")[0] == 6
        t.send({"resume": 1})
        assert t.until("paused")[1] is False
        t.until("loss", lambda value: value[0] > 1000)
        t.end()


def test_checkpoint_is_answered():
    with Trainer(XOR, "--checkpoint", path("saved"), "--save-every", "1000000000steps") as t:
        t.send({"pause": 1, "batch to": 100, "step": 5})
        t.until("paused", lambda value: value == [5, True])
        t.send({"checkpoint": 1})
        number = t.until("checkpoint")
        assert number[0] == 5 and number[1] >= 1, number
        assert any(name.endswith(".safetensors") for name in os.listdir(path("saved")))
        t.end()
    with Trainer(XOR) as t:
        t.send({"checkpoint": 1})
        assert "checkpoint" in t.until("error")[1]
        t.end()


def test_divergence_is_null():
    with Trainer(XOR, "--weights", "1,1,1,1,1,-1,inf,inf,1") as t:
        message = t.receive()
        assert None in message["sv"][1] and message["diverged"] is True, message
        t.send({"batch to": 2})
        message = t.receive()
        assert message == {"loss": [2, None], "diverged": True}, message
        t.end()


def test_the_log_has_all_that_was_sent():
    with Trainer(XOR, "--log", path("whole.log")) as t:
        sent = [t.receive()]
        t.send({"report state every": 7, "batch to": 50})
        while sent[-1].get("loss", [0])[0] != 50:
            sent.append(t.receive())
        sent += t.end()
    assert [json.loads(line) for line in open(path("whole.log"))] == sent


def state_of(trainer):
    trainer.send({"tell state": 1})
    return trainer.until("sv")


def test_a_journal_replayed_gives_the_same_weights():
    with Trainer(XOR, "--journal", path("journal")) as t:
        t.send({"batch to": 10 ** 15})
        for eta in (0.01, 0.3, 0.05):
            batch = state_of(t)[0]
            t.send({"eta": eta})
            while state_of(t)[0] <= batch + 100:
                pass
        t.send({"pause": 1})
        t.until("paused")
        wanted = state_of(t)
        t.end()
    for _ in range(2):
        log = path("replayed.log")
        done = subprocess.run([XOR, "--replay", path("journal"), "--log", log, "--progress", "never"],
                              capture_output=True, timeout=PATIENCE * 5, check=False)
        assert done.returncode == 0, done.stderr
        states = [json.loads(line) for line in open(log)]
        assert [message["sv"] for message in states if "sv" in message][-1] == wanted


def test_it_is_watched_when_asked():
    with Trainer(XOR) as t:
        t.send({"tell timings": 1})
        assert t.until("timings") == [0, False]
        t.send({"tell status": 1, "watch": 1, "batch to": 10 ** 15})
        places = t.until("status")[1]["places"]
        step = [place["name"] for place in places].index("Learn.on_batch")
        assert 0 <= t.until("running", lambda value: value[1] >= 0)[1] < len(places)
        t.send({"tell timings": 1})
        calls, total, own, median = t.until("timings")[1]["places"][step]
        assert calls > 0 and total == own and 0 < median < total, (calls, total, own, median)
        t.send({"watch": 0})
        assert t.until("running", lambda value: value[1] < 0)
        t.send({"tell timings": 1})
        assert t.until("timings")[1] is False
        t.end()


def test_watching_changes_nothing_of_a_run():
    def learn(watch):
        with Trainer(SPIRALS, "--metrics", path("spirals.jsonl"), stdout=subprocess.PIPE) as t:
            for number in range(60 if watch else 0):
                try:
                    t.send({"watch": number % 2})
                except ConnectionError:  # the run is over
                    assert number > 5, number
                    break
                time.sleep(0.002)
            t.rest()
            out = t.process.stdout.read()
            t.process.stdout.close()
            assert t.wait() == 0
            return out, open(path("spirals.jsonl")).read()
    plain = learn(False)
    assert plain[0] and plain == learn(True)


def test_views_are_computed_when_they_are_asked_for():
    with Trainer(XOR) as t:
        t.send({"tell status": 1})
        status = t.until("status")[1]
        plane, corners = status["views"]
        assert plane == {"field": "Learn.plane", "show": "image", "over": "Learn.corners", "doc": "the answer for each pair of inputs",
                         "rows": 24, "low": -1, "high": 1}, plane
        assert corners["show"] == "points" and corners["rows"] == 4
        assert status["seed"] == "1" and status["options"] == {"eta": 0.1, "every": 50}, status["options"]
        t.send({"tell views": 1})
        before = t.until("views")
        assert before[0] == 0 and len(before[1]["Learn.plane"]) == 576, before
        t.loss_at(2000)
        t.send({"tell views": 1, "tell state": 1})
        batch, views = t.until("views")
        assert batch == 2000 and views["Learn.corners"][:6] == [-0.5, -0.5, 0, -0.5, 0.5, 1], views["Learn.corners"]
        place = lambda x, y: views["Learn.plane"][int((1 - y) * 12) * 24 + int((x + 1) * 12)]  # noqa: E731
        assert place(-0.5, 0.5) > 0.4 and place(0.5, -0.5) > 0.4 and place(0.5, 0.5) < -0.4 and place(-0.5, -0.5) < -0.4
        last = [message for message in t.end() if "views" in message][-1]
        assert last["views"] == [2000, views]  # who has asked once sees the end


def test_looking_changes_nothing():
    losses = []
    for looks in (False, True):
        with Trainer(XOR) as t:
            for batch in range(50, 301, 50):
                if looks:
                    t.send({"tell views": 1})
                losses.append(t.loss_at(batch))
            t.end()
    assert losses[:6] == losses[6:], losses


if __name__ == "__main__":
    run_tests(sys.modules[__name__])

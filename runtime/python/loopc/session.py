"""What can be asked of a trainer, as generators that yield futures: each operation is written once, and driven by a blocking
caller (Trainer) or a coroutine (AsyncTrainer)."""

import itertools
import json
import math
from concurrent.futures import Future

from .channel import Channel, Conn, join, start
from .errors import TrainerEnded, TrainerError

ANSWERS = {"status", "answer", "error", "ignored", "paused", "checkpoint", "timings", "running", "dropped", "failed", "diverged"}


class Report(dict):
    """Values of a batch by their names. A number that is not finite is nan."""

    def __init__(self, batch, values):
        super().__init__(values)
        self.batch = batch

    def __repr__(self):
        return f"Report({self.batch}, {dict.__repr__(self)})"


def finite(value):
    if isinstance(value, list):
        return [finite(one) for one in value]
    return math.nan if value is None else value


def as_array(values):
    try:
        import numpy
    except ImportError:
        return values
    return numpy.array(values, dtype=numpy.float32)


def report_of(message):
    """The report in a message, or None where it is none."""
    values = {name: finite(value[1]) for name, value in message.items() if name not in ANSWERS}
    return Report(max(message[name][0] for name in values), values) if values else None


class Waiting:
    """A future that messages fulfil: the answer to a command, then the first message of which `test` has a result."""

    def __init__(self, label, payload, test):
        self.label, self.payload, self.test = label, payload, test
        self.answered = False
        self.future = Future()

    def fail(self, error):
        if not self.future.done():
            self.future.set_exception(error)

    def take(self, message):
        if not self.answered or self.future.done():
            return
        result = self.test(message)
        if result is not None:
            self.future.set_result(result)


class Session:
    """A trainer, started with a command or joined at an address."""

    def __init__(self, command=None, *, attach=None, timeout=None, **options):
        if (command is None) == (attach is None):
            raise TypeError("either a command or attach=")
        self.joined = attach is not None
        self.waiting, self.labels, self.newest, self.names = [], itertools.count(1), {}, {}
        self.newest_batch = 0
        self.status = None
        self.current = None  # the command that has no answer yet
        if self.joined:
            self.channel = Channel(*join(attach, timeout))
        else:
            if isinstance(command, str):
                command = [command]
            process, stream, errors = start([str(part) for part in command], **options)
            self.channel = Channel(stream, Conn, process, errors)
        if not self.channel.listen(self._take):
            self._take(None)

    # Messages. _take is called by the thread of the channel.

    def _take(self, message):
        with self.channel.lock:
            if message is None:
                for one in self.waiting:
                    one.fail(self.ended())
                self.waiting.clear()
                return
            self._note(message)
            self._answer(message)
            for one in self.waiting:
                one.take(message)
            self.waiting = [one for one in self.waiting if not one.future.done() or one is self.current]

    def _note(self, message):
        report = report_of(message)
        if report:
            self.newest_batch = max(self.newest_batch, report.batch)
            self.newest.update(report)
        if "status" in message:
            self.newest_batch, self.status = max(self.newest_batch, message["status"][0]), message["status"][1]

    def _answer(self, message):
        """Commands are sent one by one, each when the one before is answered: so an error belongs to one of them."""
        one = self.current
        answered = one and one.label == message.get("answer", [0, None])[1]
        if one and (answered or "error" in message):
            if "error" in message:
                one.fail(TrainerError(message["error"][1]))
            elif "ignored" in message:
                one.fail(TrainerError(message["ignored"][1]))
            one.answered = True
            self._send_next()

    def _send_next(self):
        self.current = next((one for one in self.waiting if not one.answered and not one.future.done()), None)
        if self.current:
            self.channel.send(self.current.payload)  # at an end, the thread says how it came

    def ended(self):
        words = self.channel.words
        return TrainerEnded(self.channel.how() + (f":\n{words}" if words else ""), self.channel.code)

    def ask(self, commands, test=lambda message: True):
        """Sends commands; a future that is fulfilled when the trainer has done them and `test` has a result."""
        label = f"python {next(self.labels)}"
        one = Waiting(label, {**commands, "answer": label}, test)
        with self.channel.lock:
            if self.channel.ended.is_set():
                one.fail(self.ended())
                return one.future
            self.waiting.append(one)
            if not self.current:
                self._send_next()
        return one.future

    # Operations: generators of futures.

    def greet(self):
        try:
            yield self.ask({"tell status": 1, **({"stay": 1} if self.joined else {})},
                           lambda message: True if "status" in message else None)
        except TrainerEnded as error:
            if error.code != 0:
                raise
        return self

    def tell_status(self):
        return (yield self.ask({"tell status": 1}, lambda message: message.get("status")))

    def set(self, fields):
        values = {name: value.item() if hasattr(value, "item") else value for name, value in fields.items()}
        json.dumps(values)  # a TypeError for what is no value, before anything is sent
        yield self.ask(values)

    def run_to(self, batch):
        now, status = yield from self.tell_status()
        if batch <= now:
            return self.newest.get("loss")
        if "batch to" not in status["commands"]:
            raise TrainerError("this trainer has no target of batches")
        def reached(message):
            report = report_of(message)
            return (report.get("loss"),) if report and report.batch >= batch else None
        commands = {"batch to": batch, **({"resume": 1} if status["paused"] else {})}
        return (yield self.ask(commands, reached))[0]

    def begin(self, to):
        """Before a loop over reports: the batch it is at, and the one where the loop ends, or None."""
        try:
            batch, status = yield from self.tell_status()
            if to is None:
                return batch, status["target"]
            if batch < to:
                yield self.ask({"batch to": to, **({"resume": 1} if status["paused"] else {})})
            return batch, to
        except TrainerEnded:
            return 0, None  # what it said before is still to be read, and its end

    def check_end(self):
        if self.channel.code:
            raise self.ended()

    def step(self, count):
        now, status = yield from self.tell_status()
        commands = {"step": count}
        if status["target"] is not None and now + count > status["target"]:
            commands = {"batch to": now + count, "step": count}
        yield self.ask(commands, lambda message: True if message.get("paused", [0, False])[1] else None)
        yield from self.tell_status()
        return self.newest_batch

    def pause(self, paused):
        yield self.ask({"pause" if paused else "resume": 1},
                       lambda message: True if message.get("paused", [0, None])[1] is paused else None)

    def checkpoint(self):
        return (yield self.ask({"checkpoint": 1}, lambda message: message.get("checkpoint")))[1]

    def get(self, name):
        if name == "sv":
            batch_and_values = yield self.ask({"tell state": 1}, lambda message: message.get("sv"))
            return as_array(finite(batch_and_values[1]))
        if name == "timings":
            return (yield self.ask({"watch": 1, "tell timings": 1}, lambda message: message.get("timings")))[1]
        batch, status = yield from self.tell_status()
        if name == "batch":
            return batch
        if name == "status":
            return status
        if name in status["settable"]:
            return finite(status["settable"][name])
        if name in self.newest:
            return self.newest[name]
        known = sorted({"batch", "status", "sv", "timings", *status["settable"], *self.newest})
        raise KeyError(f"{name}; known: {', '.join(known)}")

    def weights(self):
        values = yield from self.get("sv")
        found, at = {}, 0
        for layer in self.status["layers"]:
            rows, columns = layer["rows"], layer["columns"]
            part = values[at:at + rows * columns]
            at += rows * columns
            if hasattr(part, "reshape"):
                found[layer["name"]] = part.reshape(rows, columns)
            else:
                found[layer["name"]] = [part[row * columns:(row + 1) * columns] for row in range(rows)]
        return found

    def ask_once(self, commands):
        yield self.ask(commands)

    def shutdown(self):
        try:
            yield self.ask({"shutdown": 1}, lambda message: None)
        except TrainerEnded:
            pass

    def close(self, patience):
        """Ends a trainer that was started, leaves one that was joined; its exit code."""
        channel = self.channel
        if self.joined:
            channel.leave()
        elif not channel.ended.is_set():
            channel.send({"shutdown": 1})
        channel.end(patience)
        return channel.code

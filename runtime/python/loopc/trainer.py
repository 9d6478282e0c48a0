"""A trainer for a blocking caller, and for asyncio."""

import asyncio
import queue
import weakref

from .errors import TrainerError
from .session import Session, report_of

PATIENCE = 60  # seconds that a trainer is given to end in good order


def options_of(owner):
    """Arguments that both classes take."""
    owner.__doc__ += """

    command   program and arguments: ["./xor", "--eta", "0.5"]; it ends with this object
    attach    in its place, "unix:PATH": joins a trainer that runs with --control lines:unix:PATH, and leaves it running
    timeout   seconds that any call may take before TimeoutError (default: as long as the trainer lives)
    others    those of subprocess.Popen: cwd, env, stdout, ...
    """
    return owner


class Common:
    """What both know of their trainer, without asking it."""

    @property
    def process(self):
        """The subprocess.Popen; None when it was joined."""
        return self._session.channel.process

    @property
    def has_ended(self):
        return self._session.channel.ended.is_set()

    @property
    def exit_code(self):
        """None while it runs, or when it was joined."""
        return self._session.channel.code

    @property
    def batch(self):
        """How many batches were learned at the newest report."""
        return self._session.newest_batch

    def __repr__(self):
        session = self._session
        name = session.status["program"] if session.status else "?"
        return f"<{type(self).__name__} {name}, batch {session.newest_batch}{', ended' if self.has_ended else ''}>"


@options_of
class Trainer(Common):
    """A trainer, started or joined."""

    def __init__(self, command=None, *, attach=None, timeout=None, **options):
        self.timeout = timeout
        self._session = Session(command, attach=attach, timeout=timeout, **options)
        self._finalizer = weakref.finalize(self, self._session.channel.leave)
        try:
            self._do(self._session.greet())
        except BaseException:
            self._session.close(PATIENCE)
            raise

    def _do(self, operation):
        future = None
        try:
            future = next(operation)
            while True:
                try:
                    result = future.result(self.timeout)
                except TrainerError as error:
                    future = operation.throw(error)
                else:
                    future = operation.send(result)
        except StopIteration as end:
            return end.value
        except BaseException as error:
            if future:
                future.cancel()
            if isinstance(error, TimeoutError) or type(error).__name__ == "TimeoutError":
                raise TimeoutError(f"the trainer did not answer within {self.timeout} seconds") from None
            raise

    def set(self, fields=None, **more):
        """Sets settable fields: set(eta=0.1), set({"Train.rate": 0.1}). TrainerError in the words of the trainer if it refuses."""
        self._do(self._session.set({**(fields or {}), **more}))

    def run_to(self, batch):
        """Learns until so many batches are learned, counted from the start of the run; the loss of the last (None where the
        trainer reports none). One that is further does nothing."""
        return self._do(self._session.run_to(batch))

    def step(self, count=1):
        """Learns so many batches and pauses; the number of the batch."""
        return self._do(self._session.step(count))

    def pause(self):
        self._do(self._session.pause(True))

    def resume(self):
        self._do(self._session.pause(False))

    def checkpoint(self):
        """Saves the run, if it was started with --checkpoint; the number of the checkpoint."""
        return self._do(self._session.checkpoint())

    def get(self, name):
        """The value of a reported or settable field as it is now; "sv" all weights; "batch"; "status"; "timings"."""
        return self._do(self._session.get(name))

    def weights(self):
        """The weights by the names of their layers, a row an output."""
        return self._do(self._session.weights())

    def reports(self, to=None):
        """Yields what the trainer reports, about 20 times a second: until the batch `to`, which is set as the target, or without
        it until the trainer ends or waits at its target."""
        session, found = self._session, queue.SimpleQueue()
        if not session.channel.listen(found.put):
            return
        try:
            batch, goal = self._do(session.begin(to))
            while goal is None or batch < goal:
                message = found.get()
                if message is None:
                    session.check_end()
                    return
                report = report_of(message)
                if report:
                    yield report
                    batch = report.batch
                if goal is not None and batch >= goal and to is None:
                    batch, goal = self._do(session.begin(None))  # it may have a later target by now
        finally:
            session.channel.forget(found.put)

    def __iter__(self):
        return self.reports()

    def shutdown(self):
        """Ends it in good order, also one that was joined, and waits for the end."""
        self._do(self._session.shutdown())

    def close(self):
        """Ends a trainer that was started, leaves one that was joined. Its exit code, with TrainerError if it failed. A second
        call does nothing."""
        if not self._finalizer.alive:
            return self.exit_code
        self._finalizer.detach()
        code = self._session.close(PATIENCE)
        if code:
            raise self._session.ended()
        return code

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            self.close()
        except TrainerError:
            if kind is None:  # an error of the block is the one to see
                raise


@options_of
class AsyncTrainer(Common):
    """The same for asyncio: `async with AsyncTrainer(["./xor"]) as t: await t.run_to(100)`."""

    def __init__(self, command=None, *, attach=None, timeout=None, **options):
        self.timeout = timeout
        self._arguments = command, attach, options
        self._finalizer = None

    async def start(self):
        command, attach, options = self._arguments
        self._session = Session(command, attach=attach, timeout=self.timeout, **options)
        self._finalizer = weakref.finalize(self, self._session.channel.leave)
        try:
            await self._do(self._session.greet())
        except BaseException:
            await self._end()
            raise
        return self

    async def _do(self, operation):
        try:
            future = next(operation)
            while True:
                try:
                    result = await asyncio.wait_for(asyncio.wrap_future(future), self.timeout)
                except TrainerError as error:
                    future = operation.throw(error)
                else:
                    future = operation.send(result)
        except StopIteration as end:
            return end.value
        except asyncio.TimeoutError:
            raise TimeoutError(f"the trainer did not answer within {self.timeout} seconds") from None

    async def _end(self):
        self._finalizer.detach()
        return await asyncio.get_running_loop().run_in_executor(None, self._session.close, PATIENCE)

    async def set(self, fields=None, **more):
        await self._do(self._session.set({**(fields or {}), **more}))

    async def run_to(self, batch):
        return await self._do(self._session.run_to(batch))

    async def step(self, count=1):
        return await self._do(self._session.step(count))

    async def pause(self):
        await self._do(self._session.pause(True))

    async def resume(self):
        await self._do(self._session.pause(False))

    async def checkpoint(self):
        return await self._do(self._session.checkpoint())

    async def get(self, name):
        return await self._do(self._session.get(name))

    async def weights(self):
        return await self._do(self._session.weights())

    async def reports(self, to=None):
        session, found, loop = self._session, asyncio.Queue(), asyncio.get_running_loop()
        def hand(message):
            loop.call_soon_threadsafe(found.put_nowait, message)
        if not session.channel.listen(hand):
            return
        try:
            batch, goal = await self._do(session.begin(to))
            while goal is None or batch < goal:
                message = await found.get()
                if message is None:
                    session.check_end()
                    return
                report = report_of(message)
                if report:
                    yield report
                    batch = report.batch
                if goal is not None and batch >= goal and to is None:
                    batch, goal = await self._do(session.begin(None))  # it may have a later target by now
        finally:
            session.channel.forget(hand)

    def __aiter__(self):
        return self.reports()

    async def shutdown(self):
        await self._do(self._session.shutdown())

    async def close(self):
        if not self._finalizer or not self._finalizer.alive:
            return None
        code = await self._end()
        if code:
            raise self._session.ended()
        return code

    async def __aenter__(self):
        return await self.start()

    async def __aexit__(self, kind, *_):
        try:
            await self.close()
        except TrainerError:
            if kind is None:
                raise

"""Peers side by side: slices of about 50 ms, in random order within a round, for many rounds.

A peer is a program with this protocol: for each line of standard input, a number of units (training steps, for most), it does
that many and prints "seconds S WORD X". All peers of a comparison are started once and wait, stopped by a signal, while another
one is measured, so that no waiting thread takes time from it. What slows the machine down for longer than a round slows all of
them down, and the ratio of two of them within a round says more than either.
"""

import math
import os
import random
import signal
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

# What shells set for one library would slow down another one, or all of them: a peer is measured as it comes, at its best.
FOREIGN = ("OPENBLAS_", "GOTO_", "OMP_", "GOMP_", "KMP_", "MKL_", "DNNL_", "ONEDNN_", "LIBXSMM_", "GLIBC_TUNABLES", "LD_PRELOAD")
# PyTorch gives each temporary back to the system otherwise, and asks for it again.
MALLOC = "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=4294967296:glibc.malloc.top_pad=268435456"

SLICE = 0.05 # seconds
LEAST_ROUNDS = 60
FALLEN = 0.9 # of the peak's best: rounds below it are dropped
RESAMPLES = 2000


def environment(threads, malloc=False):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    kept["OMP_NUM_THREADS"] = str(threads)
    if malloc:
        kept["GLIBC_TUNABLES"] = MALLOC
    return kept


def rate_of(command, env):
    """The number that a program prints that runs once: "WORD number"."""
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    words = done.stdout.split()
    if done.returncode != 0 or len(words) < 2:
        raise SystemExit(f"bench: {' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return float(words[1])


class Program:
    """A running peer; stopped unless it is in a slice."""

    def __init__(self, command, env):
        self.command = command
        self.began = time.monotonic()
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True, bufsize=1)

    def slice(self, units):
        """Seconds that so many units take, by the clock of the program. A loss that is not finite, and any failure, ends the
        benchmark."""
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(f"{units}\n")
        words = self.process.stdout.readline().split()
        self.process.send_signal(signal.SIGSTOP)
        if len(words) != 4 or not math.isfinite(float(words[3])):
            self.end()
            self.errors.seek(0)
            raise SystemExit(f"bench: {' '.join(self.command)}: said {words}\n{self.errors.read()}")
        return float(words[1])

    def resident(self):
        """MiB at most so far."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:")) / 1024

    def end(self):
        self.process.kill()
        self.process.communicate()


@dataclass
class Peer:
    """A program in all its variants, command lines of which the fastest is measured."""
    name: str
    variants: list
    env: dict
    program: object = None
    first: float = 0 # seconds from the start to the end of the first unit
    units: int = 0   # of a slice

    def choose(self):
        """Starts the fastest variant."""
        best = 0
        for variant in self.variants:
            program = Program(variant, self.env)
            program.slice(1)
            first, rate = time.monotonic() - program.began, calibrate(program)
            if rate > best:
                if self.program:
                    self.program.end()
                best, self.program, self.first = rate, program, first
            else:
                program.end()
        self.units = max(round(best * SLICE), 2)

    def rate(self):
        return self.units / self.program.slice(self.units)


def calibrate(program):
    """Units a second, from a slice long enough to tell."""
    units = 1
    while True:
        seconds = program.slice(units)
        if seconds >= SLICE / 2:
            return units / seconds
        units = max(2 * units, round(units * SLICE / max(seconds, 1e-6)))


@dataclass
class Rounds:
    """What a comparison measured: the rates by peer of each round, and the peak beside them."""
    peaks: list = field(default_factory=list)
    rates: list = field(default_factory=list)

    def kept(self):
        """The rounds in which the machine was as fast as it can be: whose peak is within a tenth of the best tenth of peaks."""
        best = statistics.quantiles(self.peaks, n=10)[-1] if len(self.peaks) > 1 else self.peaks[0]
        return [rates for peak, rates in zip(self.peaks, self.rates) if peak >= FALLEN * best]


def compare(peers, peak, seconds, least=LEAST_ROUNDS):
    """Rounds of slices of all peers and of the peak, for so many seconds and at least so many rounds."""
    rounds, order, shuffle = Rounds(), [peak, *peers], random.Random(1).shuffle
    try:
        for peer in order:
            peer.choose()
        deadline = time.monotonic() + seconds
        while len(rounds.rates) < least or time.monotonic() < deadline:
            shuffle(order)
            rates = {peer.name: peer.rate() for peer in order}
            rounds.peaks.append(rates.pop(peak.name))
            rounds.rates.append(rates)
        memory = {peer.name: peer.program.resident() for peer in peers}
    finally:
        for peer in order:
            if peer.program:
                peer.program.end()
    return rounds, memory


def interval(values, seed=1):
    """The median with its 95 % interval, by the bootstrap: medians of samples drawn with replacement."""
    draw = random.Random(seed)
    medians = sorted(statistics.median(draw.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return statistics.median(values), medians[RESAMPLES // 40], medians[-RESAMPLES // 40 - 1]


def row(task, threads, peer, unit, values, share=None, against=None, rounds=None):
    """A row of build/bench.json. `against`: the ratios of loopc to this peer, a round each."""
    return {"task": task, "threads": threads, "peer": peer, "unit": unit, "median": statistics.median(values),
            "low": min(values), "high": max(values), "share_of_peak": share, "loopc_is": interval(against) if against else None,
            "rounds": rounds}

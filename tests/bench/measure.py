"""Programs that print "WORD number ...": run, repeated alternately, summed up."""

import math
import os
import statistics
import subprocess
from dataclasses import dataclass, field

# Settings for one library in the environment would slow down another one, or all of them: a peer is measured as it comes, at its best.
FOREIGN = ("OPENBLAS_", "GOTO_", "OMP_", "GOMP_", "KMP_", "MKL_", "DNNL_", "ONEDNN_", "LIBXSMM_", "GLIBC_TUNABLES", "LD_PRELOAD")
# PyTorch gives each temporary back to the system otherwise, and asks for it again.
MALLOC = "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=4294967296:glibc.malloc.top_pad=268435456"


def environment(threads, malloc=False):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    kept["OMP_NUM_THREADS"] = str(threads)
    if malloc:
        kept["GLIBC_TUNABLES"] = MALLOC
    return kept


def rate_of(command, env):
    """The number that a program prints. A loss that is not a number, and any failure, ends the benchmark."""
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    words = done.stdout.split()
    if done.returncode != 0 or len(words) < 2:
        raise SystemExit(f"bench: {' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    if len(words) > 3 and words[2] == "loss" and not math.isfinite(float(words[3])):
        raise SystemExit(f"bench: {' '.join(command)}: the loss is {words[3]}")
    return float(words[1])


@dataclass
class Peer:
    """A program in all its variants: each is a function from a number of steps to a command line. `guess`: steps a second,
    roughly, so that finding out the speed takes few runs."""
    name: str
    variants: list
    env: dict
    guess: float
    rates: list = field(default_factory=list)
    command: object = None
    steps: int = 0

    def choose(self, seconds, least_steps=6):
        """Takes the fastest variant, and the steps that take it so many seconds. Returns its speed."""
        best = 0
        for variant in self.variants:
            rate = self.probe(variant, min(seconds, 0.1))
            if rate > best:
                best, self.command = rate, variant
        self.steps = max(int(best * seconds), least_steps)
        return best

    def probe(self, variant, seconds):
        """The speed in a run that took at least half as long as it should."""
        rate, steps = self.guess, 0
        while steps < rate * seconds / 2:
            steps = max(int(rate * seconds), 2)
            rate = rate_of(variant(steps), self.env)
        return rate

    def run(self):
        self.rates.append(rate_of(self.command(self.steps), self.env))


def alternate(peers, repeats, seconds, after_each):
    """Runs all of them in turn, `repeats` times, so that other load on the machine slows all of them down. Without repeats
    what the choice of variants measured has to do."""
    for peer in peers:
        best = peer.choose(seconds)
        peer.rates.extend([best] if repeats == 0 else [])
    after_each()
    for _ in range(repeats):
        for peer in peers:
            peer.run()
        after_each()


def row(task, threads, peer, unit, rates, share=None):
    """A row of build/bench.json."""
    return {"task": task, "threads": threads, "peer": peer, "unit": unit, "median": statistics.median(rates),
            "low": min(rates), "high": max(rates), "share_of_peak": share}

"""Trainers that loopc builds, driven from Python.

    from loopc import Trainer

    with Trainer(["./xor", "--eta", "0.5"]) as t:
        t.run_to(100)              # the loss of batch 100
        t.set(eta=0.1)
        t.step()
        t.get("sv")                # all weights
        for report in t.reports(to=1000):
            print(report.batch, report["loss"])

The trainer is a process of its own; both talk over its control channel. It ends when the block is left, when close() is
called, and when this process ends, however that happens. Standard library alone; with numpy, arrays are numpy's; with
ipywidgets, `loopc.notebook.panel(t)` is a panel for a notebook.

    Trainer          starts a trainer, or joins one that runs
    AsyncTrainer     the same with coroutines, for asyncio
    Report           what a trainer tells of itself: a dict, with .batch
    TrainerError     a command that the trainer refused, or its failure, in its words
    TrainerEnded     it ended before it did what was asked
"""

from .errors import TrainerEnded, TrainerError
from .session import Report
from .trainer import AsyncTrainer, Trainer

__all__ = ["AsyncTrainer", "Report", "Trainer", "TrainerEnded", "TrainerError"]

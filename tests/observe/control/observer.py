"""`loopc observe` as a process that ends with its test."""

import os
import subprocess

from trainer import PATIENCE

LOOPC = os.environ["LOOPC"]


class Observer:
    """Its address is the first line that it prints."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([LOOPC, "observe", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        self.address = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()

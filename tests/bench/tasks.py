"""The tasks as their specs state them, their data, and their true work."""

import os
import random
import re
from array import array
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass
class Task:
    name: str
    layers: list
    activation: str
    output: str
    loss: str
    optimizer: str
    batch: int
    rows: int
    eta: float

    def work(self):
        """Floating-point operations of a step: forward and weight gradient in all layers, input gradient in all but the
        first; 2 m n k each."""
        sizes = [n * m for n, m in zip(self.layers, self.layers[1:])]
        return 2 * self.batch * (2 * sum(sizes) + sum(sizes[1:]))

    def defines(self):
        """The constants of tests/bench/peers/task.h."""
        return ["-DSIZES=" + ",".join(map(str, self.layers)), f"-DBATCH={self.batch}", f"-DROWS={self.rows}",
                f"-DETA={self.eta}", f"-DACTIVATION_{self.activation}", f"-DOUTPUT_{self.output}",
                f"-DLOSS_{self.loss}", f"-DOPTIMIZER_{self.optimizer}"]

    def spec(self):
        """The spec as text: what read_task reads."""
        return (f'return require "task" {{\n    name = "{self.name}",\n'
                f'    layers = {{ {", ".join(map(str, self.layers))} }},\n    activation = "{self.activation}",\n'
                f'    output = "{self.output}",\n    loss = "{self.loss}",\n    optimizer = "{self.optimizer}",\n'
                f'    batch = {self.batch},\n    rows = {self.rows},\n    eta = {self.eta},\n}}\n')


def read_task(path):
    """The task that a spec like T1.lua states; a key that is missing is an error."""
    with open(path, encoding="utf-8") as file:
        text = file.read()

    def value(key):
        return re.search(rf"^ *{key} = (.*),$", text, re.M).group(1).strip('"')

    layers = [int(n) for n in value("layers").strip("{ }").split(",")]
    words = [value(key) for key in ("activation", "output", "loss", "optimizer")]
    return Task(value("name"), layers, *words, int(value("batch")), int(value("rows")), float(value("eta")))


def write_npy(path, values, kind, shape):
    """Writes a .npy file with a header of 128 bytes."""
    shape_text = "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape_text}, }}"
    header = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little") + text.ljust(117).encode() + b"\n"
    with open(path + ".tmp", "wb") as file:
        file.write(header)
        values.tofile(file)
    os.replace(path + ".tmp", path)


def xor_data():
    return array("f", [-0.5, -0.5, -0.5, 0.5, 0.5, -0.5, 0.5, 0.5]), array("f", [-0.5, 0.5, 0.5, -0.5])


def synthetic_data(task):
    """Uniform samples; the label is the largest of the first numbers of a sample, targets are their magnitudes: something
    that a net can learn, so that a loss that does not fall means a step that does not work."""
    uniform = random.Random(1).random
    inputs, outputs = task.layers[0], task.layers[-1]
    x = array("f", (2 * uniform() - 1 for _ in range(task.rows * inputs)))
    if task.loss == "cross_entropy":
        firsts = (x[r * inputs:r * inputs + outputs] for r in range(task.rows))
        return x, array("i", (max(range(len(first)), key=first.__getitem__) for first in firsts))
    return x, array("f", (abs(x[r * inputs + j % inputs]) for r in range(task.rows) for j in range(outputs)))


def data_files(task, folder):
    """The two .npy files of a task, written when they are not there."""
    stem = f"{folder}/{task.rows}x{task.layers[0]}-{task.layers[-1]}{task.loss}"
    paths = [stem + ".x.npy", stem + ".y.npy"]
    if not all(map(os.path.exists, paths)):
        x, y = xor_data() if task.rows == 4 else synthetic_data(task)
        labels = y.typecode == "i"
        write_npy(paths[0], x, "<f4", (task.rows, task.layers[0]))
        write_npy(paths[1], y, "<i4" if labels else "<f4", (task.rows,) if labels else (task.rows, task.layers[-1]))
    return paths

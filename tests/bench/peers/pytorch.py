"""A training step in PyTorch, at its best: tensors in memory, a batch gathered by index_select, gradients taken
directly, no module around what a function does; Adam a parameter at a time or all at once (foreach), whichever is faster, and
gradient descent as the one call that it is. By the protocol of measure.py.

usage: pytorch.py X.npy Y.npy THREADS LAYERS ACTIVATION OUTPUT LOSS OPTIMIZER BATCH ETA each|foreach
"""

import sys
import time

import numpy
import torch
from torch.nn import functional

ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "softmax": None, "identity": None}


def make_net(layers, activation, output):
    """The parameters, and the function from inputs to outputs (for the cross-entropy: to logits)."""
    torch.manual_seed(1)
    weights = [(torch.rand(m, n) * 2 - 1) * (6 / n) ** 0.5 for n, m in zip(layers, layers[1:])]
    parameters = [p.requires_grad_() for w in weights for p in (w, torch.zeros(w.shape[0]))]
    hidden, last = ACTIVATIONS[activation], ACTIVATIONS[output]

    def forward(x):
        for i in range(0, len(parameters), 2):
            x = functional.linear(x, parameters[i], parameters[i + 1])
            use = hidden if i + 2 < len(parameters) else last
            x = use(x) if use else x
        return x

    return parameters, forward


def squared_error(outputs, wanted):
    error = outputs - wanted
    return (error * error).sum() / (2 * len(outputs))


def make_update(kind, parameters, eta, foreach):
    """The function from gradients to new parameters."""
    if kind == "sgd":
        def descend(gradients):
            with torch.no_grad():
                torch._foreach_add_(parameters, gradients, alpha=-eta)
        return descend
    adam = torch.optim.Adam(parameters, lr=eta, foreach=foreach)

    def update(gradients):
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient
        adam.step()

    return update


def run(steps, batches, x, y, parameters, forward, loss_of, update):
    loss = None
    for step in range(steps):
        rows = batches[step % len(batches)]
        if rows is None:
            loss = loss_of(forward(x), y)
        else:
            loss = loss_of(forward(torch.index_select(x, 0, rows)), torch.index_select(y, 0, rows))
        update(torch.autograd.grad(loss, parameters))
    return loss.item()


def main(x, y, threads, layers, activation, output, loss, optimizer, batch, eta, kind):
    torch.set_num_threads(int(threads))
    x, y = (torch.from_numpy(numpy.load(path)) for path in (x, y))
    y = y.long() if loss == "cross_entropy" else y
    parameters, forward = make_net([int(n) for n in layers.split(",")], activation, output)
    update = make_update(optimizer, parameters, float(eta), kind == "foreach")
    loss_of = functional.cross_entropy if loss == "cross_entropy" else squared_error
    whole = len(x) == int(batch)
    batches = [None] if whole else list(torch.randperm(len(x)).split(int(batch)))
    for line in sys.stdin:
        start = time.monotonic()
        last = run(int(line), batches, x, y, parameters, forward, loss_of, update)
        print(f"seconds {time.monotonic() - start:.9g} loss {last:.6g}", flush=True)


main(*sys.argv[1:])

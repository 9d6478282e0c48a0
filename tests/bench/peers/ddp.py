"""Training steps of two processes in PyTorch's DistributedDataParallel over gloo: each has half of the batch, gradients are averaged in
buckets while the backward pass goes on. Prints "seconds S loss L" as the trainers of task.lua do.

usage: ddp.py X.npy Y.npy STEPS LAYERS LOSS BATCH ETA each|foreach       relu and Adam; MASTER_ADDR, MASTER_PORT, WORLD_SIZE, RANK
"""

import sys
import time

import numpy
import torch
from torch import distributed
from torch.nn import Linear, ReLU, Sequential, functional


def make_net(layers):
    torch.manual_seed(1)
    parts = []
    for inputs, outputs in zip(layers, layers[1:]):
        parts += [Linear(inputs, outputs), ReLU()]
    return Sequential(*parts[:-1])


def main(x, y, steps, layers, loss, batch, eta, kind):
    torch.set_num_threads(1)
    distributed.init_process_group("gloo")
    rank, ranks = distributed.get_rank(), distributed.get_world_size()
    x, y = (torch.from_numpy(numpy.load(path)) for path in (x, y))
    y = y.long() if loss == "cross_entropy" else y
    net = torch.nn.parallel.DistributedDataParallel(make_net([int(n) for n in layers.split(",")]), gradient_as_bucket_view=True)
    adam = torch.optim.Adam(net.parameters(), lr=float(eta), foreach=kind == "foreach")
    batches, start, error = torch.randperm(len(x)).split(int(batch)), 0, None
    for step in range(int(steps) + 2):
        if step == 2:
            start = time.monotonic()
        rows = batches[step % len(batches)].tensor_split(ranks)[rank]
        out, wanted = net(torch.index_select(x, 0, rows)), torch.index_select(y, 0, rows)
        error = functional.cross_entropy(out, wanted) if loss == "cross_entropy" else ((out - wanted) ** 2).sum() / (2 * len(rows))
        adam.zero_grad()
        error.backward()
        adam.step()
    last = error.item()
    if rank == 0:
        print(f"seconds {time.monotonic() - start:.9g} loss {last:.6g}")
    distributed.destroy_process_group()


main(*sys.argv[1:])

"""The nets of T6.lua in PyTorch, as a user writes them; the optimizer all parameters at once (foreach).

usage: deep.py T6|T3|T4 STEPS        one thread
"""

import sys

import torch
from torch import nn

KIND, STEPS = sys.argv[1], int(sys.argv[2])
SIZES = {"T3": (784, 128), "T4": (784, 512, 512), "T6": (256,)}[KIND]
BATCH = 128 if KIND == "T4" else 64


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.layers = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(), nn.Dropout(0.2), nn.Linear(width, width))

    def forward(self, x):
        return x + self.layers(x)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    layers = [Block(256) for _ in range(8 if KIND == "T6" else 0)]
    for inputs, outputs in zip(SIZES, SIZES[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU(), nn.LayerNorm(outputs), nn.Dropout(0.2)]
    net = nn.Sequential(*layers, nn.Linear(SIZES[-1], 10))
    rule = (torch.optim.AdamW if KIND == "T6" else torch.optim.Adam)(net.parameters(), lr=1e-4, foreach=True)
    x, labels = torch.rand(BATCH, SIZES[0]) * 2 - 1, torch.randint(0, 10, (BATCH,))
    for _ in range(STEPS):
        rule.zero_grad(set_to_none=True)
        loss = nn.functional.cross_entropy(net(x), labels)
        loss.backward()
        rule.step()
    print("loss %.6g" % loss.item())


main()

"""The nets of cases.py in PyTorch: layers with the weights, masks and running statistics that they are given."""
import torch
from torch.nn import functional as F

from reference import f32, mask_at

CURVES = {
    "relu": F.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "leaky_relu": F.leaky_relu, "elu": F.elu, "selu": F.selu,
    "gelu": F.gelu, "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "silu": F.silu, "mish": F.mish, "softplus": F.softplus,
    "softsign": F.softsign, "hard_tanh": F.hardtanh, "hard_sigmoid": F.hardsigmoid, "hard_swish": F.hardswish, None: lambda x: x,
}


class Net:
    """Weights are taken from a flat list, in the order of NET_get_weights."""

    def __init__(self, layers, inputs, flat, dtype):
        self.flat, self.at, self.dtype, self.parameters = flat, 0, dtype, []
        self.layers, _ = self.build(layers, inputs)
        assert self.at == len(flat)

    def take(self, *shape):
        count = torch.Size(shape).numel()
        values = torch.tensor(self.flat[self.at:self.at + count], dtype=torch.float64).reshape(shape).to(self.dtype)
        self.at += count
        self.parameters.append(values.requires_grad_())
        return values

    def build(self, layers, width):
        out, columns = [], []
        for layer in layers:
            if layer[0] == "dense":
                w = self.take(layer[1], width)
                out.append((layer, w, self.take(layer[1]) if layer[3].get("bias", True) else None))
                width = layer[1]
            elif layer[0] == "residual":
                out.append((layer, self.build(layer[1], width)[0]))
            elif layer[0] == "embedding":
                out.append((layer, self.take(*layer[1]), layer[2] - sum(1 for column in columns if column < layer[2])))
                columns.append(layer[2])
                width += layer[1][1] - 1
            elif layer[0] == "dropout":
                out.append((layer,))
            else:
                running = torch.zeros(width, dtype=self.dtype), torch.ones(width, dtype=self.dtype)
                out.append((layer, self.take(width), self.take(width), *running))
        return out, width

    def forward(self, a, keys, layers=None):
        """keys: of the dropouts, in their order; None in evaluation."""
        for entry in layers or self.layers:
            a = getattr(self, entry[0][0])(entry, a, keys)
        return a

    def dense(self, entry, a, keys):
        return CURVES[entry[0][2]](F.linear(a, entry[1], entry[2]))

    def residual(self, entry, a, keys):
        return a + self.forward(a, keys, entry[1])

    def dropout(self, entry, a, keys):
        if keys is None:
            return a
        rate, key = f32(entry[0][1]), keys.pop(0)
        mask = [[mask_at(key, a.shape[1], r, j, rate) for j in range(a.shape[1])] for r in range(len(a))]
        return a * torch.tensor(mask, dtype=self.dtype)

    def embedding(self, entry, a, keys):
        _, table, place = entry
        return torch.cat((a[:, :place], a[:, place + 1:], F.embedding(a[:, place].long(), table)), dim=1)

    def layer_norm(self, entry, a, keys):
        layer, gain, bias, _, _ = entry
        return F.layer_norm(a, gain.shape, gain, bias, layer[1].get("epsilon", 1e-5))

    def batch_norm(self, entry, a, keys):
        layer, gain, bias, mean, variance = entry
        return F.batch_norm(a, mean, variance, gain, bias, keys is not None, layer[1].get("momentum", 0.1), layer[1].get("epsilon", 1e-5))

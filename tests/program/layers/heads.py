"""Two heads on one trunk against central differences in double precision, and against PyTorch in float64 where it is there.

usage: heads.py OUTPUT      compares what the program of test_heads.sh printed

A line of output is a word and its numbers: the rows of a step and its losses, and the weights of each net before and after it. Rates
are 1 and the rule is sgd, so a gradient is the difference of the weights; here the loss is a function of all weights, and its
derivatives are differences of it.
"""
import math
import sys

ROWS, TOLERANCE, STEP = 4, 2e-6, 1e-5


def dense(weights, at, values, outputs, activation):
    """A dense layer with its weights from `at` on; returns what it makes and where the next one begins."""
    inputs = len(values)
    bias = at + inputs * outputs
    sums = [sum(w * v for w, v in zip(weights[at + o * inputs:], values)) + weights[bias + o] for o in range(outputs)]
    return [activation(z) for z in sums], bias + outputs


def same(z):
    return z


def gelu(z):
    return 0.5 * z * math.erfc(-z / math.sqrt(2))


def silu(z):
    return z / (1 + math.exp(-z))


def relu(z):
    return max(z, 0.0)


def loss(nets, step):
    """The losses of all heads that took part, and the outputs of value and lone."""
    total, seen = 0.0, []
    for row in range(ROWS):
        x = step["x"][row * 3:row * 3 + 3]
        first, at = dense(nets["policy"], 0, x, 6, math.tanh)
        middle, at = dense(nets["policy"], at, first, 6, gelu)
        branch, at = dense(nets["policy"], at, middle, 6, relu)
        out, at = dense(nets["policy"], at, [a + b for a, b in zip(first, branch)], 3, same)
        value, place = dense(nets["value"], 0, branch, 4, silu)
        value, place = dense(nets["value"], place, value, 2, same)
        lone, _ = dense(nets["lone"], 0, first, 1, same)
        label, y = int(step["labels"][row]), step["y"][row * 2:row * 2 + 2]
        if step["own"][0]:
            total += math.log(sum(math.exp(z) for z in out)) - out[label]
        total += sum(0.5 * (a - b) ** 2 for a, b in zip(value, y)) + 0.5 * (lone[0] - y[0]) ** 2
        seen += value + lone
    return total / ROWS, seen


def derivative(nets, name, i, step):
    kept, ends = nets[name][i], []
    for sign in 1, -1:
        nets[name][i] = kept + sign * STEP
        ends.append(loss(nets, step)[0])
    nets[name][i] = kept
    return (ends[0] - ends[1]) / (2 * STEP)


def with_torch(torch, nets, step):
    """The derivatives of all weights, by net."""
    flat = {name: torch.tensor(weights, dtype=torch.float64, requires_grad=True) for name, weights in nets.items()}
    places = dict.fromkeys(flat, 0)

    def linear(name, a, outputs):
        at, inputs = places[name], a.shape[1]
        bias = places[name] = at + outputs * inputs
        places[name] += outputs
        return torch.nn.functional.linear(a, flat[name][at:bias].reshape(outputs, inputs), flat[name][bias:bias + outputs])

    F = torch.nn.functional
    x, y = (torch.tensor(step[word], dtype=torch.float64).reshape(ROWS, -1) for word in ("x", "y"))
    first = torch.tanh(linear("policy", x, 6))
    branch = F.relu(linear("policy", F.gelu(linear("policy", first, 6)), 6))
    out = linear("policy", first + branch, 3)
    value = linear("value", F.silu(linear("value", branch, 4)), 2)
    total = 0.5 * F.mse_loss(value, y, reduction="sum") + 0.5 * F.mse_loss(linear("lone", first, 1), y[:, :1], reduction="sum")
    if step["own"][0]:
        total = total + F.cross_entropy(out, torch.tensor(step["labels"]).long(), reduction="sum")
    (total / ROWS).backward()
    return {name: (weights.grad if weights.grad is not None else torch.zeros_like(weights)).tolist() for name, weights in flat.items()}


def pytorch():
    try:
        import torch
    except ImportError:
        return None
    return torch


def main():
    steps, torch = [], pytorch()
    for line in open(sys.argv[1]):
        word, *numbers = line.split()
        if word == "x":
            steps.append({})
        steps[-1][word] = [float.fromhex(n) for n in numbers]
    assert len(steps) == 4, len(steps)
    worst = 0.0
    for step in steps:
        nets = {name: step[name] for name in ("policy", "value", "lone")}
        expected, seen = loss(nets, step)
        worst = max([worst, abs(expected - step["loss"][0])] + [abs(a - b) for a, b in zip(seen, step["seen"], strict=True)])
        given = with_torch(torch, nets, step) if torch else None
        for name, weights in nets.items():
            for i, after in enumerate(step[name + "_after"]):
                worst = max(worst, abs(derivative(nets, name, i, step) - (weights[i] - after)))
                if given:
                    worst = max(worst, abs(given[name][i] - (weights[i] - after)))
    print(f"{len(steps)} steps, the largest difference is {worst:.1e}")
    print("as the reference" if worst < TOLERANCE else "NOT as the reference")


main()

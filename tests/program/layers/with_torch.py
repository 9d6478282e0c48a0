"""Nets as PyTorch trains them, from the same weights and batches.

usage: with_torch.py spec STEPS PART > nets.lua     PART is an optimizer, for every activation with every loss, or "short", which has
                                                    norms, dropouts with their masks, residual sums and embeddings, too
       with_torch.py check STEPS PART < output      compares what the program printed

The reference is PyTorch in float64. Weights, and the outputs in evaluation, may differ from it by 2e-6 of their size (of 1, where they are smaller), or by 1.2 times
what PyTorch in float32 differs where that is more: a step beside a kink. Over all nets the root of the mean square of the differences
is at most 1.2 times that of PyTorch in float32.
"""
import sys

MODE, STEPS, PART = sys.argv[1], int(sys.argv[2]), sys.argv[3]
import cases  # noqa: E402  reads STEPS from the same place

LOSSES = ("squared_error absolute_error huber quantile cross_entropy sigmoid_cross_entropy gaussian_nll poisson hinge").split()
LAYERS = "norm batch drop rest nest embed wide".split()  # cases with norms, dropouts, sums and tables
RULES = {
    "sgd": ("sgd", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}), "plain": ("sgd", {"momentum": 0.5, "dampening": 0.3}),
    "adam": ("adam", {}), "adamw": ("adamw", {}), "nadam": ("nadam", {}), "radam": ("radam", {"beta2": 0.9}),
    "rmsprop": ("rmsprop", {"momentum": 0.5}), "adagrad": ("adagrad", {}),
}


def case(activation, loss, rule):
    name, keys = RULES[rule]
    keys = dict(keys, epsilon=1e-6) if name != "sgd" else keys
    eta = 0.003 if name != "sgd" else 0.002 if loss == "gaussian_nll" else 0.02  # which diverges at 0.02
    return cases.case("%s_%s_%s" % (activation, loss, rule), [cases.dense(6, activation), cases.dense(4 if loss == "gaussian_nll" else 3)],
                      loss, (name, keys), eta)


def grid():
    if PART == "short":
        rules = list(RULES)
        return [case(activation, LOSSES[i % len(LOSSES)], rules[i % len(rules)]) for i, activation in enumerate(cases.ACTIVATIONS)] + [
            one for one in cases.CASES if one["name"] in LAYERS]
    return [case(activation, loss, PART) for activation in cases.ACTIVATIONS for loss in LOSSES]


cases.CASES = grid()


def numbers(words):
    return [float.fromhex(word) for word in words]


def read(stream):
    """Per case the first weights, the batches with the keys of their dropouts, the last weights, and the outputs of the last batch."""
    out, one = {}, None
    for line in stream:
        what, *words = line.split()
        if what == "case":
            one = out[words[0]] = {"w": [], "x": [], "y": [], "labels": [], "keys": [], "out": []}
        elif what == "labels":
            one["labels"].append([int(word) for word in words])
            one["keys"].append([])
        elif what == "key":
            one["keys"][-1].append(int(words[0], 16))
        elif what in ("w", "x", "y", "out"):
            one[what].append(numbers(words))
    return out


def torch_net():
    import torch_net as module  # which needs PyTorch, as this file without "check" does not
    return module


def documented_nadam(torch):
    """NAdam as PyTorch documents it: before 2.0 its code multiplies the product of the momenta by the last of them twice."""
    class NAdam(torch.optim.Optimizer):
        def __init__(self, parameters, lr, eps):
            super().__init__(parameters, {"lr": lr, "eps": eps})
            self.t, self.product = 0, 1.0

        @torch.no_grad()
        def step(self):
            self.t += 1
            mu, after = (0.9 * (1 - 0.5 * 0.96 ** (t * 0.004)) for t in (self.t, self.t + 1))
            self.product *= mu
            for group in self.param_groups:
                for p in group["params"]:
                    state = self.state[p]
                    m, v = state.setdefault("m", torch.zeros_like(p)), state.setdefault("v", torch.zeros_like(p))
                    m.mul_(0.9).add_(p.grad, alpha=0.1)
                    v.mul_(0.999).addcmul_(p.grad, p.grad, value=0.001)
                    below = v.div(1 - 0.999 ** self.t).sqrt().add_(group["eps"])
                    p.addcdiv_(p.grad, below, value=-group["lr"] * (1 - mu) / (1 - self.product))
                    p.addcdiv_(m, below, value=-group["lr"] * after / (1 - self.product * after))
    return NAdam


def train(torch, one, given, dtype):
    """The weights after all steps, and what the net then makes of the last batch in evaluation."""
    F, net = torch.nn.functional, torch_net().Net(one["layers"], cases.INPUTS, given["w"][0], dtype)
    losses = {
        "squared_error": lambda a, y, l: 0.5 * F.mse_loss(a, y, reduction="sum") / len(a),
        "absolute_error": lambda a, y, l: F.l1_loss(a, y, reduction="sum") / len(a),
        "huber": lambda a, y, l: F.huber_loss(a, y, reduction="sum") / len(a),
        "quantile": lambda a, y, l: (0.5 * (y - a).abs()).sum() / len(a),
        "cross_entropy": lambda a, y, l: F.cross_entropy(a, l, ignore_index=-1, label_smoothing=one["keys"].get("label_smoothing", 0.0)),
        "sigmoid_cross_entropy": lambda a, y, l: F.binary_cross_entropy_with_logits(a, y, reduction="sum") / len(a),
        "gaussian_nll": lambda a, y, l: F.gaussian_nll_loss(a[:, :2], y, a[:, 2:].exp(), eps=1e-12, reduction="sum") / len(a),
        "poisson": lambda a, y, l: F.poisson_nll_loss(a, y, log_input=True, reduction="sum") / len(a),
        "hinge": lambda a, y, l: F.multi_margin_loss(a, l),
    }
    name, keys = one["rule"]
    arguments = {key: keys[key] for key in ("momentum", "nesterov", "weight_decay", "dampening") if key in keys}
    if "epsilon" in keys:
        arguments["eps"] = keys["epsilon"]
    if "beta2" in keys:
        arguments["betas"] = (0.9, keys["beta2"])
    names = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "radam": "RAdam", "rmsprop": "RMSprop", "adagrad": "Adagrad"}
    kind = documented_nadam(torch) if name == "nadam" else getattr(torch.optim, names[name])
    rule = kind(net.parameters, lr=one["eta"], **arguments)
    for x, y, labels, keys in zip(given["x"], given["y"], given["labels"], given["keys"]):
        x = torch.tensor(x, dtype=dtype).reshape(-1, cases.INPUTS)
        y = torch.tensor(y, dtype=dtype).reshape(len(x), -1)
        a = net.forward(x, list(keys))
        rule.zero_grad()
        losses[one["loss"]](a, y, torch.tensor(labels)).backward()
        rule.step()
    with torch.no_grad():
        seen = net.forward(x, None)
        seen = seen.softmax(1) if one["loss"] == "cross_entropy" else seen.sigmoid() if one["loss"] == "sigmoid_cross_entropy" else seen
    return torch.cat([p.detach().reshape(-1).double() for p in net.parameters] + [seen.reshape(-1).double()])


def check():
    import torch
    torch.set_num_threads(1)
    given, worst, squares, bad = read(sys.stdin), (0.0, ""), [0.0, 0.0], []
    assert len(given) == len(cases.CASES), "%d of %d cases" % (len(given), len(cases.CASES))
    for one in cases.CASES:
        reference = train(torch, one, given[one["name"]], torch.float64)
        size = reference.abs().clamp(min=1)
        ours = (torch.tensor(given[one["name"]]["w"][1] + given[one["name"]]["out"][0], dtype=torch.float64) - reference) / size
        theirs = (train(torch, one, given[one["name"]], torch.float32) - reference) / size
        far = ours.abs().max().item()
        worst = max(worst, (far, one["name"]))
        if not far <= max(2e-6, 1.2 * theirs.abs().max().item()):
            bad.append(one["name"])
        squares[0] += (ours ** 2).mean().item()
        squares[1] += (theirs ** 2).mean().item()
    ratio = (squares[0] / squares[1]) ** 0.5
    print("%d nets, %d steps: at most %.2g from float64 (%s), %.2f times as far as PyTorch's float32" % (
        len(cases.CASES), STEPS, worst[0], worst[1], ratio))
    print("as PyTorch" if not bad and ratio <= 1.2 else "not as PyTorch: %s" % " ".join(bad))


cases.write_spec() if MODE == "spec" else check()

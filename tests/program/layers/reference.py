"""Nets, losses and optimizers in double precision, a tape that finds derivatives by itself: each value knows from what it was calculated
and with which derivatives. Masks of dropouts are calculated from the keys that a program prints, by the hash of runtime/nn/layer.h.
"""
import math


def has_labels(one):
    return one["loss"] in ("cross_entropy", "hinge") and one["keys"].get("targets") != "values"


class Value:
    __slots__ = ("v", "parents", "d")

    def __init__(self, v, parents=()):
        self.v, self.parents, self.d = v, parents, 0.0

    def __add__(self, other):
        if isinstance(other, Value):
            return Value(self.v + other.v, ((self, 1.0), (other, 1.0)))
        return Value(self.v + other, ((self, 1.0),))

    __radd__ = __add__

    def __mul__(self, other):
        if isinstance(other, Value):
            return Value(self.v * other.v, ((self, other.v), (other, self.v)))
        return Value(self.v * other, ((self, other),))

    __rmul__ = __mul__

    def __sub__(self, other):
        return self + other * -1.0

    def of(self, v, slope):
        return Value(v, ((self, slope),))


def exp(a):
    return a.of(math.exp(a.v), math.exp(a.v))


def log(a):
    return a.of(math.log(a.v), 1 / a.v)


def power(a, p):
    return a.of(a.v ** p, p * a.v ** (p - 1))


def total(values):
    values = list(values)
    return Value(math.fsum(a.v for a in values), tuple((a, 1.0) for a in values))


def differentiate(loss):
    order, seen, stack = [], set(), [(loss, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((parent, False) for parent, _ in node.parents)
    loss.d = 1.0
    for node in reversed(order):
        for parent, slope in node.parents:
            parent.d += node.d * slope


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def curve(name, x):
    cdf, pdf = 0.5 * math.erfc(-x / math.sqrt(2)), math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    s, t = sigmoid(x), math.tanh(x)
    u = math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)
    du = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x * x)
    soft = math.tanh(math.log1p(math.exp(x)))
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return {
        "relu": (max(x, 0), float(x > 0)), "tanh": (t, 1 - t * t), "sigmoid": (s, s * (1 - s)), "identity": (x, 1.0),
        "leaky_relu": (x if x > 0 else 0.01 * x, 1.0 if x > 0 else 0.01),
        "elu": (x if x > 0 else math.expm1(x), 1.0 if x > 0 else math.exp(x)),
        "selu": (scale * (x if x > 0 else alpha * math.expm1(x)), scale * (1.0 if x > 0 else alpha * math.exp(x))),
        "gelu": (x * cdf, cdf + x * pdf), "gelu_tanh": (x * (1 + math.tanh(u)) / 2, (1 + math.tanh(u)) / 2
                                                        + x / 2 * (1 - math.tanh(u) ** 2) * du),
        "silu": (x * s, s + x * s * (1 - s)), "mish": (x * soft, soft + x * (1 - soft * soft) * s),
        "softplus": (math.log1p(math.exp(x)), s), "softsign": (x / (1 + abs(x)), 1 / (1 + abs(x)) ** 2),
        "hard_tanh": (min(max(x, -1), 1), float(-1 < x < 1)),
        "hard_sigmoid": (min(max(x / 6 + 0.5, 0), 1), 1 / 6 if -3 < x < 3 else 0.0),
        "hard_swish": (x * min(max(x / 6 + 0.5, 0), 1), 0.0 if x < -3 else 1.0 if x > 3 else x / 3 + 0.5),
    }[name]


def activate(name, a):
    return a if name in (None, "identity") else a.of(*curve(name, a.v))


def mask_at(key, features, r, j, rate):
    low, high, most = key & 0xffffffff, key >> 32, 0xffffffff
    h = (r * features + j + low) & most
    h = (h ^ h >> 16) * 0x7feb352d & most
    h = ((h ^ h >> 15) + high) * 0x846ca68b & most
    return 0.0 if (h ^ h >> 16) >> 1 < int(rate * 2 ** 31) else 1 / (1 - rate)


def f32(x):
    import struct
    return struct.unpack("f", struct.pack("f", x))[0]


class Net:
    """The layers with their weights, as a list of arrays in the order of get_weights."""

    def __init__(self, one, inputs, flat):
        self.one, self.arrays, self.flat, self.at, self.running = one, [], flat, 0, {}
        self.layers = self.build(one["layers"], inputs)[0]

    def array(self, count, group, layer, row=0):
        values = [Value(v) for v in self.flat[self.at:self.at + count]]
        self.at += count
        self.arrays.append({"values": values, "group": group, "keys": layer[3] if layer[0] == "dense" else {}, "row": row})
        return values

    def build(self, layers, width):
        out = []
        for layer in layers:
            if layer[0] == "dense":
                w = self.array(layer[1] * width, "weight", layer, width)
                b = self.array(layer[1], "bias", layer) if layer[3].get("bias", True) else None
                out.append((layer, w, b, width))
                width = layer[1]
            elif layer[0] == "residual":
                out.append((layer, self.build(layer[1], width)[0]))
            elif layer[0] == "embedding":
                place = layer[2] - sum(1 for other in out if other[0][2] < layer[2])
                out.append((layer, self.array(layer[1][0] * layer[1][1], "weight", layer), place))
                width += layer[1][1] - 1
            elif layer[0] == "dropout":
                out.append((layer,))
            else:
                out.append((layer, self.array(width, "norm", layer), self.array(width, "norm", layer)))
        return out, width

    def forward(self, layers, rows, keys, trains):
        for entry in layers:
            layer = entry[0]
            rows = getattr(self, layer[0])(entry, rows, keys, trains)
        return rows

    def dense(self, entry, rows, keys, trains):
        layer, w, b, width = entry
        return [[activate(layer[2], total([w[o * width + k] * row[k] for k in range(width)] + ([b[o]] if b else [])))
                 for o in range(layer[1])] for row in rows]

    def embedding(self, entry, rows, keys, trains):
        layer, table, place = entry
        width = layer[1][1]
        at = [int(row[place].v) * width for row in rows]
        return [row[:place] + row[place + 1:] + table[a:a + width] for row, a in zip(rows, at)]

    def dropout(self, entry, rows, keys, trains):
        if not trains:
            return rows
        rate, key = f32(entry[0][1]), keys.pop(0)
        return [[a * mask_at(key, len(row), r, j, rate) for j, a in enumerate(row)] for r, row in enumerate(rows)]

    def residual(self, entry, rows, keys, trains):
        inner = self.forward(entry[1], rows, keys, trains)
        return [[a + b for a, b in zip(*pair)] for pair in zip(inner, rows)]

    def normal(self, column, epsilon):
        mean = total(column) * (1 / len(column))
        moved = [a - mean for a in column]
        variance = total(a * a for a in moved) * (1 / len(column))
        scale = power(variance + epsilon, -0.5)
        return [a * scale for a in moved], mean.v, variance.v

    def layer_norm(self, entry, rows, keys, trains):
        layer, gain, bias = entry
        return [[a * g + b for a, g, b in zip(self.normal(row, layer[1].get("epsilon", 1e-5))[0], gain, bias)] for row in rows]

    def batch_norm(self, entry, rows, keys, trains):
        layer, gain, bias = entry
        epsilon, momentum, count = layer[1].get("epsilon", 1e-5), layer[1].get("momentum", 0.1), len(rows)
        columns = []
        running = self.running.setdefault(id(entry), [[0.0, 1.0] for _ in gain])
        for j, column in enumerate(zip(*rows)):
            if trains:
                normal, mean, variance = self.normal(column, epsilon)
                running[j][0] += momentum * (mean - running[j][0])
                running[j][1] += momentum * (variance * count / (count - 1) - running[j][1])
            else:
                normal = [(a - running[j][0]) * (running[j][1] + epsilon) ** -0.5 for a in column]
            columns.append([a * gain[j] + bias[j] for a in normal])
        return [list(row) for row in zip(*columns)]


def log_softmax(row):
    most = max(a.v for a in row)
    rest = log(total(exp(a - most) for a in row)) + most
    return [a - rest for a in row]


def outputs_of(one, row):
    output = one["keys"].get("output", {"cross_entropy": "softmax", "sigmoid_cross_entropy": "sigmoid"}.get(one["loss"]))
    if output in ("softmax", "log_softmax"):
        logs = log_softmax(row)
        return [exp(a) for a in logs] if output == "softmax" else logs
    return [activate(output, a) for a in row]


def distance(a, y, kind, keys):
    e = a - y
    if kind == "squared_error":
        return e * e * 0.5
    if kind == "absolute_error":
        return e.of(abs(e.v), math.copysign(1, e.v))
    if kind == "huber":
        d = keys["delta"]
        return e * e * 0.5 if abs(e.v) <= d else e.of(d * (abs(e.v) - d / 2), math.copysign(d, e.v))
    if kind == "quantile":
        q = keys["quantile"]
        return e * -q if e.v <= 0 else e * (1 - q)
    return exp(a) - a * y


def loss_of(one, rows, y, labels):
    kind, keys, weights = one["loss"], one["keys"], one["keys"].get("class_weights")
    smooth, losses, divisor = keys.get("label_smoothing", 0.0), [], 0.0
    for row, targets, label in zip(rows, y, labels):
        w = weights or [1.0] * len(row)
        if has_labels(one) and label == -1:
            continue
        divisor += w[label] if has_labels(one) and len(row) > 1 else 1.0
        if kind == "cross_entropy" and has_labels(one):
            logs = log_softmax(row)
            losses.append(logs[label] * (-(1 - smooth) * w[label]) - total(a * (v * smooth / len(row)) for a, v in zip(logs, w)))
        elif kind == "cross_entropy":
            losses.append(total(a * (-p * v) for a, p, v in zip(log_softmax(row), targets, w)))
        elif kind == "sigmoid_cross_entropy":
            losses.append(total((log(exp(a) + 1.0) - a * p) * v for a, p, v in zip(row, targets, w)))
        elif kind == "gaussian_nll":
            half = len(row) // 2
            losses.append(total((v + (m - p) * (m - p) * exp(v * -1.0)) * 0.5 for m, v, p in zip(row[:half], row[half:], targets)))
        elif kind == "hinge" and len(row) == 1:
            m = row[0] * (-1.0 if label == 1 else 1.0) + 1.0
            losses.append(m if m.v > 0 else Value(0.0))
        elif kind == "hinge":
            margins = [row[j] - row[label] + 1.0 for j in range(len(row)) if j != label]
            losses.append(total([m for m in margins if m.v > 0] + [Value(0.0)]) * (1 / len(row)))
        else:
            a = row if kind == "poisson" else outputs_of(one, row)
            losses.append(total(distance(b, p, kind, keys) for b, p in zip(a, targets)))
    if keys.get("reduction") == "elements":
        divisor *= len(rows[0])
    if keys.get("reduction") == "none":
        divisor = 1.0
    return total(losses) * (1 / divisor)


DEFAULTS = {"adam": (0.9, 0.999, 1e-8), "adamw": (0.9, 0.999, 1e-8), "nadam": (0.9, 0.999, 1e-8), "radam": (0.9, 0.999, 1e-8),
            "rmsprop": (0, 0.99, 1e-8), "adagrad": (0, 0, 1e-10), "lion": (0.9, 0.99, 0)}


class Optimizer:
    def __init__(self, one, net):
        self.kind, self.keys = one["rule"]
        self.net, self.eta, self.t, self.state, self.held, self.product = net, one["eta"], 0, {}, 0, 1.0
        self.mean = None
        beta1, beta2, self.epsilon = DEFAULTS.get(self.kind, (0, 0, 0))
        self.beta1, self.beta2 = self.keys.get("beta1", beta1), self.keys.get("beta2", beta2)
        self.decay = self.keys.get("weight_decay", 0.01 if self.kind == "adamw" else 0.0)

    def train(self):
        values = [v for array in self.net.arrays if not array["keys"].get("freeze") for v in array["values"]]
        self.held += 1
        if self.held < self.keys.get("accumulate", 1):
            return
        for v in values:
            v.d /= self.held
        self.held = 0
        if "clip_value" in self.keys:
            for v in values:
                v.d = min(max(v.d, -self.keys["clip_value"]), self.keys["clip_value"])
        if "clip_norm" in self.keys:
            norm = math.sqrt(math.fsum(v.d * v.d for v in values))
            for v in values:
                v.d *= min(1.0, self.keys["clip_norm"] / norm)
        self.t += 1
        self.begin()
        for array in self.net.arrays:
            if not array["keys"].get("freeze"):
                self.move(array)
        for v in (v for array in self.net.arrays for v in array["values"]):
            v.d = 0.0
        if "ema" in self.keys:
            now = [v.v for array in self.net.arrays for v in array["values"]]
            self.mean = now if self.mean is None else [m + (1 - self.keys["ema"]) * (v - m) for m, v in zip(self.mean, now)]

    def begin(self):
        if self.kind != "nadam":
            return
        self.mu, self.next = (self.beta1 * (1 - 0.5 * 0.96 ** (t * 0.004)) for t in (self.t, self.t + 1))
        self.product *= self.mu

    def move(self, array):
        spared = self.keys.get("no_decay", ())
        bare = "norm" in spared and array["group"] == "norm" or "bias" in spared and array["group"] == "bias"
        decay, eta = 0.0 if bare else self.decay, self.eta * array["keys"].get("lr_scale", 1)
        for v in array["values"]:
            g = v.d + (0.0 if self.kind in ("adamw", "lion") else decay * v.v)
            if self.kind in ("adamw", "lion"):
                v.v -= eta * decay * v.v
            v.v -= eta * self.step(v, g)
        limit, row = array["keys"].get("max_norm"), array["row"]
        if limit and row:
            for o in range(0, len(array["values"]), row):
                norm = math.sqrt(math.fsum(v.v * v.v for v in array["values"][o:o + row]))
                for v in array["values"][o:o + row]:
                    v.v *= min(1.0, limit / norm)

    def step(self, v, g):
        s, t = self.state.setdefault(id(v), [0.0, 0.0]), self.t
        if self.kind == "sgd":
            momentum = self.keys.get("momentum", 0.0)
            s[0] = g if t == 1 else momentum * s[0] + (1 - self.keys.get("dampening", 0.0)) * g
            return g + momentum * s[0] if self.keys.get("nesterov") else s[0] if momentum else g
        if self.kind == "lion":
            c = self.beta1 * s[0] + (1 - self.beta1) * g
            s[0] = self.beta2 * s[0] + (1 - self.beta2) * g
            return (c > 0) - (c < 0)
        if self.kind == "adagrad":
            s[1] += g * g
            return g / (math.sqrt(s[1]) + self.epsilon)
        if self.kind == "rmsprop":
            s[1] += 0.01 * (g * g - s[1])
            s[0] = self.keys.get("momentum", 0.0) * s[0] + g / (math.sqrt(s[1]) + self.epsilon)
            return s[0]
        s[0] = self.beta1 * s[0] + (1 - self.beta1) * g
        s[1] = self.beta2 * s[1] + (1 - self.beta2) * g * g
        left = 1 - self.beta2 ** t
        root = math.sqrt(s[1] / left) + self.epsilon
        if self.kind == "nadam":
            return ((1 - self.mu) / (1 - self.product) * g + self.next / (1 - self.product * self.next) * s[0]) / root
        mean = s[0] / (1 - self.beta1 ** t)
        if self.kind == "radam":
            most = 2 / (1 - self.beta2) - 1
            length = most - 2 * t * self.beta2 ** t / left
            if length <= 5:
                return mean
            rect = math.sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length))
            return mean * rect * math.sqrt(left) / (math.sqrt(s[1]) + self.epsilon)
        return mean / root

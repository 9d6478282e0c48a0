"""Reads exported models with Python's standard library alone; knows nothing of loopc.

    read_model.py onnx FILE DATA       runs an ONNX file on the rows of a CSV: the class and the outputs of each
    read_model.py compare CSV CSV      whether two such tables agree (1e-4; lines that begin with a letter are heads)
    read_model.py arrays FOLDER FILE   whether the .npy files of a folder hold the tensors of an ONNX file
    read_model.py outputs FILE DATA    runs an ONNX file: the outputs of each row; inputs in two floats where it takes them
    read_model.py numpy FOLDER DATA NET  the same of .npy files; NET is the text of mlp { ... }
    read_model.py near CSV CSV SHARE   whether two tables agree, up to a share of each value or of 1
    read_model.py metadata FILE        the metadata of an ONNX file
    read_model.py tensors FILE         the names of its inputs and outputs
"""
import ast, glob, math, os, struct, sys


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def message(data):
    """The fields of a message: {number: [values]}."""
    fields, at = {}, 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
            assert len(value) == length
        elif kind == 5:
            value, at = data[at:at + 4], at + 4
        else:
            raise ValueError("wire type %d" % kind)
        fields.setdefault(key >> 3, []).append(value)
    return fields


def floats(raw):
    return list(struct.unpack("<%df" % (len(raw) // 4), raw))


def tensor(data):
    t = message(data)
    assert t[2] == [1], "not FLOAT"
    dims, values = t.get(1, []), floats(t[9][0])
    assert len(values) == math.prod(dims)
    if len(dims) == 2:
        values = [values[r * dims[1]:(r + 1) * dims[1]] for r in range(dims[0])]
    return t[8][0].decode(), values


def columns(value):
    """The name of an input or output, and how many columns it has."""
    v = message(value)
    typed = message(message(v[2][0])[1][0])
    assert typed[1] == [1]
    dims = [message(d) for d in message(typed[2][0])[1]]
    assert len(dims) == 2 and dims[0][2], "rows are not free"
    return v[1][0].decode(), dims[1][1][0]


def load(path):
    model = message(open(path, "rb").read())
    assert model[1][0] >= 7 and message(model[8][0])[2] == [13]
    return message(model[7][0])


def attributes(node):
    parts = list(map(message, node.get(5, [])))
    whole = {a[1][0].decode(): a[3][0] for a in parts if a[20] == [2]}
    single_ones = {a[1][0].decode(): floats(a[2][0])[0] for a in parts if a[20] == [1]}
    lists = {a[1][0].decode(): a[8] for a in parts if a[20] == [7]}
    return {**whole, **single_ones, **lists}


def gemm(x, w, b, transB=0):
    assert transB == 1
    return [math.fsum(a * c for a, c in zip(row, x)) + d for row, d in zip(w, b)]


def softmax(x, axis=-1):
    assert axis in (1, -1)
    e = [math.exp(v - max(x)) for v in x]
    return [v / sum(e) for v in e]


def pairs(x, y):
    """A vector of one value is repeated to the length of the other."""
    return zip(x * (len(y) if len(x) == 1 else 1), y * (len(x) if len(y) == 1 else 1))


def each(f):
    return lambda x, **keys: [f(v, **keys) for v in x]


def row_mean(x, axes, keepdims):
    assert axes == [1] and keepdims == 1
    return [math.fsum(x) / len(x)]


def log_softmax(x, axis=-1):
    return [math.log(v) for v in softmax(x, axis)]


def hard_sigmoid(v, alpha=0.2, beta=0.5):
    return min(max(alpha * v + beta, 0), 1)


def selu(v, alpha, gamma):
    return gamma * (v if v > 0 else alpha * math.expm1(v))


operators = {
    "Div": lambda x, y: [a / b if b else math.nan for a, b in pairs(x, y)], "Sqrt": each(math.sqrt), "Erf": each(math.erf), "ReduceMean": row_mean,
    "Softplus": each(lambda v: math.log1p(math.exp(-abs(v))) + max(v, 0)), "Softsign": each(lambda v: v / (1 + abs(v))),
    "LeakyRelu": each(lambda v, alpha=0.01: v if v > 0 else alpha * v), "Selu": each(selu), "HardSigmoid": each(hard_sigmoid),
    "Elu": each(lambda v, alpha=1.0: v if v > 0 else alpha * math.expm1(v)), "LogSoftmax": log_softmax,
    "Clip": lambda x, low, high: [min(max(v, low[0]), high[0]) for v in x],
    "Equal": lambda x, y: [a == b for a, b in pairs(x, y)], "Cast": lambda x, to: [float(v) for v in x],
    "Gemm": gemm, "Softmax": softmax, "Identity": list, "Tanh": lambda x: [math.tanh(v) for v in x],
    "Relu": lambda x: [max(v, 0) for v in x], "Sigmoid": lambda x: [1 / (1 + math.exp(-v)) for v in x],
    "Sub": lambda x, y: [single(a - b) for a, b in pairs(x, y)], "Mul": lambda x, y: [a * b for a, b in pairs(x, y)],
    "Add": lambda x, y: [a + b for a, b in pairs(x, y)], "IsNaN": lambda x: [math.isnan(v) for v in x],
    "Where": lambda c, x, y: [a if k else b for k, a, b in zip(c, x, y)],
}


def single(value):
    """The nearest float."""
    return struct.unpack("<f", struct.pack("<f", value))[0]


def run(graph, x, low=None):
    values = dict(tensor(t) for t in graph[5])
    (name, width), (result, outputs) = columns(graph[11][0]), columns(graph[12][0])
    assert len(x) == width
    values[name] = x
    if low and len(graph[11]) > 1:
        values[columns(graph[11][1])[0]] = low
    for node in map(message, graph[1]):
        names = [n.decode() for n in node[1]]
        values[node[2][0].decode()] = operators[node[4][0].decode()](*[values[n] for n in names], **attributes(node))
    assert len(values[result]) == outputs
    return values[result]


def onnx(path, data):
    graph = load(path)
    for line in open(data):
        y = run(graph, [float(v) for v in line.split(",")])
        print(y.index(max(y)), *["%.9g" % v for v in y], sep=",")


def outputs(path, data):
    graph = load(path)
    for line in open(data):
        x = [float(v) for v in line.split(",")]
        high = [single(v) for v in x]
        print(*["%.9g" % v for v in run(graph, high, [single(v - h) for v, h in zip(x, high)])], sep=",")


def numpy(folder, data, net):
    """The predictions of the arrays of a folder for rows; activations and other settings come from the spec."""
    get = lambda name: npy(os.path.join(folder, "net.%s.npy" % name))
    has = lambda name: os.path.exists(os.path.join(folder, "net.%s.npy" % name))
    layers = len(glob.glob(os.path.join(folder, "*.weight.npy")))
    weights = [(get("layers.%d.weight" % i), get("layers.%d.bias" % i)) for i in range(layers)]
    for line in open(data):
        x = [float(v) for v in line.split(",")]
        if has("fill"):
            x = [f if math.isnan(v) else v for v, f in zip(x, get("fill"))]
        if has("mean"):
            x = [(v - m) / d if d else 0 for v, m, d in zip(x, get("mean"), get("divisor"))]
        for i, (w, b) in enumerate(weights):
            x = gemm(x, w, b, 1)
            x = [max(v, 0) for v in x] if i + 1 < layers else x if "squared_error" in net else softmax(x)
        if has("target_mean"):
            x = [v * d + m for v, m, d in zip(x, get("target_mean"), get("target_divisor"))]
        print(*["%.9g" % v for v in x], sep=",")


def near(one, other, share):
    one, other = table(one), table(other)
    assert len(one) == len(other) > 0, "%d and %d rows" % (len(one), len(other))
    for i, (a, b) in enumerate(zip(one, other)):
        assert len(a) == len(b), (i, a, b)
        assert all(abs(v - w) <= float(share) * max(1, abs(v)) for v, w in zip(a, b)), (i, a, b)


def metadata(path):
    for entry in sorted(message(e)[1][0].decode() + " " + message(e)[2][0].decode()
                        for e in message(open(path, "rb").read()).get(14, [])):
        print(entry)


def tensors(path):
    """The names of inputs and outputs."""
    graph = load(path)
    print(*[columns(v)[0] for v in graph[11]], "->", *[columns(v)[0] for v in graph[12]])


def table(path):
    return [[float(v) for v in line.split(",")] for line in open(path) if not line[0].isalpha()]


def compare(one, other):
    one, other = table(one), table(other)
    assert len(one) == len(other) > 0, "%d and %d rows" % (len(one), len(other))
    for a, b in zip(one, other):
        assert len(a) == len(b) and a[0] == b[0], (a, b)
        assert all(abs(v - w) < 1e-4 for v, w in zip(a, b)), (a, b)


def npy(path):
    data = open(path, "rb").read()
    assert data[:8] == b"\x93NUMPY\x01\x00"
    (length,) = struct.unpack("<H", data[8:10])
    assert (10 + length) % 64 == 0 and data[9 + length:10 + length] == b"\n"
    head = ast.literal_eval(data[10:10 + length].decode())
    assert not head["fortran_order"] and head["descr"] in ("<f4", "<f8")
    kind = "f" if head["descr"] == "<f4" else "d"
    count = math.prod(head["shape"])
    values = list(struct.unpack("<%d%s" % (count, kind), data[10 + length:]))
    if len(head["shape"]) == 2:
        width = head["shape"][1]
        values = [values[r:r + width] for r in range(0, count, width)]
    return values


def arrays(folder, path):
    tensors = dict(tensor(t) for t in load(path)[5])
    seen = 0
    for file in glob.glob(os.path.join(folder, "*.npy")):
        name = os.path.basename(file)[:-4].split(".", 1)[1]
        if name in ("mean", "divisor"):
            assert len(npy(file)) == len(tensors["mean"])
        else:
            assert npy(file) == tensors[name], name
            seen += 1
    assert seen == len(tensors) - 2, (seen, len(tensors))


if __name__ == "__main__":
    {"onnx": onnx, "compare": compare, "arrays": arrays, "outputs": outputs, "numpy": numpy, "near": near,
     "metadata": metadata, "tensors": tensors}[sys.argv[1]](*sys.argv[2:])

"""Nets of layers against a reference in double precision that finds derivatives by itself.

usage: cases.py spec STEPS > nets.lua       the spec: a net for each case, which makes so many steps
       cases.py check STEPS < output        compares what the program printed

The reference is reference.py.
"""
import sys

from reference import Net, Optimizer, Value, differentiate, has_labels, loss_of, outputs_of

ROWS, INPUTS, STEPS, TOLERANCE = 5, 4, int(sys.argv[2]), 2e-6


def dense(width, activation=None, **keys):
    return ("dense", width, activation, keys)


def case(name, layers, loss="squared_error", rule=("sgd", {}), eta=0.05, rows=ROWS, **keys):
    return {"name": name, "layers": layers, "loss": loss, "rule": rule, "eta": eta, "rows": rows, "keys": keys}


ACTIVATIONS = ("relu tanh sigmoid leaky_relu elu selu gelu gelu_tanh silu mish softplus softsign hard_tanh hard_sigmoid hard_swish"
               .split())

CASES = [case(name, [dense(6, name), dense(2, bias=False)]) for name in ACTIVATIONS]
CASES += [case("out_" + name, [dense(5, "gelu"), dense(3, name)], "absolute_error") for name in ("silu", "tanh", "softplus")]
CASES += [
    case("smooth", [dense(6, "gelu"), dense(3)], "cross_entropy", label_smoothing=0.1, class_weights=(1.0, 2.0, 0.5)),
    case("weighed", [dense(6, "tanh"), dense(3)], "cross_entropy", class_weights=(1.0, 3.0, 0.5)),
    case("log_soft", [dense(6, "tanh"), dense(3)], "cross_entropy", output="log_softmax"),
    case("soft", [dense(6, "tanh"), dense(3)], "cross_entropy", targets="values", class_weights=(1.0, 2.0, 0.5)),
    case("huber", [dense(6, "tanh"), dense(2)], "huber", delta=0.5),
    case("quantile", [dense(6, "tanh"), dense(2)], "quantile", quantile=0.8),
    case("gaussian", [dense(6, "tanh"), dense(4)], "gaussian_nll"),
    case("poisson", [dense(6, "tanh"), dense(2)], "poisson"),
    case("hinge", [dense(6, "tanh"), dense(3)], "hinge"),
    case("binary", [dense(6, "tanh"), dense(1)], "hinge"),
    case("yes_no", [dense(6, "gelu"), dense(2)], "sigmoid_cross_entropy", class_weights=(2.0, 0.5)),
    case("elements", [dense(6, "tanh"), dense(2)], reduction="elements"),
    case("summed", [dense(6, "tanh"), dense(2)], reduction="none", eta=0.01),
    case("soft_out", [dense(6, "gelu"), dense(3)], output="softmax"),
]
RULES = [
    ("nesterov", ("sgd", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01})),
    ("dampened", ("sgd", {"momentum": 0.9, "dampening": 0.3})), ("adam", ("adam", {"weight_decay": 0.01})),
    ("adamw", ("adamw", {"no_decay": ("bias", "norm")})), ("nadam", ("nadam", {})), ("radam", ("radam", {"beta2": 0.9})),
    ("rmsprop", ("rmsprop", {"weight_decay": 0.01})), ("rms_mom", ("rmsprop", {"momentum": 0.5})), ("adagrad", ("adagrad", {})),
    ("lion", ("lion", {"weight_decay": 0.1})), ("clipped", ("sgd", {"clip_norm": 0.05, "momentum": 0.5})),
    ("cut", ("sgd", {"clip_value": 0.2})), ("held", ("sgd", {"accumulate": 3, "momentum": 0.5})), ("mean", ("sgd", {"ema": 0.9})),
]
CASES += [case(name, [dense(6, "gelu"), ("layer_norm", {}), dense(2)], rule=rule, eta=0.003 if rule[0] != "sgd" else 0.02)
          for name, rule in RULES]
CASES += [
    case("norm", [("layer_norm", {}), dense(6, "tanh"), ("layer_norm", {"epsilon": 0.01}), dense(2)]),
    case("batch", [dense(6), ("batch_norm", {}), dense(6, "silu"), ("batch_norm", {"momentum": 0.3}), dense(2)]),
    case("drop", [("dropout", 0.25), dense(6, "gelu"), ("dropout", 0.4), dense(2)]),
    case("rest", [dense(6, "relu"), ("residual", [("layer_norm", {}), dense(6, "silu"), dense(6, "tanh")]), dense(2)]),
    case("nest", [("residual", [("residual", [dense(4, "tanh")]), ("dropout", 0.2), dense(4)]), dense(2)]),
    case("scaled", [dense(6, "tanh", lr_scale=0.5), dense(6, "tanh", freeze=True), dense(2, max_norm=0.4)]),
    case("embed", [("embedding", (5, 3), 1), ("embedding", (7, 2), 2), dense(6, "gelu"), dense(2)], rule=("adam", {}), eta=0.01),
    case("table", [("embedding", (5, 18), 0), ("layer_norm", {}), dense(3)], "cross_entropy", rows=19),
    case("wide", [dense(18, "gelu"), ("dropout", 0.2), ("residual", [("layer_norm", {}), dense(18, "silu"), dense(18)]), dense(3)],
         "cross_entropy", rule=("adamw", {}), eta=0.003, rows=17, label_smoothing=0.1),
]


# The spec.

def lua(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"%s"' % value
    if isinstance(value, tuple):
        return "{ %s }" % ", ".join(map(lua, value))
    return repr(value)


def lua_layer(layer):
    kind = layer[0]
    if kind == "dense":
        parts = [str(layer[1])] + ([lua(layer[2])] if layer[2] else []) + ["%s = %s" % (k, lua(v)) for k, v in layer[3].items()]
    elif kind == "residual":
        parts = [lua_layer(one) for one in layer[1]]
    elif kind == "embedding":
        parts = [str(layer[1][0]), str(layer[1][1])] + (["column = %d" % (layer[2] + 1)] if layer[2] else [])
    elif kind == "dropout":
        parts = [repr(layer[1])]
    else:
        parts = ["%s = %s" % (k, lua(v)) for k, v in layer[1].items()]
    return "%s { %s }" % (kind, ", ".join(parts))


def lua_keys(keys):
    return "".join(", %s = %s" % (k, lua(v)) for k, v in keys.items())


def target_count(one):
    outputs = one["layers"][-1][1]
    return outputs // 2 if one["loss"] == "gaussian_nll" else outputs


def drops(layers):
    return sum(drops(layer[1]) if layer[0] == "residual" else layer[0] == "dropout" for layer in layers)


BODY = """
    show("case %(n)s", NULL, 0);
    float w[%(room)d];
    const int32_t count = %(n)s_parameters($%(n)s);
    %(n)s_get_weights($%(n)s, w, count);
    show("w", w, count);
    float x[%(rows)d * %(inputs)d], y[%(rows)d * %(targets)d];
    int32_t labels[%(rows)d];
    for (int step = 0; step < %(steps)d; step++) {
        for (int i = 0; i < %(rows)d * %(inputs)d; i++) x[i] = (float)loopc_rng_normal($r);
        %(whole)s
        for (int i = 0; i < %(rows)d * %(targets)d; i++) y[i] = loopc_rng_f32($r);
        for (int i = 0; i < %(rows)d; i++) labels[i] = (int32_t)loopc_rng_below($r, %(classes)d) - (i == 1 && %(ignores)d);
        const float loss = %(n)s_train($%(n)s, $%(n)s_o, x, %(given)s, %(rows)d, %(eta)rf);
        show("x", x, %(rows)d * %(inputs)d);
        show("y", y, %(rows)d * %(targets)d);
        for (int i = 0; i < %(rows)d; i++) y[i %% (%(rows)d * %(targets)d)] = (float)labels[i];
        printf("labels");
        for (int i = 0; i < %(rows)d; i++) printf(" %%d", (int)labels[i]);
        puts("");
        %(keys)s
        show("loss", &loss, 1);
    }
    %(n)s_get_weights($%(n)s, w, count);
    show("w", w, count);
    %(mean)s
    show("out", %(n)s_forward($%(n)s, x, %(rows)d), %(rows)d * %(outputs)d);
    (void)labels, (void)y;
"""


def whole(one):
    """Columns of categories are whole numbers."""
    return "\n".join("for (int i = 0; i < %d; i++) x[i * %d + %d] = (float)loopc_rng_below($r, %d);" % (one["rows"], INPUTS, layer[2], layer[1][0])
                   for layer in one["layers"] if layer[0] == "embedding")


def body(one):
    name, count = one["name"], drops(one["layers"])
    keys = "".join('printf("key %%llx\\n", (unsigned long long)$%s->keys[%d]);' % (name, i) for i in range(count))
    mean = ""
    if "ema" in one["rule"][1]:
        mean = "{0}_o_swap(${0}_o, ${0}); {0}_get_weights(${0}, w, count); show(\"w\", w, count); {0}_o_swap(${0}_o, ${0});".format(name)
    return BODY % {"n": name, "room": 8192, "rows": one["rows"], "inputs": INPUTS, "targets": target_count(one), "steps": STEPS,
                   "classes": max(2, one["layers"][-1][1]), "given": "labels" if has_labels(one) else "y", "eta": one["eta"],
                   "whole": whole(one), "keys": keys, "mean": mean, "outputs": one["layers"][-1][1],
                   "ignores": one["loss"] == "cross_entropy"}


def write_spec():
    print("local state = { r = rng {} }")
    for one in CASES:
        keys = dict(one["keys"])
        print('state.%s = mlp { inputs = %d, batch = %d, loss = "%s"%s, %s }' % (
            one["name"], INPUTS, one["rows"], one["loss"], lua_keys(keys), ", ".join(map(lua_layer, one["layers"]))))
        print('state.%s_o = optimizer { "%s", net = "%s"%s }' % (one["name"], one["rule"][0], one["name"], lua_keys(one["rule"][1])))
    print('local nodes = { times = 1 }')
    for i, one in enumerate(CASES):
        print("nodes.on_%s_x = node(%d, [==[%s]==])" % (one["name"], i + 1, body(one)))
    print('local Fit = loop "Fit" (nodes)')
    print("""return trainer "nets" { state = state, Fit, code = [==[
        static void show(const char *what, const float *values, int32_t count)
        {
            printf("%s", what);
            for (int32_t i = 0; i < count; i++) printf(" %a", (double)values[i]);
            puts("");
        }
    ]==] }""")


def parse(line):
    what, *values = line.split()
    if what in ("case", "key"):
        return what, values[0]
    return what, [int(v) if what == "labels" else float.fromhex(v) for v in values]


def rows_of(values, width):
    return [values[i:i + width] for i in range(0, len(values), width)]


def check_case(one, lines):
    net = Net(one, INPUTS, next(lines)[1])
    optimizer, worst = Optimizer(one, net), 0.0

    def compare(got, right):
        nonlocal worst
        assert len(got) == len(right)
        worst = max([worst] + [abs(a - b) / max(1.0, abs(b)) for a, b in zip(got, right)])

    for _ in range(STEPS):
        x, y, labels = next(lines)[1], next(lines)[1], next(lines)[1]
        keys = [int(next(lines)[1], 16) for _ in range(drops(one["layers"]))]
        rows = net.forward(net.layers, [[Value(v) for v in row] for row in rows_of(x, INPUTS)], keys, True)
        loss = loss_of(one, rows, rows_of(y, target_count(one)), labels)
        differentiate(loss)
        compare(next(lines)[1], [loss.v])
        optimizer.train()
    compare(next(lines)[1], [v.v for array in net.arrays for v in array["values"]])
    if optimizer.mean:
        compare(next(lines)[1], optimizer.mean)
    rows = net.forward(net.layers, [[Value(v) for v in row] for row in rows_of(x, INPUTS)], [], False)
    compare(next(lines)[1], [a.v for row in rows for a in outputs_of(one, row)])
    return worst


def check():
    lines = (parse(line) for line in sys.stdin)
    bad = 0
    for one in CASES:
        assert next(lines) == ("case", one["name"])
        worst = check_case(one, lines)
        is_bad = not worst <= TOLERANCE
        bad += is_bad
        if is_bad or len(sys.argv) > 3:
            print("%s %s: %.3g from the reference" % ("not ok" if is_bad else "ok", one["name"], worst))
    print("%d nets, %d not as the reference" % (len(CASES), bad))
    return bad > 0


if __name__ == "__main__":
    sys.exit(check() if sys.argv[1] == "check" else write_spec())

"""States of `loopc build --python` as a script uses them. Started by test_python_package.sh."""

import copy
import gc
import os
import pickle
import signal
import subprocess
import sys
import threading

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "observe", "control"))
from trainer import PATIENCE, near, run_tests  # noqa: E402

LOOPC, FOLDER = os.environ["LOOPC"], os.environ["TMPDIR"]

SPEC = r"""
local Fit = loop "Fit" {
    times = "$epochs",
    state = { epochs = i32 { 3, option = true, min = 1 }, loss = f32 { report = true } },
    on_epoch = node(1, [[ $loss += $w[1][0] * $eta; ]]),
    on_fail = node(2, [[ if ($loss > 1000) $fail("the loss is %g", (double)$loss); ]]),
}
return trainer "demo" { Fit, doc = 'Adds up "w".', state = {
    w = f32[3][2], label = str "x", r = rng(), on = bool(true), many = i64[4], eta = f32 { 1, option = true, min = 0, max = 10, doc = "rate" },
    net = mlp { 2, 3, 1, batch = 4 }, wide = mlp { 40, 33, 1, batch = 4 } } }
"""

WAITS = r"""
local Wait = loop "Wait" { times = 3, on_wait = node(1, [[ char c; if (read($fd, &c, 1) == 1) $count++; ]]) }
return trainer "waits" { Wait, include = { "<unistd.h>" }, state = { fd = i32, count = i64 } }
"""

DATA = r"""
local Look = loop "Look" { times = "$data->rows", on_row = node(1, [[
    int32_t label;
    loopc_dataset_take($data, 0, $iteration, 1, $x, &label);
    $sum += $x[0] * $x[1];
]]) }
return trainer "look" { Look, state = { data = dataset { label = "c", option = true }, x = f32[2], sum = f64 } }
"""


def package(name, text=None, path=None):
    if text:
        path = os.path.join(FOLDER, f"{name}.lua")
        with open(path, "w") as file:
            file.write(text)
    if not os.path.isdir(os.path.join(FOLDER, name)):
        subprocess.run([LOOPC, "build", "--python", path, "-o", os.path.join(FOLDER, name)], check=True)
    return __import__(name)


def raises(kind, action, *words):
    try:
        action()
    except kind as error:
        for word in words:
            assert word in str(error), f"{word!r} is not in {error}"
        return
    raise AssertionError(f"no {kind.__name__}")


def test_fields_are_memory_of_the_state():
    demo = package("demo", SPEC)
    s = demo.State(seed=3, eta=0.5)
    w = s.w
    assert w.shape == (3, 2) and w.dtype == "float32" and numpy.shares_memory(w, s["w"])
    w[1, 0] = 4
    assert s.run(4) is True and s.Fit.loss == 4 and s.run() is False and s.Fit.loss == 6 and s.Fit.total == 3
    s.many = [1, 2, 3, 4]
    assert s.many.tolist() == [1, 2, 3, 4] and s.on is True
    s.on, s.label = False, "an ö"
    assert s.on is False and s.label == "an ö" and type(s.eta) is float and type(s.Fit.epochs) is int
    assert "eta" in dir(s) and dir(s.net) == ["layers"] and "eta=0.5" in repr(s) and "Adds up 'w'." in demo.__doc__
    del s
    gc.collect()
    assert w[1, 0] == 4  # an array keeps its state


def test_what_does_not_fit_is_refused():
    demo = package("demo", SPEC)
    s = demo.State()
    raises(ValueError, lambda: setattr(s, "eta", 11), "eta: 11 is out of range: it goes from 0 to 10")
    raises(ValueError, lambda: setattr(s.Fit, "epochs", 1.5), "Fit.epochs")
    raises(AttributeError, lambda: setattr(s, "etaa", 1), "demo has no field 'etaa'")
    raises(AttributeError, lambda: s.Fit.nothing)
    raises(KeyError, lambda: s["nothing"])
    raises(TypeError, lambda: s.r, "rng")
    raises(ValueError, lambda: setattr(s, "w", numpy.zeros((4, 4))))
    raises(demo.Failure, lambda: s.load("/nowhere"), "/nowhere")
    s.w[1, 0] = 2000
    raises(demo.Failure, s.run, "the loss is 2000")
    for name in ("3d", "class", "a-b"):
        made = subprocess.run([LOOPC, "build", "--python", os.path.join(FOLDER, "demo.lua"), "-o", os.path.join(FOLDER, name)],
                              capture_output=True, text=True)
        assert made.returncode == 2 and "it is no name in Python" in made.stderr, made.stderr
    with open(os.path.join(FOLDER, "wrong.lua"), "w") as file:
        file.write(SPEC.replace("$loss += ", "$loss += nothing + "))
    made = subprocess.run([LOOPC, "build", "--python", os.path.join(FOLDER, "wrong.lua"), "-o", os.path.join(FOLDER, "wrong")],
                          capture_output=True, text=True)
    assert made.returncode == 2 and "wrong.lua:5" in made.stderr and not os.path.exists(os.path.join(FOLDER, "wrong")), made.stderr


def test_matrices_of_nets():
    s = package("demo", SPEC).State(seed=1)
    small, wide = s["net.layers.0.weight"], s.panels("wide.layers.0.weight")
    assert small.shape == (3, 2) and small.flags.writeable and wide.shape == (3, 33, 16)
    s["wide.layers.0.weight"] = numpy.arange(33 * 40).reshape(33, 40)
    matrix = s["wide.layers.0.weight"]
    assert matrix.shape == (33, 40) and matrix[32, 39] == 33 * 40 - 1 and not matrix.flags.writeable
    assert wide[2, 32, 7] == 33 * 40 - 1 and numpy.array_equal(matrix, numpy.arange(33 * 40).reshape(33, 40))


def test_copies_files_and_pickles_go_on_alone():
    s = package("demo", SPEC).State(eta=2)
    s.w[1, 0], s.label = 3, "kept"
    s.run(1)
    others = [s.copy(), copy.deepcopy(s), pickle.loads(pickle.dumps(s)), type(s)()]
    path = os.path.join(FOLDER, "demo.state")
    s.save(path)
    others[3].load(path)
    for other in others:
        assert other.label == "kept" and other.Fit.loss == s.Fit.loss and not numpy.shares_memory(other.w, s.w)
        other.w[1, 0] = 5
        other.run()
    s.run()
    assert s.Fit.total == 3 and {other.Fit.loss for other in others} == {6 + 2 * 10} and s.Fit.loss == 18


def test_xor_has_its_numbers():
    xor = package("xor", path="specs/08_xor.lua")
    for eta, batch in ((0.5, 57), (1.0, 29)):
        s = xor.State(eta=eta, batch_to=batch, every=0)
        assert s.run() is False and s.Learn.loss < 1e-3 and s.Learn.below == batch
    s = xor.State(batch_to=2, every=0)
    s.run()
    near(s.Learn.loss, 0.1908279896)


def test_several_at_once_and_the_gil_released():
    """A body waits for a byte that the main thread writes: it could not, if the call held the interpreter's lock."""
    waits = package("waits", WAITS)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(PATIENCE)  # what holds the lock lets nothing else end this
    pipes, states, threads = [os.pipe() for _ in range(3)], [], []
    for read, _ in pipes:
        states.append(waits.State(fd=read))
        threads.append(threading.Thread(target=states[-1].run))
        threads[-1].start()
    for _, write in reversed(pipes):
        os.write(write, b"abc")
    for thread in threads:
        thread.join()
    signal.alarm(0)
    assert [s.count for s in states] == [3, 3, 3]


def test_data_sets_outlive_the_state_that_read_them():
    look = package("look", DATA)
    path = os.path.join(FOLDER, "data.csv")
    with open(path, "w") as file:
        file.write("a,b,c\n1,2,x\n3,4,y\n")
    s = look.State(data=path)
    other = s.copy()
    del s
    gc.collect()
    other.run()
    assert other.sum == 14
    raises(look.Failure, lambda: look.State(data="/nowhere.csv"), "/nowhere.csv")


CLASSIFY = r"""
local ROWS, INPUTS, CLASSES = 16, 64, 10
local Fit = loop "Fit" { times = "$epochs", on_epoch = node(1),
    state = { epochs = i32 { 60, option = true, min = 1, doc = "passes over the data" } } }
local Train = loop "Train" {
    call_on = { Fit.on_epoch },
    times = "($train->rows + ROWS - 1) / ROWS",
    state = { key = u64, loss = f32 { report = true } },
    before_run = node(0, [[ $key = loopc_shuffle_key($loopc->seed, (uint64_t)$Fit.total); ]]),
    on_batch = node(1, [[ $loss = net_train_from($net, $adam, $train, $key, $iteration * ROWS, ROWS, $eta); ]]),
}
return trainer "classify" { Fit, Train, doc = "Learns classes of a table.", code = ("enum { ROWS = %d };"):format(ROWS), state = {
    train = dataset { option = true, required = true, scale = "standard" },
    net = mlp { INPUTS, 32, CLASSES, batch = ROWS, inputs_from = "train", inputs_max = INPUTS },
    adam = optimizer { "adam", net = "net" },
    eta = f32 { 0.01, option = true, settable = true, min = 0, doc = "learning rate" } } }
"""


def passes_all_checks(estimator):
    """Whether scikit-learn is there to run them; a spec whose net takes any number of columns has no reason to fail one."""
    try:
        import sklearn
        from sklearn.utils.estimator_checks import check_estimator
    except ImportError:
        print("ok the checks of scikit-learn # SKIP python3-sklearn is not installed")
        return False
    import warnings
    warnings.simplefilter("ignore")
    checks = list(check_estimator(estimator, generate_only=True))
    assert len(checks) > 30, len(checks)
    for instance, check in checks:
        try:
            check(instance)
        except sklearn.utils._testing.SkipTest:
            pass
    return True


def test_a_classifier_passes_the_checks_of_scikit_learn():
    classify = package("classify", CLASSIFY)
    if not passes_all_checks(classify.Classifier()):
        return
    Classifier = classify.Classifier
    assert Classifier(eta=0.5).get_params() == {"seed": None, "eta": 0.5, "epochs": None}
    assert "epochs (passes over the data)" in Classifier.__doc__
    x, y = numpy.random.RandomState(1).randn(60, 2), numpy.repeat(["a", "b", "c"], 20)
    x[y == "a"] += 4
    x[y == "b"] -= 4
    fitted = Classifier(epochs=40, seed=3).fit(x, y)
    assert fitted.score(x, y) > 0.9 and fitted.predict_proba(x).shape == (60, 3)
    assert numpy.array_equal(fitted.predict_proba(x), Classifier(epochs=40, seed=3).fit(x, y).predict_proba(x))
    raises(ValueError, lambda: Classifier(eta=-1).fit(x, y), "eta", "out of range")
    raises(ValueError, lambda: Classifier(epochs=1).fit(x, numpy.arange(60)), "60 different values")


def regress(name, outputs, targets):
    text = CLASSIFY.replace("INPUTS, 32, CLASSES,", f'INPUTS, 32, {outputs}, loss = "squared_error",').replace("classify", name)
    return package(name, text.replace('scale = "standard"', f'scale = "standard", target_scale = "standard", targets = {targets}'))


def test_a_regressor_passes_the_checks_of_scikit_learn():
    one = regress("values", 1, 1)
    if not passes_all_checks(one.Regressor()):
        return
    two = regress("pairs", 2, '{ "price", "area, net" }')
    x = numpy.random.RandomState(1).randn(80, 3)
    y = numpy.column_stack([1e4 + 300 * x[:, 0], x[:, 1] - x[:, 2]])
    fitted = two.Regressor(epochs=80, seed=3).fit(x, y)
    assert fitted.score(x, y) > 0.95 and fitted.predict(x[:5]).shape == (5, 2)
    assert one.Regressor(epochs=80, seed=3).fit(x, y[:, 0]).score(x, y[:, 0]) > 0.95
    raises(ValueError, lambda: two.Regressor().fit(x, y[:, 0]), "the trainer predicts 2")


def test_columns_that_a_spec_tells_by_place():
    try:
        import sklearn  # noqa: F401
    except ImportError:
        print("ok columns that a spec tells by place # SKIP python3-sklearn is not installed")
        return
    text = CLASSIFY.replace('scale = "standard"', 'scale = "standard", label = "first"').replace("classify", "places")
    x = numpy.random.RandomState(1).randn(60, 3)
    y = (x[:, 1] > 0).astype(int)
    assert package("places", text).Classifier(epochs=60, seed=3).fit(x, y).score(x, y) > 0.9


if __name__ == "__main__":
    run_tests(sys.modules[__name__])

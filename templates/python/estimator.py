"""A classifier of scikit-learn whose training is a trainer of loopc: fit runs it on the data, predict its command of that name.

The parameters are the options of the trainer; None is the default of the spec. Inputs are kept as float32 by the net.
"""

import os
import subprocess
import tempfile
import warnings

import numpy
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets

try:  # scikit-learn 1.6 and later
    from sklearn.utils.validation import validate_data
except ImportError:
    def validate_data(estimator, X, y="no_validation", **options):
        return estimator._validate_data(X, y, **options)


class TrainerError(ValueError):
    """The trainer refused the data or a parameter, or failed: in its words."""


def _write_table(path, names, X, answers=None):
    """A CSV: shortest numbers that read back to the same float64."""
    with open(path, "w") as file:
        file.write(",".join(names) + "\n")
        for k, row in enumerate(X.tolist()):
            cells = [repr(value) for value in row]
            file.write(",".join(cells if answers is None else cells + [str(answers[k])]) + "\n")


class Classifier(ClassifierMixin, BaseEstimator):
    """Set by a package: the path of the trainer, its name, the flag of its data, the name of the label, the flags of parameters."""

    _trainer = _program = _data = _label = _flags = None

    def _run(self, *words):
        done = subprocess.run([self._trainer, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if "error:" in line or "failed:" in line] or done.stderr.splitlines()[-1:]
            raise TrainerError("; ".join(lines) or f"the trainer ended with {done.returncode}")
        return done.stdout

    def _parameters(self):
        words = []
        for name, flag in self._flags.items():
            value = getattr(self, name)
            if value is None:
                continue
            if isinstance(value, (bool, numpy.bool_)):
                words.append(f"--{flag}" if value else f"--no-{flag}")
            else:
                words.append(f"--{flag}={value}")
        return words

    def _names(self, count):
        return [f"x{k}" for k in range(count)]

    def fit(self, X, y):
        X, y = validate_data(self, X, y, dtype="float64")
        check_classification_targets(y)
        self.classes_, answers = numpy.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"a classifier needs two classes or more, and there is one class: {self.classes_[0]!r}")
        with tempfile.TemporaryDirectory() as folder:
            table, saved = os.path.join(folder, "data.csv"), os.path.join(folder, "saved")
            _write_table(table, [*self._names(X.shape[1]), self._label], X, answers)
            self._run(f"--{self._data}", table, "--checkpoint", saved, "--progress", "never", *self._parameters())
            newest = max(os.listdir(saved), key=lambda name: int("0" + "".join(c for c in name if c.isdigit())))
            with open(os.path.join(saved, newest), "rb") as file:
                self.model_ = file.read()
        return self

    def _outputs(self, X):
        if not hasattr(self, "model_"):
            from sklearn.exceptions import NotFittedError
            raise NotFittedError(f"this {type(self).__name__} is not fitted yet: call fit first")
        X = validate_data(self, X, reset=False, dtype="float64")
        with tempfile.TemporaryDirectory() as folder:
            table = os.path.join(folder, "data.csv")
            _write_table(table, self._names(X.shape[1]), X)
            with open(os.path.join(folder, f"{self._program}-1.safetensors"), "wb") as file:
                file.write(self.model_)
            lines = self._run("predict", "--checkpoint", folder, "--data", table).splitlines()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values = numpy.loadtxt(lines[1:], delimiter=",", ndmin=2)
        return values[:, 1:1 + len(self.classes_)]

    def predict_proba(self, X):
        outputs = self._outputs(X)
        return outputs / outputs.sum(axis=1, keepdims=True)

    def predict(self, X):
        outputs = self._outputs(X)
        return self.classes_[numpy.argmax(outputs, axis=1)]

"""Estimators of scikit-learn whose training is a trainer of loopc: fit runs it on the data, predict its command of that name.

The parameters are the options of the trainer; None is the default of the spec. Inputs are kept as float32 by the net.
"""

import csv
import os
import subprocess
import tempfile
import warnings

import numpy
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets

try:  # scikit-learn 1.6 and later
    from sklearn.utils.validation import validate_data
except ImportError:
    def validate_data(estimator, X, y="no_validation", **options):
        return estimator._validate_data(X, y, **options)


class TrainerError(ValueError):
    """The trainer refused the data or a parameter, or failed: in its words."""


def _write_table(path, names, *parts):
    """A CSV of matrices side by side: shortest numbers that read back to the same float64."""
    with open(path, "w") as file:
        csv.writer(file, lineterminator="\n").writerow(names)
        for rows in zip(*(part.tolist() for part in parts)):
            file.write(",".join(repr(value) for row in rows for value in row) + "\n")


class _Estimator(BaseEstimator):
    """Set by a package: the path of the trainer, its name, the flag of its data, the one that names what is predicted where the spec does
    not, these names, the flags of parameters."""

    _trainer = _program = _data = _role = _answers = _flags = None

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

    def _fit(self, X, answers):
        """answers: a matrix, with a column for each name of what is predicted."""
        with tempfile.TemporaryDirectory() as folder:
            table, saved = os.path.join(folder, "data.csv"), os.path.join(folder, "saved")
            _write_table(table, [*self._names(X.shape[1]), *self._answers], X, answers)
            self._run(f"--{self._data}", table, *self._role, "--checkpoint", saved, "--progress", "never", *self._parameters())
            newest = max(os.listdir(saved), key=lambda name: int("0" + "".join(c for c in name if c.isdigit())))
            with open(os.path.join(saved, newest), "rb") as file:
                self.model_ = file.read()
        return self

    def _outputs(self, X):
        """The rows that the trainer's predict prints, without its header."""
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
            return numpy.loadtxt(lines[1:], delimiter=",", ndmin=2)


class Classifier(ClassifierMixin, _Estimator):

    def fit(self, X, y):
        X, y = validate_data(self, X, y, dtype="float64")
        check_classification_targets(y)
        self.classes_, answers = numpy.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"a classifier needs two classes or more, and there is one class: {self.classes_[0]!r}")
        return self._fit(X, answers.reshape(-1, 1))

    def _shares(self, X):
        values = self._outputs(X)
        return values[:, 1:1 + len(self.classes_)]

    def predict_proba(self, X):
        shares = self._shares(X)
        return shares / shares.sum(axis=1, keepdims=True)

    def predict(self, X):
        shares = self._shares(X)
        return self.classes_[numpy.argmax(shares, axis=1)]


class Regressor(RegressorMixin, _Estimator):
    """y: a value a row, or a row of values where the trainer predicts several."""

    def _more_tags(self):
        return {"multioutput": len(self._answers) > 1, "multioutput_only": len(self._answers) > 1}

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output, tags.target_tags.single_output = len(self._answers) > 1, len(self._answers) == 1
        return tags

    def fit(self, X, y):
        many = len(self._answers) > 1
        X, y = validate_data(self, X, y, dtype="float64", y_numeric=True, multi_output=many)
        answers = numpy.asarray(y, dtype="float64").reshape(len(X), -1)
        if answers.shape[1] != len(self._answers):
            raise ValueError(f"y has {answers.shape[1]} values a row, and the trainer predicts {len(self._answers)}")
        return self._fit(X, answers)

    def predict(self, X):
        values = self._outputs(X)[:, :len(self._answers)]
        return values if len(self._answers) > 1 else values[:, 0]

"""States of a trainer that loopc has built as a library: runs that Python steps, reads and changes.

    s = State(seed=1, eta=0.5)
    s.run(100)                 # at most that many steps; False when the run has ended
    s.Fit.loss, s["Fit.loss"]  # a number; a text; or an array over the memory of the state, no copy
    s.eta = 0.1                # within the range that the spec gives
    s.save("a.state"), s.load("a.state"), s.copy()

Calls release the GIL: states run side by side in threads. One state is for one thread at a time.
"""

import ctypes
import json
import os
import sys
import tempfile
import threading

import numpy

OK, FAILED, MORE = 0, 1, 10
TYPES = {"f32": "f4", "f64": "f8", "i32": "i4", "i64": "i8", "u32": "u4", "u64": "u8", "bool": "?"}
PANEL = 16  # columns of a panel of a matrix


class Failure(Exception):
    """A run failed, or a call did: in the words of the trainer."""


class Library:
    """The functions of a shared library; `fields` by their full names."""

    def __init__(self, path, name):
        self.name = name
        self.c = ctypes.CDLL(path)
        pointer, text, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
        for function, result, arguments in (
                ("new", pointer, [ctypes.c_uint64]), ("free", None, [pointer]), ("run", ctypes.c_int, [pointer, ctypes.c_int64]),
                ("resume", ctypes.c_int, [pointer]), ("copy", None, [pointer, pointer]), ("program", pointer, []),
                ("save", ctypes.c_int, [pointer, text, pointer, size]), ("load", ctypes.c_int, [pointer, text, pointer, size]),
                ("failure", size, [pointer, pointer, size])):
            self.declare(function, f"{name}_{function}", result, arguments)
        call = [pointer, pointer, text, text, pointer, size]
        self.declare("set", "loopc_instance_set", ctypes.c_int, call)
        self.declare("read", "loopc_instance_read", ctypes.c_int, call)
        self.declare("forget", "loopc_instance_forget", None, [pointer])
        self.declare("describe", "loopc_instance_describe", size, [pointer, pointer, size])
        self.declare("flush", "fflush", ctypes.c_int, [pointer])
        self.table = self.program()
        buffer = ctypes.create_string_buffer(self.describe(self.table, None, 0) + 1)
        self.describe(self.table, buffer, len(buffer))
        self.fields = {field["name"]: field for field in json.loads(buffer.value)["fields"]}

    def declare(self, name, symbol, result, arguments):
        function = getattr(self.c, symbol)
        function.restype, function.argtypes = result, arguments
        setattr(self, name, function)


class _Memory:
    """The memory of a state; arrays over it keep it alive."""

    def __init__(self, library, seed):
        self.library = library
        self.address = library.new(seed)
        if not self.address:
            raise MemoryError("no memory for a state")

    def __del__(self):
        if getattr(self, "address", None):
            self.library.free(self.address)


class _DataSet:
    """A data set that was loaded: freed with the last state that has it. `leader` is one that it is like, or None."""

    def __init__(self, library, content, leader):
        self.library, self.content, self.leader = library, ctypes.create_string_buffer(content, len(content)), leader

    def __del__(self):
        self.library.forget(self.content)


class _Group:
    """The fields of a loop or of a net: s.Fit.loss is s["Fit.loss"]."""

    def __init__(self, state, path):
        object.__setattr__(self, "_state", state)
        object.__setattr__(self, "_path", path)

    def __getattr__(self, name):
        return self._state._get(f"{self._path}.{name}")

    def __setattr__(self, name, value):
        self._state[f"{self._path}.{name}"] = value

    def __dir__(self):
        return self._state._names_below(self._path)


class State:
    _library = None

    def __init__(self, seed=0, **fields):
        self._setup(_Memory(self._library, seed))
        for name, value in fields.items():
            self[name] = value

    def _setup(self, memory):
        for name, value in (("_memory", memory), ("_texts", {}), ("_data", {}), ("_lock", threading.Lock())):
            object.__setattr__(self, name, value)

    # Fields.

    def _field(self, name):
        if name not in self._library.fields:
            raise KeyError(f"{self._library.name} has no field {name!r}")
        return self._library.fields[name]

    def _at(self, field, count, kind):
        """An array of `count` elements over the memory of the field."""
        item = numpy.dtype(kind)
        buffer = (ctypes.c_char * (item.itemsize * count)).from_address(self._memory.address + field["offset"])
        buffer._memory = self._memory
        return numpy.frombuffer(buffer, item)

    def _width(self, field):
        if "width_at" not in field:
            return field["dims"][1]
        return ctypes.c_int32.from_address(self._memory.address + field["width_at"]).value

    def panels(self, name):
        """A matrix of a net as it lies in memory, no copy: panel, row, column in the panel (16 each, the last ones padding)."""
        field = self._field(name)
        if "panels" not in field:
            raise ValueError(f"{name} is no matrix in panels")
        rows, count = field["dims"][0], field["size"] // (4 * field["panels"])
        return self._at(field, field["size"] // 4, "f4").reshape(count, -1)[:, :rows * PANEL].reshape(count, rows, PANEL)

    def _matrix(self, name, field):
        """A matrix of a net: the memory itself where it is one panel, else a copy that cannot be written."""
        width, panels = self._width(field), self.panels(name)
        if width <= PANEL:
            return panels[0, :, :width]
        whole = panels.transpose(1, 0, 2).reshape(field["dims"][0], -1)[:, :width].copy()
        whole.flags.writeable = False
        return whole

    def __getitem__(self, name):
        field = self._field(name)
        if field["type"] == "str":
            text = ctypes.c_char_p.from_address(self._memory.address + field["offset"]).value
            return None if text is None else text.decode(errors="replace")
        if field["type"] not in TYPES:
            raise TypeError(f"{name} is of type {field['type']}: it has no value in Python")
        if "panels" in field:
            return self._matrix(name, field)
        array = self._at(field, field["count"], TYPES[field["type"]])
        if field["count"] == 1 and not field["dims"]:
            return array[0].item()
        return array.reshape(field["dims"]) if field["dims"] else array

    def __setitem__(self, name, value):
        field = self._field(name)
        if field["type"] == "str":
            self._set_text(name, field, value)
        elif field["type"] == "dataset":
            self.read(name, value)
        elif field["type"] not in TYPES:
            raise TypeError(f"{name} is of type {field['type']}: it cannot be set")
        elif "panels" in field:
            self._set_matrix(name, field, value)
        elif field["count"] == 1 and not field["dims"]:
            text = str(value).lower() if isinstance(value, (bool, numpy.bool_)) else repr(value.item() if hasattr(value, "item") else value)
            self._call(self._library.set, name, text, ValueError)
        else:
            self[name][...] = value

    def _set_text(self, name, field, value):
        self._texts[name] = None if value is None else ctypes.create_string_buffer(os.fsencode(value))
        address = None if value is None else ctypes.addressof(self._texts[name])
        ctypes.c_void_p.from_address(self._memory.address + field["offset"]).value = address

    def _set_matrix(self, name, field, value):
        width, panels = self._width(field), self.panels(name)
        whole = numpy.broadcast_to(numpy.asarray(value, "f4"), (field["dims"][0], width))
        for k in range(len(panels)):
            part = whole[:, k * PANEL:(k + 1) * PANEL]
            panels[k, :, :part.shape[1]] = part

    def read(self, name, path):
        """Loads a file into a data set."""
        self._call(self._library.read, name, os.fspath(path), Failure)
        field = self._field(name)
        content = ctypes.string_at(self._memory.address + field["offset"], field["size"])
        self._data[name] = _DataSet(self._library, content, dict(self._data))

    def _call(self, function, name, text, kind):
        message = ctypes.create_string_buffer(4096)
        if function(self._library.table, self._memory.address, name.encode(), os.fsencode(text), message, len(message)):
            raise kind(f"{name}: {message.value.decode(errors='replace')}")

    def _names_below(self, path):
        return sorted({name[len(path) + 1:].split(".")[0] for name in self._library.fields if name.startswith(path + ".")})

    def _get(self, name):
        if name in self._library.fields:
            return self[name]
        if any(other.startswith(name + ".") for other in self._library.fields):
            return _Group(self, name)
        raise AttributeError(f"{self._library.name} has no field {name!r}")

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self._get(name)

    def __setattr__(self, name, value):
        if name not in self._library.fields:
            raise AttributeError(f"{self._library.name} has no field {name!r}")
        self[name] = value

    def __dir__(self):
        return [*super().__dir__(), *sorted({name.split(".")[0] for name in self._library.fields})]

    # Running.

    def run(self, steps=None):
        """At most that many steps, or all that are left. Returns whether there are more; raises Failure when the run fails."""
        with self._lock:
            if steps is None:
                status = self._library.resume(self._memory.address)
            else:
                status = self._library.run(self._memory.address, steps)
            self._library.flush(None)  # what bodies print goes before what Python prints next
        if status == FAILED:
            text = ctypes.create_string_buffer(4096)
            self._library.failure(self._memory.address, text, len(text))
            raise Failure(text.value.decode(errors="replace"))
        return status == MORE

    def copy(self):
        """An independent run from here on. Data sets are shared."""
        other = object.__new__(type(self))
        other._setup(_Memory(self._library, 0))
        with self._lock:
            self._library.copy(other._memory.address, self._memory.address)
        other._data.update(self._data)
        other._texts.update(self._texts)
        return other

    __copy__ = copy

    def __deepcopy__(self, _):
        return self.copy()

    def _file(self, function, path):
        message = ctypes.create_string_buffer(4096)
        if function(self._memory.address, os.fsencode(path), message, len(message)):
            raise Failure(message.value.decode(errors="replace"))

    def save(self, path):
        """Writes position and fields, but no data sets."""
        self._file(self._library.save, path)

    def load(self, path):
        """Continues a run that was saved, by the same build of the same spec; data sets stay those of this state."""
        self._file(self._library.load, path)

    def __getstate__(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "state")
            self.save(path)
            with open(path, "rb") as file:
                return file.read()

    def __setstate__(self, saved):
        self._setup(_Memory(self._library, 0))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "state")
            with open(path, "wb") as file:
                file.write(saved)
            self.load(path)

    def __repr__(self):
        shown = [name for name, field in self._library.fields.items() if field.get("option") or field.get("report")]
        values = ", ".join(f"{name}={self[name]!r}" for name in shown if self._field(name)["type"] in TYPES and self._field(name)["count"] == 1)
        return f"<{self._library.name}: {values}>"


def library(package, name):
    """The library of a package, beside its __init__.py."""
    path = os.path.join(os.path.dirname(os.path.abspath(package)), f"_{name}.so")
    if not sys.platform.startswith("linux"):
        raise ImportError(f"{name} was built for Linux")
    return Library(path, name)

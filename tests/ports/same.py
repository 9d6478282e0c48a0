"""same.py FOLDER OTHER: whether the checkpoints of two runs are equal, bit by bit, but for the identity of the run, the sum over the file,
and how long it took."""
import json
import os
import sys

APART = {"loopc.crc32", "loopc.run"}
TIMES = {"loopc.seconds"}


def contents(path):
    data = open(path, "rb").read()
    size = int.from_bytes(data[:8], "little")
    head = json.loads(data[8 : 8 + size])
    texts = {key: text for key, text in head.pop("__metadata__").items() if key not in APART}
    tensors = {
        name: (entry["dtype"], entry["shape"], data[8 + size + entry["data_offsets"][0] : 8 + size + entry["data_offsets"][1]])
        for name, entry in head.items() if name not in TIMES
    }
    return texts, tensors


one, other = sys.argv[1:]
names = sorted(os.listdir(one))
assert names and names == sorted(os.listdir(other)), "other files"
for name in names:
    texts, tensors = contents(f"{one}/{name}")
    other_texts, other_tensors = contents(f"{other}/{name}")
    assert texts == other_texts, f"{name}: other texts"
    differing = [key for key in tensors.keys() | other_tensors.keys() if tensors.get(key) != other_tensors.get(key)]
    assert not differing, f"{name}: {sorted(differing)[:3]}"

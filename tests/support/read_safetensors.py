#!/usr/bin/env python3
"""Reads a safetensors file with Python's standard library alone, and prints all that is in it.

Written from the description of the format, not from our reader, which it checks: nothing is shared.

    read_safetensors.py FILE          metadata, then a line a tensor: NAME DTYPE [SHAPE] VALUES, reals in hexadecimal
    read_safetensors.py FILE KEY...   the values of these tensors, a line each

Exit code 0; 1 when the file breaks a rule of the format or its checksum is wrong, with the reason on standard error.
"""

import json
import struct
import sys
import zlib

FORMATS = {"BOOL": "B", "U8": "B", "I8": "b", "I16": "h", "U16": "H", "I32": "i", "U32": "I", "F32": "f", "I64": "q",
           "U64": "Q", "F64": "d"}
CHECKSUM = "loopc.crc32"


class Broken(Exception):
    pass


def require(condition, reason):
    if not condition:
        raise Broken(reason)


def unique(pairs):
    require(len(dict(pairs)) == len(pairs), "a key stands twice")
    return dict(pairs)


def split(data):
    require(len(data) >= 8, "no length")
    (length,) = struct.unpack_from("<Q", data)
    require(length <= len(data) - 8, "the header is longer than the file")
    header = json.loads(data[8 : 8 + length].decode("utf-8"), object_pairs_hook=unique)
    return header, data[8 + length :]


def count_of(shape):
    count = 1
    for dim in shape:
        require(isinstance(dim, int) and dim >= 0, "a dimension is no count")
        count *= dim
    return count


def check_layout(tensors, size):
    at = 0
    for name, entry in sorted(tensors.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        width = struct.calcsize(FORMATS[entry["dtype"]])
        require(begin == at, f"{name} does not begin where the one before ends")
        require(end - begin == count_of(entry["shape"]) * width, f"{name} is not as long as its shape says")
        require(begin % width == 0, f"{name} is not aligned")
        at = end
    require(at == size, "the data do not end with the file")


def check_sum(data, metadata):
    if CHECKSUM not in metadata:
        return "no checksum"
    digits = metadata[CHECKSUM].encode()
    at = data.index(b'"' + CHECKSUM.encode() + b'":"' + digits) + len(CHECKSUM) + 4
    crc = zlib.crc32(data[:at] + b"0" * 8 + data[at + 8 :])
    require(f"{crc:08x}" == metadata[CHECKSUM], "the checksum is wrong")
    return "checksum right"


def values_of(entry, body):
    form = FORMATS[entry["dtype"]]
    values = struct.unpack_from(f"<{count_of(entry['shape'])}{form}", body, entry["data_offsets"][0])
    return " ".join(value.hex() if isinstance(value, float) else str(value) for value in values)


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    header, body = split(data)
    metadata = header.pop("__metadata__", {})
    require(all(isinstance(value, str) for value in metadata.values()), "metadata that is no text")
    check_layout(header, len(body))
    return check_sum(data, metadata), metadata, header, body


def main(path, *keys):
    checked, metadata, tensors, body = read(path)
    for key in keys:
        print(values_of(tensors[key], body))
    if keys:
        return
    print(checked)
    for key in sorted(metadata):
        if key != CHECKSUM:
            print(f"{key}: {json.dumps(metadata[key]).replace(chr(127), chr(92) + 'u007f')}")
    for name in sorted(tensors):
        entry = tensors[name]
        shape = ", ".join(str(dim) for dim in entry["shape"])
        print(f"{name} {entry['dtype']} [{shape}] {values_of(entry, body)}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (Broken, ValueError, KeyError, TypeError, struct.error) as problem:
        sys.exit(f"{sys.argv[1]}: {problem}")

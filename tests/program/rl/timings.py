"""timings.py FILE STEPS: reads the table of --timings of an actor-critic and prints the shares of environment, nets and buffers."""

import re
import sys

UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
LINE = re.compile(r"^(loop|phase|step) ( +)(\S.*?)  +(\d+) +([\d.]+) (ns|us|ms|s) +([\d.]+) % ")
ROUNDED = 0.01  # of three digits

KINDS = {
    "environment": ["source.reset", "source.step", "source.observe"],
    "buffers": ["sac.store", "sac.sample"],
    "nets": ["sac.act", "sac.compute_target", "sac.compute_loss", "sac.step", "sac.after_update"],
}


def read(path):
    rows = []
    for line in open(path):
        found = LINE.match(line)
        if found:
            kind, indent, name, calls, total, unit, share = found.groups()
            depth = len(kind) + len(indent)
            rows.append((depth, name, int(calls), float(total) * UNITS[unit], float(share)))
    return rows


def check_sums(rows):
    for i, (depth, name, _, total, _) in enumerate(rows):
        inside = []
        for other in rows[i + 1:]:
            if other[0] <= depth:
                break
            inside.append(other)
        nearest = min((row[0] for row in inside), default=0)
        parts = sum(row[3] for row in inside if row[0] == nearest)
        assert parts <= total * (1 + ROUNDED) + 1e-7, f"the parts of {name} take {parts} s, and it {total} s"


def main():
    rows, steps = read(sys.argv[1]), int(sys.argv[2])
    check_sums(rows)
    by_name = {name: row for row in reversed(rows) for name in [row[1]]}
    whole = rows[0]
    assert whole[4] == 100.0, whole
    calls = {name: by_name[name][2] for names in KINDS.values() for name in names}
    rounds = steps // 2  # two environments side by side
    assert all(calls[name] == rounds for name in KINDS["environment"] + ["sac.store", "sac.act"]), calls
    updates = {calls[name] for name in ["sac.sample"] + KINDS["nets"][1:]}
    assert len(updates) == 1 and 0 < updates.pop() <= rounds, calls
    shares = {kind: sum(by_name[name][3] for name in names) / whole[3] for kind, names in KINDS.items()}
    for kind, names in KINDS.items():
        told = sum(by_name[name][4] for name in names) / 100
        assert abs(told - shares[kind]) < 0.0006 * len(names) + 0.001, (kind, told, shares)
        assert shares[kind] > 0, shares
    assert sum(shares.values()) <= 1 + ROUNDED, shares
    print(", ".join(f"{kind} {share:.1%}" for kind, share in shares.items()), "of the time")


main()

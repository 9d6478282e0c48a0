"""The formulas of loopc.train once more, from their documentation: check.py rates|measures STEPS < what the program printed."""
import math
import sys


def annealed(start, end, part, straight):
    if straight:
        return start + (end - start) * part
    return end + (start - end) / 2 * (1 + math.cos(math.pi * part))


def one_cycle(base, t, steps, rise, start, finish, straight):
    """torch.optim.lr_scheduler.OneCycleLR with two phases."""
    first, last = base / start, base / start / finish
    phases = [(rise * steps - 1, first, base), (steps - 1, base, last)]
    begin = 0
    for i, (end, low, high) in enumerate(phases):
        if t <= end or i == 1:
            return annealed(low, high, (t - begin) / (end - begin), straight)
        begin = end


class Plateau:
    """torch.optim.lr_scheduler.ReduceLROnPlateau, threshold_mode rel."""

    def __init__(self, rate, higher, factor, patience, cooldown, floor, threshold):
        self.rate, self.higher, self.factor, self.patience = rate, higher, factor, patience
        self.cooldown, self.floor, self.threshold = cooldown, floor, threshold
        self.best, self.bad, self.cooling = (-math.inf if higher else math.inf), 0, 0

    def step(self, loss):
        better = loss > self.best * (1 + self.threshold) if self.higher else loss < self.best * (1 - self.threshold)
        if better:
            self.best, self.bad = loss, 0
        else:
            self.bad += 1
        if self.cooling > 0:
            self.cooling -= 1
            self.bad = 0
        if self.bad > self.patience:
            self.rate = max(self.rate * self.factor, self.floor) if self.rate - self.rate * self.factor > 1e-8 else self.rate
            self.cooling, self.bad = self.cooldown, 0
        return self.rate


def linear(base, t, steps, low, high):
    return base * (low + (high - low) * min(t, steps) / steps)


def cosine(base, t, steps, floor=0.0):
    return floor + (base - floor) * (1 + math.cos(math.pi * t / steps)) / 2


def rates(t):
    """In the order of the names in rates.lua."""
    b, steps = 0.25, 40
    warm = linear(b, t, 7, 1 / 3, 1) if t < 7 else cosine(b, t - 7, steps - 7)
    twice = linear(b, t, 3, 0.1, 1) if t < 3 else linear(b, t - 3, 4, 0.5, 1) if t < 7 else b * 0.1 ** ((t - 7) // 6)
    return [cosine(b, t, steps, 0.01), b * 0.9 ** t, linear(b, t, 12, 0.2, 0.7), one_cycle(b, t, steps, 0.3, 25, 1e4, False),
            one_cycle(b, t, steps, 0.25, 10, 100, True), b * 0.3 ** (t // 5), twice, warm]


def near(got, wanted, what):
    if not abs(got - wanted) <= 2e-6 * max(abs(wanted), 0.01):
        sys.exit("%s is %.9g, not %.9g" % (what, got, wanted))


def check_rates(lines):
    low = Plateau(0.3, False, 0.5, 2, 1, 0.02, 0.01)
    high = Plateau(0.3, True, 0.1, 3, 0, 0.0, 1e-4)
    for t, line in enumerate(lines):
        loss = (t * t * 7) % 11 / (t // 4 + 1)
        wanted = rates(t) + [low.step(loss), high.step(loss), 0.3 * 0.1 ** (t // 4)]
        got = [float(word) for word in line.split()]
        assert len(got) == len(wanted), line
        for i, (one, other) in enumerate(zip(got, wanted)):
            near(one, other, "rate %d of step %d" % (i, t))
    print("rates as documented:", len(lines), "steps")


def f1(table, k):
    tp = table[k][k]
    rest = sum(table[k]) + sum(row[k] for row in table)
    return 2 * tp / rest if rest else 0.0


def measures(rows):
    """Of the rows of one pass: accuracy, F1, top 2 of four classes; accuracy, F1, AUC of two; R2, RMSE, MAE of two values."""
    table, inside, known = [[0] * 4 for _ in range(4)], 0, [r for r in rows if r[0] >= 0]
    for r in known:
        label, out = int(r[0]), r[4:8]
        order = sorted(range(4), key=lambda i: (-out[i], i))
        table[label][order[0]] += 1
        inside += label in order[:2]
    two = [[0, 0], [0, 0]]
    for r in rows:
        two[int(r[1])][int(r[8] > 0.5)] += 1
    ones, zeros = [r[8] for r in rows if r[1] == 1], [r[8] for r in rows if r[1] == 0]
    wins = sum((a > b) + 0.5 * (a == b) for a in ones for b in zeros)
    errors = [[r[9 + i] - r[2 + i] for r in rows] for i in range(2)]
    r2 = 0
    for i in range(2):
        mean = sum(r[2 + i] for r in rows) / len(rows)
        r2 += 0.5 * (1 - sum(e * e for e in errors[i]) / sum((r[2 + i] - mean) ** 2 for r in rows))
    flat = errors[0] + errors[1]
    return table, [sum(table[i][i] for i in range(4)) / len(known), sum(f1(table, k) for k in range(4)) / 4, inside / len(known),
                   (two[0][0] + two[1][1]) / len(rows), f1(two, 1), wins / (len(ones) * len(zeros)), r2,
                   math.sqrt(sum(e * e for e in flat) / len(flat)), sum(map(abs, flat)) / len(flat)]


def check_measures(lines):
    words = [line.split() for line in lines]
    rows = [[float.fromhex(w) if "x" in w else float(w) for w in line[1:]] for line in words if line[0] == "row"]
    printed = [[int(w) for w in line] for line in words if line[0].isdigit()]
    last = [float.fromhex(w) for w in next(line for line in words if line[0] == "measured")[1:]]
    # finally_run of the last pass: the measures of its rows alone
    table, wanted = measures(rows[-80:])
    if printed[-4:] != table:
        sys.exit("the confusion table is %s, not %s" % (printed[-4:], table))
    for i, (one, other) in enumerate(zip(last, wanted)):
        near(one, other, "measure %d" % i)
    print("measures as computed:", len(last))


(check_rates if sys.argv[1] == "rates" else check_measures)(sys.stdin.read().splitlines())

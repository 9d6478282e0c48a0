"""Rows as text: a table a part, with ratios against loopc, and the sum of it all, a line a task."""


def number(value):
    """Four digits that say something."""
    for factor, suffix in ((1e9, " G"), (1e6, " M"), (1e3, " K")):
        if value >= factor:
            return f"{value / factor:.4g}{suffix}"
    return f"{value:.4g}"


def short(value):
    """A ratio with the digits that its size deserves."""
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def interval(loopc_is):
    """A ratio with its 95 % interval; one that holds 1.00 says nothing."""
    median, low, high = loopc_is
    return "no difference" if low <= 1 <= high else f"{short(median)} ({short(low)} to {short(high)})"


def ratio(own, row):
    """How many times better loopc is: more of a rate, less of a cost."""
    if row["loopc_is"]:
        return interval(row["loopc_is"])
    if not own or own is row:
        return ""
    better = own["median"] / row["median"]
    return f"{better if '/s' in row['unit'] else 1 / better:.3g}"


def line(row, own):
    share = f"{100 * row['share_of_peak']:.1f} %" if row["share_of_peak"] is not None else ""
    cells = [number(row[key]) for key in ("median", "low", "high")]
    rounds = "{} of {}".format(*row["rounds"]) if row["rounds"] else ""
    return f"{row['task']:18} {row['threads']:>7} {row['peer']:10} {row['unit']:12} " + \
        " ".join(f"{cell:>9}" for cell in cells) + f" {share:>8} {ratio(own, row):>22} {rounds:>10}".rstrip()


HEADER = f"{'task':18} {'threads':>7} {'peer':10} {'unit':12} {'median':>9} {'low':>9} {'high':>9} {'of peak':>8} " + \
    f"{'loopc is':>22} {'rounds':>10}"


def own_of(row, rows):
    """loopc's row for the same thing, or None."""
    same = (other for other in rows if other["peer"] == "loopc" and
            all(other[key] == row[key] for key in ("task", "threads", "unit")))
    return next(same, None)


def printed(rows):
    """The rows of one part as a list; each is printed as soon as it is there. "loopc is" says how many times faster than that peer:
    the median of the ratios within a round and its 95 % interval, "1.07 (1.05 to 1.09)"."""
    out = []
    for row in rows:
        if not out:
            print(HEADER)
        out.append(row)
        print(line(row, own_of(row, out)), flush=True)
    return out


def cell(rows, peers):
    """The ratio against the fastest of these peers."""
    best = max((row for row in rows if row["peer"] in peers), key=lambda row: row["median"], default=None)
    return interval(best["loopc_is"]) if best else "-"


def summary_line(task, threads, rows, libraries):
    """Speed, share of peak, and how many times as fast as: the best library, FANN, PyTorch, one thread."""
    own = next(row for row in rows if row["peer"] == "loopc")
    share = f"{100 * own['share_of_peak']:.0f} %" if own["share_of_peak"] is not None else "-"
    cells = [task, str(threads), number(own["median"]), share]
    cells += [cell(rows, peers) for peers in (libraries, ["fann"], ["pytorch"], ["one thread"])]
    return "| " + " | ".join(cells + ["{} of {}".format(*own["rounds"])]) + " |"


def summary(rows, libraries):
    """A table in Markdown: what the README shows."""
    out = ["| task | threads | steps/s | of peak | best library | FANN | PyTorch | one thread | rounds |", "|---" * 9 + "|"]
    rows = [row for row in rows if row["unit"] == "steps/s"]
    for task, threads in dict.fromkeys((row["task"], row["threads"]) for row in rows):
        same = [row for row in rows if (row["task"], row["threads"]) == (task, threads)]
        out.append(summary_line(task, threads, same, libraries))
    return out

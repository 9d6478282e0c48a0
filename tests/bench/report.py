"""Rows as text: a table a part, with ratios against loopc, and the sum of it all, a line a task."""


def number(value):
    """Four digits that say something."""
    for factor, suffix in ((1e9, " G"), (1e6, " M"), (1e3, " K")):
        if value >= factor:
            return f"{value / factor:.4g}{suffix}"
    return f"{value:.4g}"


def ratio(own, other, unit):
    """How many times better loopc is: more of a rate, less of a cost."""
    if not own:
        return ""
    better = own["median"] / other["median"]
    return f"{better if '/s' in unit else 1 / better:.3g}"


def line(row, own):
    share = f"{100 * row['share_of_peak']:.1f} %" if row["share_of_peak"] is not None else ""
    cells = [number(row[key]) for key in ("median", "low", "high")]
    against = "" if row is own else ratio(own, row, row["unit"])
    return f"{row['task']:18} {row['threads']:>7} {row['peer']:10} {row['unit']:8} " + \
        " ".join(f"{cell:>9}" for cell in cells) + f" {share:>8} {against:>8}"


HEADER = f"{'task':18} {'threads':>7} {'peer':10} {'unit':8} {'median':>9} {'low':>9} {'high':>9} {'of peak':>8} {'loopc is':>8}"


def own_of(row, rows):
    """loopc's row for the same thing, or None."""
    same = (other for other in rows if other["peer"] == "loopc" and
            all(other[key] == row[key] for key in ("task", "threads", "unit")))
    return next(same, None)


def lines(rows):
    """The rows of one part as lines; "loopc is" says how many times faster than that peer, "1.3"."""
    return [HEADER] + [line(row, own_of(row, rows)) for row in rows]


def best_of(rows, peers):
    return max((row["median"] for row in rows if row["peer"] in peers), default=None)


def ratio_cell(own, other):
    return f"{own / other:.3g}" if own and other else "-"


def summary_line(task, threads, rows, single, libraries):
    """Speed, share of peak, and how many times as fast as: the best library, FANN, PyTorch, one thread."""
    own = best_of(rows, ["loopc"])
    share = next((row["share_of_peak"] for row in rows if row["peer"] == "loopc"), None)
    cells = [task, str(threads), f"{number(own)}" if own else "-", f"{100 * share:.0f} %" if share is not None else "-"]
    cells += [ratio_cell(own, best_of(rows, peers)) for peers in (libraries, ["fann"], ["pytorch"])]
    return "| " + " | ".join(cells + [ratio_cell(own, single) if threads > 1 else "-"]) + " |"


def summary(rows, libraries):
    """A table in Markdown, as in the README."""
    out = ["| task | threads | steps/s | of peak | best library | FANN | PyTorch | one thread |", "|---|---|---|---|---|---|---|---|"]
    for task, threads in dict.fromkeys((row["task"], row["threads"]) for row in rows):
        same = [row for row in rows if (row["task"], row["threads"]) == (task, threads)]
        single = best_of([row for row in rows if (row["task"], row["threads"]) == (task, 1)], ["loopc"])
        out.append(summary_line(task, threads, same, single, libraries))
    return out

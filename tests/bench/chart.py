"""The picture of throughput against layer width, as SVG: both axes logarithmic, a line a peer, its range as a band."""

import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 520, 70, 170, 50, 60
COLOURS = ("#c03028", "#2060b0", "#308040", "#806010")


def ticks_between(low, high):
    """1, 2, 5, 10, ... from low to high."""
    exponent = math.floor(math.log10(low))
    marks = (m * 10**e for e in range(exponent, math.ceil(math.log10(high)) + 1) for m in (1, 2, 5))
    return [mark for mark in marks if low <= mark <= high]


class Axes:
    def __init__(self, xs, ys):
        self.xs, self.ys = xs, ys

    def x(self, value):
        low, high = (math.log2(v) for v in self.xs)
        return LEFT + (math.log2(value) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, value):
        low, high = (math.log10(v) for v in self.ys)
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


def points(axes, series):
    return " ".join(f"{axes.x(x):.1f},{axes.y(y):.1f}" for x, y in series)


def line_of(axes, series, colour):
    """series: [(x, low, median, high), ...] by rising x."""
    band = [(x, low) for x, low, _, _ in series] + [(x, high) for x, _, _, high in reversed(series)]
    middle = [(x, median) for x, _, median, _ in series]
    yield f'<polygon points="{points(axes, band)}" fill="{colour}" opacity="0.15"/>'
    yield f'<polyline points="{points(axes, middle)}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for place in middle:
        yield f'<circle cx="{axes.x(place[0]):.1f}" cy="{axes.y(place[1]):.1f}" r="3" fill="{colour}"/>'


def grid(axes, widths):
    for tick in ticks_between(*axes.ys):
        y = axes.y(tick)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'
    for width in widths:
        yield f'<text x="{axes.x(width):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{width}</text>'


def names_of(axes, lines):
    """The names at the ends of their lines, at least 16 apart."""
    ends = sorted((axes.y(series[-1][2]), name, colour) for colour, (name, series) in zip(COLOURS, lines.items()))
    last = 0
    for y, name, colour in ends:
        last = max(y, last + 16)
        yield f'<text x="{WIDTH - RIGHT + 10}" y="{last + 4:.1f}" fill="{colour}">{name}</text>'


def draw(title, lines, limit):
    """The text of an SVG: lines { name: [(x, low, median, high), ...] }, a level line for the machine's limit."""
    values = [value for series in lines.values() for item in series for value in item[1:]] + [limit]
    widths = sorted({item[0] for series in lines.values() for item in series})
    axes = Axes((widths[0], widths[-1]), (min(values) * 0.8, max(values) * 1.2))
    y = axes.y(limit)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="13">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>', f'<text x="{LEFT}" y="28" font-size="16">{title}</text>',
             *grid(axes, widths),
             f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#888" stroke-dasharray="6 4"/>',
             f'<text x="{LEFT + 6}" y="{y - 6:.1f}" fill="#666">peak of fused multiply-adds</text>',
             f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 14}" text-anchor="middle">width of the layers</text>',
             f'<text x="18" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 18 {HEIGHT / 2})">GFLOP/s</text>']
    for colour, series in zip(COLOURS, lines.values()):
        parts.extend(line_of(axes, series, colour))
    return "\n".join([*parts, *names_of(axes, lines), "</svg>", ""])

"""rows.py: the table of rows.lua as CSV: 64 pixels and a label in each row."""
seed = 1


def random(n):
    global seed
    seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
    return (seed >> 16) % n


for row in range(100):
    label = row % 10
    pixels = [(9 if (p * (label + 3) // 7) % 5 < 2 else 1) + random(6) for p in range(64)]
    print(*pixels, label, sep=",")

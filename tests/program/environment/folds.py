"""Folds of the HP model, counted again: folds.py CHAIN TABLE [--all].

TABLE is written by 20_folding.lua with --table: each fold has to have the score that is its number of contacts, and none
may cross itself. --all: its best must be the best that there is, by trying every fold. Prints the best energy.
"""
import csv
import itertools
import sys

TURNS = {"L": 1j, "S": 1, "R": -1j}


def contacts(chain, moves):
    """The number of contacts, or None when the chain crosses itself."""
    place, step = 0, 1
    places = {0: 0}
    for i in range(1, len(chain)):
        if i > 1:
            step *= TURNS[moves[i - 2]]
        place += step
        if place in places:
            return None
        places[place] = i
    count = 0
    for at, i in places.items():
        for side in (1, 1j):
            k = places.get(at + side)
            if k is not None and abs(i - k) > 1 and chain[i] == chain[k] == "H":
                count += 1
    return count


def main():
    chain, table = sys.argv[1:3]
    best = 0
    with open(table) as file:
        for row in csv.DictReader(file):
            count = contacts(chain, row["sample"])
            if len(row["sample"]) != len(chain) - 2 or count is None or count != float(row["score"]):
                sys.exit(f"{row['sample']} has {count} contacts, not {row['score']}")
            best = max(best, count)
    if "--all" in sys.argv:
        every = (contacts(chain, moves) for moves in itertools.product("LSR", repeat=len(chain) - 2))
        most = max(count for count in every if count is not None)
        if most != best:
            sys.exit(f"the best has {most} contacts, found were {best}")
    print(-best)


main()

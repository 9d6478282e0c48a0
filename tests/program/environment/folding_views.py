"""What a page shows of 20_folding.lua at the end: folding_views.py PROGRAM CHAIN.

The graph has the chain and, negative, the contacts, which are counted again in the drawn fold. Prints their number."""
import json
import socket
import subprocess
import sys

program, chain = sys.argv[1:]
ours, theirs = socket.socketpair()
ours.sendall(b'{"tell views": 1}\n')  # who has asked once is shown the end
command = [program, "--chain", chain, "--searches", "1", "--iters", "20", "--control", f"lines:{theirs.fileno()}"]
trainer = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdout=subprocess.DEVNULL)
theirs.close()
messages = ours.makefile()
status = [json.loads(line) for line in messages]
assert trainer.wait() == 0
views = [message["views"][1] for message in status if "views" in message][-1]
fold, graph = views["result.fold"], views["result.touching"]
side = round(len(graph) ** 0.5)
places = [complex(*fold[3 * i:3 * i + 2]) for i in range(len(chain))]
wanted = [[0] * side for _ in range(side)]
for i, first in enumerate(places):
    for k in range(i + 1, len(places)):
        touches = abs(first - places[k]) == 1 and chain[i] == chain[k] == "H"
        wanted[i][k] = 1 if k == i + 1 else -1 if touches else 0
assert [(value > 0) - (value < 0) for value in graph] == sum(wanted, []), graph
print(graph.count(-1))

# What a page shows of a source, beside the state: views.py PROGRAM WORLD, the environment of environments.lua.
import json
import math
import socket
import subprocess
import sys

ours, theirs = socket.socketpair()
trainer = subprocess.Popen([sys.argv[1], "--budget", "1000000000", "--control", f"lines:{theirs.fileno()}"], pass_fds=[theirs.fileno()],
                           stdout=open("said", "w"))
theirs.close()
messages = ours.makefile("rw")


def ask(commands, name):
    """The first message with this name, after these commands."""
    print(json.dumps(commands), file=messages, flush=True)
    for line in messages:
        message = json.loads(line)
        if name in message:
            return message[name][1]
    raise EOFError(name)


ask({"pause": 1}, "paused")
while ask({"step": 40}, "paused") and not ask({"tell views": 1}, "views")["Source.returns"][-1]:
    pass
views = ask({"tell views": 1}, "views")
print('{"shutdown": 1}', file=messages, flush=True)
messages.read()
messages.close()
ours.close()
assert trainer.wait() == 0
lines = [line.split() for line in open("said")]
steps = [[float(word) for word in words[4:] if word[0] != "o"] for words in lines if len(words) > 5 and "steps," not in words]
state, picture = steps[-1], views["Source.picture"]
assert len(picture) % 3 == 0 and all(math.isfinite(x) for x in picture)
points = [picture[i:i + 3] for i in range(0, len(picture), 3)]
ends = {
    "cartpole": lambda s: (s[0] + math.sin(s[2]), math.cos(s[2])),
    "pendulum": lambda s: (math.sin(s[0]), math.cos(s[0])),
    "mountain_car": lambda s: (s[0], 0.45 * math.sin(3 * s[0]) + 0.08),
    "grid_world": lambda s: (s[1], 2 - s[0]),
}
wanted = ends[sys.argv[2]](state)
assert math.dist(wanted, points[-1][:2]) < 1e-4, (state, wanted, points[-1])

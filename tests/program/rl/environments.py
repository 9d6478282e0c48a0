# Environments beside their formulas, in double precision, from the same state and action: one step, its reward, its end, what is seen.
# Usage: environments.py WORLD FILE, the lines that environments.lua prints.
import math
import sys


def cartpole(x, v, angle, spin, action):
    """Barto, Sutton and Anderson; the constants of CartPole-v1."""
    force, total, half, pole = (10 if action == 1 else -10), 1.1, 0.5, 0.1
    temp = (force + pole * half * spin**2 * math.sin(angle)) / total
    turn = (9.8 * math.sin(angle) - math.cos(angle) * temp) / (half * (4 / 3 - pole * math.cos(angle) ** 2 / total))
    pull = temp - pole * half * turn * math.cos(angle) / total
    state = [x + 0.02 * v, v + 0.02 * pull, angle + 0.02 * spin, spin + 0.02 * turn]
    return state, 1, abs(state[0]) > 2.4 or abs(state[2]) > 12 * math.pi / 180, state


def pendulum(angle, spin, torque):
    """Pendulum-v1: 3 g / (2 l) sin(angle) + 3 / (m l^2) torque."""
    torque = max(-2, min(2, torque))
    wrapped = (angle + math.pi) % (2 * math.pi) - math.pi
    cost = wrapped**2 + 0.1 * spin**2 + 0.001 * torque**2
    spin = max(-8, min(8, spin + (3 * 10 / 2 * math.sin(angle) + 3 * torque) * 0.05))
    angle += spin * 0.05
    return [angle, spin], -cost, False, [math.cos(angle), math.sin(angle), spin]


def hill(place, speed, push, goal):
    speed = max(-0.07, min(0.07, speed + push - 0.0025 * math.cos(3 * place)))
    place = max(-1.2, min(0.6, place + speed))
    if place == -1.2 and speed < 0:
        speed = 0
    return [place, speed], place >= goal and speed >= 0


def mountain_car(place, speed, action):
    state, over = hill(place, speed, (action - 1) * 0.001, 0.5)
    return state, -1, over, state


def mountain_car_continuous(place, speed, force):
    force = max(-1, min(1, force))
    state, over = hill(place, speed, force * 0.0015, 0.45)
    return state, 100 * over - 0.1 * force**2, over, state


def acrobot(a, b, da, db, action):
    """The equations of the book by Sutton and Barto, one step of the classical method of Runge and Kutta."""

    def slope(s):
        a, b, da, db = s
        d1 = 0.25 + (1 + 0.25 + 2 * 0.5 * math.cos(b)) + 2
        d2 = 0.25 + 0.5 * math.cos(b) + 1
        phi2 = 0.5 * 9.8 * math.cos(a + b - math.pi / 2)
        phi1 = (-0.5 * db**2 * math.sin(b) - 2 * 0.5 * db * da * math.sin(b)
                + (0.5 + 1) * 9.8 * math.cos(a - math.pi / 2) + phi2)
        ddb = (action - 1 + d2 / d1 * phi1 - 0.5 * da**2 * math.sin(b) - phi2) / (0.25 + 1 - d2**2 / d1)
        return [da, db, -(d2 * ddb + phi1) / d1, ddb]

    def moved(s, k, h):
        return [x + h * d for x, d in zip(s, k)]

    s = [a, b, da, db]
    k1 = slope(s)
    k2 = slope(moved(s, k1, 0.1))
    k3 = slope(moved(s, k2, 0.1))
    k4 = slope(moved(s, k3, 0.2))
    s = [x + 0.2 / 6 * (p + 2 * q + 2 * r + t) for x, p, q, r, t in zip(s, k1, k2, k3, k4)]
    a, b = ((x + math.pi) % (2 * math.pi) - math.pi for x in s[:2])
    da, db = max(-4 * math.pi, min(4 * math.pi, s[2])), max(-9 * math.pi, min(9 * math.pi, s[3]))
    over = -math.cos(a) - math.cos(a + b) > 1
    return [a, b, da, db], 0 if over else -1, over, [math.cos(a), math.sin(a), math.cos(b), math.sin(b), da, db]


def grid_world(row, column, action):
    """S is the start, G the goal, X a pit, # a wall; up, right, down, left; 0.01 a step."""
    places = ["S..X", ".#..", "...G"]
    to_row, to_column = row + (action == 2) - (action == 0), column + (action == 1) - (action == 3)
    inside = 0 <= to_row < 3 and 0 <= to_column < 4
    letter = places[int(to_row)][int(to_column)] if inside else "#"
    if letter != "#":
        row, column = to_row, to_column
    view = [1 if i == row * 4 + column else 0 for i in range(12)]
    return [row, column], {"G": 1, "X": -1}.get(letter, -0.01), letter in "GX", view


def bandit(pulled, action):
    return [pulled], pulled < [0.1, 0.5, 0.9][int(action)], True, [1]


limits = {"grid_world": 100, "bandit": 1, "cartpole": 500, "pendulum": 200, "mountain_car": 200, "mountain_car_continuous": 999, "acrobot": 500}
world = sys.argv[1]
step, before, length, steps, ends = globals()[world], None, 0, 0, 0
for line in open(sys.argv[2]):
    words = line.split()
    if len(words) < 6 or words[0] == "mean" or "steps," in words:
        continue
    action, reward, over, late = float(words[0]), float(words[1]), words[2] == "1", words[3] == "1"
    numbers = [float(w) for w in words[4:] if w[0] != "o"]
    seen = [float(w[1:]) for w in words[4:] if w[0] == "o"]
    length += 1
    if world == "bandit":  # an episode of one step, which keeps its number
        before = numbers
    if before:
        state, wanted, end, view = step(*before, action)
        near = [abs(x - y) < 2e-5 * (1 + abs(y)) for x, y in zip(numbers + seen + [reward], state + view + [wanted])]
        assert all(near), (line, state, wanted, view)
        assert over == end and late == (not end and length == limits[world]), line
        assert len(seen) == len(view) and len(numbers) == len(state)
        steps += 1
    before = numbers
    if over or late:
        before, length, ends = None, 0, ends + 1
assert steps > 300, steps
print(steps, "steps,", ends, "ends")

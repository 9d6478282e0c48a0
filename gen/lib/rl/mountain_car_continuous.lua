-- MountainCarContinuous-v0: the same hill with a force of -1 .. 1.
--
-- Constants, the start and the ends are those of Gymnasium's MountainCarContinuous-v0: power 0.0015, gravity 0.0025 cos(3 place), speed
-- within 0.07, place in -1.2 .. 0.6; it begins at rest in -0.6 .. -0.4 and terminates at 0.45 or beyond; the reward is
-- -0.1 force^2 a step, and 100 for the end; 999 steps at most.

return {
    doc = "MountainCarContinuous-v0: out of a valley by swinging, with a force",
    state = { "place", "speed" },
    observation = 2, actions = 1, bound = 1, limit = 999, solved = 90,
    reset = [[
        e->place = loopc_between(chance, -0.6f, -0.4f);
        e->speed = 0;
    ]],
    step = [[
        const float speed = e->speed + action[0] * 0.0015f - 0.0025f * loopc_cosine(3 * e->place);
        e->speed = speed < -0.07f ? -0.07f : speed > 0.07f ? 0.07f : speed;
        const float place = e->place + e->speed;
        e->place = place < -1.2f ? -1.2f : place > 0.6f ? 0.6f : place;
        if (e->place <= -1.2f && e->speed < 0) e->speed = 0;
        *over = e->place >= 0.45f && e->speed >= 0;
        return (*over ? 100.0f : 0.0f) - 0.1f * action[0] * action[0];
    ]],
    observe = "memcpy(o, e, sizeof *e);",
    points = 38, low = -1.25, high = 1.25,
    draw = [[
        for (int32_t i = 0; i < 38; i++) {
            p[i][0] = i < 37 ? -1.2f + (float)i / 20 : e->place;
            p[i][1] = 0.45f * loopc_sine(3 * p[i][0]) + (i < 37 ? 0 : 0.08f);
            p[i][2] = i == 37;
        }
    ]],
}

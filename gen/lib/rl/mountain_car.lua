-- MountainCar-v0: an engine too weak for the hill, so the car has to swing; three choices: left, none, right.
--
-- Moore, "Efficient memory-based learning for robot control", 1990. Constants, the start and the ends are those of Gymnasium's
-- MountainCar-v0: force 0.001, gravity 0.0025 cos(3 place), speed within 0.07, place in -1.2 .. 0.6 (the wall on the left stops the
-- car); it begins at rest in -0.6 .. -0.4 and terminates at 0.5 or beyond with a speed of 0 or more; reward -1 a step, 200 steps at
-- most.

return {
    doc = "MountainCar-v0: out of a valley by swinging, with three choices",
    state = { "place", "speed" },
    observation = 2, actions = 3, limit = 200, solved = -110,
    reset = [[
        e->place = loopc_between(chance, -0.6f, -0.4f);
        e->speed = 0;
    ]],
    step = [[
        const float speed = e->speed + (float)(action - 1) * 0.001f - 0.0025f * loopc_cosine(3 * e->place);
        e->speed = speed < -0.07f ? -0.07f : speed > 0.07f ? 0.07f : speed;
        const float place = e->place + e->speed;
        e->place = place < -1.2f ? -1.2f : place > 0.6f ? 0.6f : place;
        if (e->place <= -1.2f && e->speed < 0) e->speed = 0;
        *over = e->place >= 0.5f && e->speed >= 0;
        return -1;
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

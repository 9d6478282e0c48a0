-- CartPole-v1: a pole on a cart that is pushed left or right.
--
-- Physics: Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve difficult learning control problems", 1983.
-- Constants, the start and the ends are those of Gymnasium's CartPole-v1: gravity 9.8, cart 1 kg, pole 0.1 kg, half its length
-- 0.5 m, force 10 N, 0.02 s a step by Euler's method (places by the speeds before the step); it begins within 0.05 of rest in all
-- four numbers and terminates beyond 2.4 m or 12 degrees; reward 1 a step, 500 steps at most.

return {
    doc = "CartPole-v1: a pole on a cart, pushed left or right",
    state = { "place", "speed", "angle", "spin" },
    observation = 4, actions = 2, limit = 500, solved = 475,
    reset = [[
        e->place = loopc_between(chance, -0.05f, 0.05f);
        e->speed = loopc_between(chance, -0.05f, 0.05f);
        e->angle = loopc_between(chance, -0.05f, 0.05f);
        e->spin = loopc_between(chance, -0.05f, 0.05f);
    ]],
    step = [[
        const float gravity = 9.8f, pole = 0.1f, total = 1.1f, half = 0.5f, seconds = 0.02f;
        const float sine = loopc_sine(e->angle), cosine = loopc_cosine(e->angle);
        const float push = ((action == 1 ? 10.0f : -10.0f) + pole * half * e->spin * e->spin * sine) / total;
        const float turn = (gravity * sine - cosine * push) / (half * (4.0f / 3 - pole * cosine * cosine / total));
        const float pull = push - pole * half * turn * cosine / total;
        e->place += seconds * e->speed;
        e->speed += seconds * pull;
        e->angle += seconds * e->spin;
        e->spin += seconds * turn;
        *over = (fabsf(e->place) > 2.4f) | (fabsf(e->angle) > 12 * 2 * LOOPC_PI / 360);
        return 1;
    ]],
    observe = "memcpy(o, e, sizeof *e);",
    points = 24, low = -2.4, high = 2.4,
    draw = [[
        for (int32_t i = 0; i < 24; i++) {
            const float up = (float)(i - 7) / 16;
            p[i][0] = e->place + (i < 8 ? (float)(i - 4) / 16 : up * loopc_sine(e->angle));
            p[i][1] = i < 8 ? 0 : up * loopc_cosine(e->angle);
            p[i][2] = i >= 8;
        }
    ]],
}

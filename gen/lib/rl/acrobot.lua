-- Acrobot-v1: two links that hang from a bar; a torque at the joint between them swings the end above a line.
--
-- Sutton, "Generalization in reinforcement learning: successful examples using sparse coarse coding", 1996; the equations of Sutton
-- and Barto's book. Constants, the start and the ends are those of Gymnasium's Acrobot-v1: links 1 m and 1 kg, their centres at
-- 0.5 m, moments of inertia 1, gravity 9.8, torque -1, 0 or 1, 0.2 s a step by one step of Runge and Kutta's fourth order; spins within
-- 4 pi and 9 pi; it begins within 0.1 of rest in all four numbers and terminates when -cos(first) - cos(first + second) > 1; reward -1
-- a step, 0 for the last one; 500 steps at most. An observation is the cosine and sine of both angles, then both spins.

return {
    doc = "Acrobot-v1: two links swung above a line by a torque between them",
    state = { "first", "second", "first_spin", "second_spin" },
    observation = 6, actions = 3, limit = 500, solved = -100,
    code = [[

/* The derivatives of angles and spins x[0 .. 3] under a torque. */
static void acrobot_slope(const float *x, float torque, float *slope)
{
    const float gravity = 9.8f, centre = 0.5f, cosine = loopc_cosine(x[1]), sine = loopc_sine(x[1]);
    const float d1 = centre * centre + (1 + centre * centre + 2 * centre * cosine) + 2;
    const float d2 = centre * centre + centre * cosine + 1;
    const float phi2 = centre * gravity * loopc_cosine(x[0] + x[1] - LOOPC_PI / 2);
    const float phi1 = -centre * x[3] * x[3] * sine - 2 * centre * x[3] * x[2] * sine +
                       (centre + 1) * gravity * loopc_cosine(x[0] - LOOPC_PI / 2) + phi2;
    slope[0] = x[2];
    slope[1] = x[3];
    slope[3] = (torque + d2 / d1 * phi1 - centre * x[2] * x[2] * sine - phi2) / (centre * centre + 1 - d2 * d2 / d1);
    slope[2] = -(d2 * slope[3] + phi1) / d1;
}

/* An angle, brought to -pi .. pi. */
static float acrobot_wrap(float angle)
{
    return angle - 2 * LOOPC_PI * floorf((angle + LOOPC_PI) / (2 * LOOPC_PI));
}

static float acrobot_within(float x, float limit)
{
    return x < -limit ? -limit : x > limit ? limit : x;
}
]],
    reset = [[
        e->first = loopc_between(chance, -0.1f, 0.1f);
        e->second = loopc_between(chance, -0.1f, 0.1f);
        e->first_spin = loopc_between(chance, -0.1f, 0.1f);
        e->second_spin = loopc_between(chance, -0.1f, 0.1f);
    ]],
    step = [[
        static const float shares[] = {0, 0.5f, 0.5f, 1};
        const float seconds = 0.2f, x[4] = {e->first, e->second, e->first_spin, e->second_spin};
        float slopes[5][4] = {{0}}, at[4];
        for (int k = 0; k < 4; k++) {
            for (int j = 0; j < 4; j++)
                at[j] = x[j] + seconds * shares[k] * slopes[k][j];
            acrobot_slope(at, (float)(action - 1), slopes[k + 1]);
        }
        for (int j = 0; j < 4; j++)
            at[j] = x[j] + seconds / 6 * (slopes[1][j] + 2 * slopes[2][j] + 2 * slopes[3][j] + slopes[4][j]);
        e->first = acrobot_wrap(at[0]);
        e->second = acrobot_wrap(at[1]);
        e->first_spin = acrobot_within(at[2], 4 * LOOPC_PI);
        e->second_spin = acrobot_within(at[3], 9 * LOOPC_PI);
        *over = -loopc_cosine(e->first) - loopc_cosine(e->first + e->second) > 1;
        return *over ? 0 : -1;
    ]],
    observe = [[
        o[0] = loopc_cosine(e->first);
        o[1] = loopc_sine(e->first);
        o[2] = loopc_cosine(e->second);
        o[3] = loopc_sine(e->second);
        o[4] = e->first_spin;
        o[5] = e->second_spin;
    ]],
    points = 41, low = -2.2, high = 2.2,
    draw = [[
        const float both = e->first + e->second;
        for (int32_t i = 0; i < 41; i++) {
            const float first = fminf((float)i / 10, 1), second = i <= 20 ? fmaxf((float)(i - 10) / 10, 0) : 0;
            p[i][0] = i <= 20 ? first * loopc_sine(e->first) + second * loopc_sine(both) : (float)(i - 31) / 5;
            p[i][1] = i <= 20 ? -first * loopc_cosine(e->first) - second * loopc_cosine(both) : 1;
            p[i][2] = i <= 10 ? 0 : i <= 20 ? 1 : 2;
        }
    ]],
}

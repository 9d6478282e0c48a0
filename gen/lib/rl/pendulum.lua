-- Pendulum-v1: a pendulum that is swung up by a torque too weak to lift it.
--
-- Constants, the start and the reward are those of Gymnasium's Pendulum-v1: gravity 10, mass 1 kg, length 1 m, 0.05 s a step, torque
-- within 2 Nm, spin within 8 rad/s; angle 0 is upright; it begins at any angle with a spin within 1; the reward is
-- -(angle^2 + 0.1 spin^2 + 0.001 torque^2) from before the step, with the angle in -pi .. pi; no end but the limit of 200 steps.
-- An observation is cosine, sine and spin.

return {
    doc = "Pendulum-v1: swung up and held upright by a weak torque",
    state = { "angle", "spin" },
    observation = 3, actions = 1, bound = 2, limit = 200, solved = -200,
    reset = [[
        e->angle = loopc_between(chance, -LOOPC_PI, LOOPC_PI);
        e->spin = loopc_between(chance, -1, 1);
    ]],
    step = [[
        const float gravity = 10, seconds = 0.05f, torque = action[0];
        const float turned = e->angle + LOOPC_PI, angle = turned - 2 * LOOPC_PI * floorf(turned / (2 * LOOPC_PI)) - LOOPC_PI;
        const float cost = angle * angle + 0.1f * e->spin * e->spin + 0.001f * torque * torque;
        const float spin = e->spin + (3 * gravity / 2 * loopc_sine(e->angle) + 3 * torque) * seconds;
        e->spin = spin < -8 ? -8 : spin > 8 ? 8 : spin;
        e->angle += e->spin * seconds;
        *over = false;
        return -cost;
    ]],
    observe = [[
        o[0] = loopc_cosine(e->angle);
        o[1] = loopc_sine(e->angle);
        o[2] = e->spin;
    ]],
    points = 17, low = -1.2, high = 1.2,
    draw = [[
        for (int32_t i = 0; i < 17; i++) {
            p[i][0] = (float)i / 16 * loopc_sine(e->angle);
            p[i][1] = (float)i / 16 * loopc_cosine(e->angle);
            p[i][2] = i == 16;
        }
    ]],
}

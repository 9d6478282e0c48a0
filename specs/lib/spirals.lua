-- Two spirals that wind around each other: points of two classes in the plane, -6 to 6, a hard case for a small net. C
-- for a trainer's `code`.

return {
    code = [[
/* Draws `rows` points, two numbers each, and which spiral, 0 or 1, each is of. A spiral winds `turns`
 * times around the middle; normal noise of that deviation moves its points. */
static void spirals(struct loopc_rng *rng, int32_t rows, float turns, float noise, float *x,
                    int32_t *labels)
{
    const float pi = acosf(-1);
    for (int32_t r = 0; r < rows; r++) {
        labels[r] = (int32_t)loopc_rng_below(rng, 2);
        const float out = sqrtf(loopc_rng_f32(rng));
        const float angle = pi * (2 * turns * out + (float)labels[r]);
        x[2 * r] = 5.5f * out * cosf(angle) + noise * (float)loopc_rng_normal(rng);
        x[2 * r + 1] = 5.5f * out * sinf(angle) + noise * (float)loopc_rng_normal(rng);
    }
}
]],
}

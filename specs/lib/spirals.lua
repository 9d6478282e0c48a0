-- Two spirals that wind around each other: points of two classes in the plane, -6 to 6, a hard case for a small net. C
-- for a trainer's `code`.

return {
    code = [[
/* Draws `rows` points, two numbers each, and which spiral, 0 or 1, each is of. A spiral winds `turns`
 * times around the middle; normal noise of that deviation moves its points. Sine and cosine are the
 * runtime's own: the same bits with every C library. */
static void spirals(struct loopc_rng *rng, int32_t rows, float turns, float noise, float *x,
                    int32_t *labels)
{
    for (int32_t r = 0; r < rows; r++) {
        labels[r] = (int32_t)loopc_rng_below(rng, 2);
        const float out = sqrtf(loopc_rng_f32(rng));
        const float angle = LOOPC_PI * (2 * turns * out + (float)labels[r]);
        x[2 * r] = 5.5f * out * loopc_cosine(angle) + noise * (float)loopc_rng_normal(rng);
        x[2 * r + 1] = 5.5f * out * loopc_sine(angle) + noise * (float)loopc_rng_normal(rng);
    }
}
]],
}

-- Two half-moons: points of two classes in the plane, entwined so that no straight line separates them. What the specs
-- beside this folder learn, so that they need no file: C for a trainer's `code`.

return {
    code = [[
/* Draws `rows` points, two numbers each, and their classes, 0 or 1: half circles of radius 1,
 * blurred by normal noise of that deviation. */
static void moons(struct loopc_rng *rng, int32_t rows, double noise, float *x, int32_t *labels)
{
    for (int32_t r = 0; r < rows; r++) {
        labels[r] = (int32_t)loopc_rng_below(rng, 2);
        const double side = labels[r] ? -1.0 : 1.0, angle = 3.141592653589793 * loopc_rng_f64(rng);
        x[2 * r] = (float)(side * (loopc_cos(angle) - 0.5) + noise * loopc_rng_normal(rng));
        x[2 * r + 1] = (float)(side * (loopc_sin(angle) - 0.25) + noise * loopc_rng_normal(rng));
    }
}
]],
}

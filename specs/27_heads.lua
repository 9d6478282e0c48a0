-- Two heads on one trunk: a net that says which of two moons a point belongs to, and how far along it the point lies.
--
-- `place` begins at the layer "trunk" of `moon`, from = "moon.trunk". It reads what that layer makes of the batch, and place_backward
-- passes its derivative back: moon_backward adds it to its own, so that the trunk learns from both questions.
--
--     loopc run 27_heads.lua                                       both errors, on points that were not learned
--     loopc run 27_heads.lua -- --checkpoint saved --save-every 100
--     loopc run 27_heads.lua -- export --checkpoint saved --net place --onnx place.onnx       the head with its trunk
--
-- Try: from = "moon.0", a lower layer; freeze = true in the layers of the trunk; a third head, which tells how far off its moon a point is.

local BATCH = 32

local Fit = loop "Fit" {
    times = 1000,
    state = { x = f32[BATCH][2], labels = i32[BATCH], along = f32[BATCH], loss = f32 { report = 50 } },
    before_batch = node(1, [[ draw($points, BATCH, $x, $labels, $along); ]]),
    on_batch = node(2, [[
        moon_zero_grad($moon), place_zero_grad($place);
        moon_forward_train($moon, &$x[0][0], BATCH);
        place_forward_train($place, $moon, BATCH);
        $loss = moon_loss($moon, $labels, BATCH) + place_loss($place, $along, BATCH);
        place_backward($place, $moon, BATCH);
        moon_backward($moon, BATCH);
        moon_opt_step($moon_opt, $moon, 3e-3f);
        place_opt_step($place_opt, $place, 3e-3f);
    ]]),
    after_run = node(3, [[
        static float x[TEST][2], along[TEST];
        static int32_t labels[TEST];
        int32_t right = 0;
        double squares = 0;
        draw($points, TEST, x, labels, along);
        for (int i = 0; i + BATCH <= TEST; i += BATCH) {
            moon_forward($moon, x[i], BATCH);
            const float *const place = place_forward($place, $moon, BATCH);
            right += moon_correct($moon, labels + i, BATCH);
            for (int j = 0; j < BATCH; j++) squares += loopc_pow(place[j] - along[i + j], 2);
        }
        const int seen = TEST / BATCH * BATCH;
        printf("right moon %.1f %%, place within %.3f\n", 100.0 * right / seen, sqrt(squares / seen));
    ]]),
}

return trainer "heads" {
    doc = "Which moon, and how far along it: two heads on one trunk.",
    state = {
        points = rng {},
        moon = mlp { inputs = 2, batch = BATCH, dense { 32, "relu" }, dense { 32, "relu", name = "trunk" }, dense { 2 } },
        place = mlp { from = "moon.trunk", dense { 16, "relu" }, dense { 1 }, loss = "squared_error" },
        moon_opt = optimizer { "adam", net = "moon" }, place_opt = optimizer { "adam", net = "place" },
    },
    code = [[
        enum { BATCH = 32, TEST = 1000 };

        /* Points near two half circles, which one, and the share of the half circle before them. */
        static void draw(struct loopc_rng *points, int rows, float x[][2], int32_t *labels, float *along)
        {
            for (int i = 0; i < rows; i++) {
                const double t = loopc_rng_f64(points), angle = 3.14159265358979 * t;
                labels[i] = (int32_t)loopc_rng_below(points, 2);
                along[i] = (float)t;
                x[i][0] = (float)((labels[i] ? 1 - loopc_cos(angle) : loopc_cos(angle)) + 0.15 * loopc_rng_normal(points));
                x[i][1] = (float)((labels[i] ? 0.5 - loopc_sin(angle) : loopc_sin(angle)) + 0.15 * loopc_rng_normal(points));
            }
        }
    ]],
    Fit,
}

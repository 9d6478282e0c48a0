-- A GAN: a net makes points of noise, another one tells them from points of a ring, and both learn from each other.
--
-- The generator never sees the ring. Its loss is that of the discriminator, whose derivative by its inputs (judge_input_grad) is the
-- derivative by the outputs of the generator (maker_backward_from): two nets in a chain, of which only one moves at a time.
--
--     loopc run 23_gan.lua         the mean radius of what was made, its deviation, how much of the ring it covers, and its picture
--
-- Try: dropout { 0.2 } in the judge; another activation; --seed 2.

local BATCH, HIGH, WIDE = 64, 21, 43 -- the picture has so many lines and columns

local Fit = loop "Fit" {
    times = 4000,
    state = { real = f32[BATCH][2], noise = f32[BATCH][4], made = f32[BATCH][2], yes = f32[BATCH], no = f32[BATCH],
        loss = f32 { report = 100 }, seen = i32[HIGH][WIDE] },
    before_batch = node(1, [[
        for (int i = 0; i < 64; i++) {
            const float x = (float)loopc_rng_normal($points), y = (float)loopc_rng_normal($points);
            const float size = sqrtf(x * x + y * y);
            $real[i][0] = x / size, $real[i][1] = y / size;
            for (int j = 0; j < 4; j++) $noise[i][j] = (float)loopc_rng_normal($points);
            $yes[i] = 0.9f, $no[i] = 0.0f;
        }
    ]]),
    on_batch = node(2, [[
        memcpy($made, maker_forward_train($maker, &$noise[0][0], 64), sizeof $made);
        $loss = judge_train($judge, $judge_opt, &$real[0][0], $yes, 64, 5e-4f);
        $loss += judge_train($judge, $judge_opt, &$made[0][0], $no, 64, 5e-4f);
    ]]),
    after_batch = node(3, [[
        judge_forward_train($judge, &$made[0][0], 64);
        judge_loss($judge, $yes, 64);
        judge_zero_grad($judge);
        judge_backward($judge, 64);
        maker_zero_grad($maker);
        maker_backward_from($maker, judge_input_grad($judge, 64), 64);
        maker_opt_step($maker_opt, $maker, 5e-4f);
    ]]),
    after_run = node(9, [[
        double sum = 0, squares = 0;
        bool sectors[8] = {false};
        for (int part = 0; part < 16; part++) {
            for (int i = 0; i < 64 * 4; i++) (&$noise[0][0])[i] = (float)loopc_rng_normal($points);
            const float *const made = maker_forward($maker, &$noise[0][0], 64);
            for (int i = 0; i < 64; i++) {
                const double x = (double)made[2 * i], y = (double)made[2 * i + 1], size = sqrt(x * x + y * y);
                sum += size, squares += size * size;
                count($seen, x, y);
                sectors[4 * (x > 0) + 2 * (y > 0) + (fabs(x) > fabs(y))] = true;
            }
        }
        int covered = 0;
        for (int i = 0; i < 8; i++) covered += sectors[i];
        const double mean = sum / 1024;
        printf("radius %.3f deviation %.3f eighths %d\n", mean, sqrt(squares / 1024 - mean * mean), covered);
        draw($seen);
    ]]),
}

return trainer "gan" {
    code = ("enum { HIGH = %d, WIDE = %d };\n"):format(HIGH, WIDE) .. [[

/* Counts a point in its cell of the picture, which shows the square from -1.5 to 1.5. */
static void count(int32_t seen[HIGH][WIDE], double x, double y)
{
    const int column = (int)lround((x + 1.5) / 3 * (WIDE - 1)), line = (int)lround((1.5 - y) / 3 * (HIGH - 1));
    if (column >= 0 && column < WIDE && line >= 0 && line < HIGH) seen[line][column]++;
}

/* The darker a cell, the more points are in it. */
static void draw(int32_t seen[HIGH][WIDE])
{
    for (int line = 0; line < HIGH; line++) {
        char text[WIDE + 1];
        for (int column = 0; column < WIDE; column++) text[column] = " .:+*#"[seen[line][column] < 5 ? seen[line][column] : 5];
        text[WIDE] = 0;
        puts(text);
    }
}
]],
    state = {
        points = rng {},
        maker = mlp { inputs = 4, batch = BATCH, dense { 64, "leaky_relu" }, dense { 64, "leaky_relu" }, dense { 2 },
            loss = "squared_error" },
        judge = mlp { inputs = 2, batch = BATCH, dense { 64, "leaky_relu" }, dense { 64, "leaky_relu" }, dense { 1 },
            loss = "sigmoid_cross_entropy" },
        maker_opt = optimizer { "adam", net = "maker", beta1 = 0.5 },
        judge_opt = optimizer { "adam", net = "judge", beta1 = 0.5 },
    },
    Fit,
}

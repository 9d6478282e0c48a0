-- Design with vectors: a model learns to place points in a square so that the two nearest are as far apart as possible.
--
-- A sample is a vector: x and y of each point, in -1 .. 1. The model chooses one number after another, each from a normal
-- distribution whose mean and deviation it gives, knowing the numbers before. The reward is the least distance between two
-- points, in sides of the square; points outside are drawn onto the edge. (For five points the best is 0.7071, half a
-- diagonal; packings of circles in a square are a field of their own.)
--
--     loopc run 22_points.lua                         the best arrangement, and how good the same number by chance are
--     loopc run 22_points.lua -- --report 500         a line every 500 batches
--
-- Try: POINTS = 4 or 9, for which the best are known as well: 1 and 0.5; another --seed; entropy 0; --eta 0.01.

local environment = require "loopc.environment"

local POINTS = 5

local design = environment.new { vector = 2 * POINTS, room = 128, bs = 64, iters = 3000, log_memory = 2048 }

-- Two samplers: the model learns from its own samples alone, those by chance are there to compare with.
local result = callback "result" {
    order = 50,
    doc = "keeps the best arrangement",
    state = { best = f32[2] { doc = "the reward of the best of the model, by chance" }, points = f32[2 * POINTS] },
    after_compute_reward = [[
        for (int32_t i = 0; i < $rows; i++) {
            const int32_t kind = strcmp($sources[i], "model_batch") != 0;
            if ($rewards[i] <= $best[kind]) continue;
            $best[kind] = $rewards[i];
            if (kind == 0) memcpy($points, $samples[i], sizeof $points);
        }
        for (int32_t i = 0; i < $rows; i++)
            $keep[i] = !strcmp($sources[i], "model_batch");
    ]] .. design:filter_samples(),
    after_train = [[
        printf("least distance: %.4f by the model, %.4f by chance\n", (double)$best[0], (double)$best[1]);
        draw($points);
    ]],
}

return design:trainer "points" {
    doc = "Places points in a square, far from each other.",
    code = ("enum { POINTS = %d };\n"):format(POINTS) .. [[

static float inside(float x)
{
    return x < -1 ? -1 : x > 1 ? 1 : x;
}

/* The least distance between two points, in sides of the square. */
static float least_distance(const float *points)
{
    float least = 2;
    for (int32_t i = 0; i < POINTS; i++)
        for (int32_t k = 0; k < i; k++) {
            const float dx = inside(points[2 * i]) - inside(points[2 * k]);
            const float dy = inside(points[2 * i + 1]) - inside(points[2 * k + 1]);
            least = fminf(least, sqrtf(dx * dx + dy * dy) / 2);
        }
    return least;
}

static void draw(const float *points)
{
    char picture[13][27];
    memset(picture, ' ', sizeof picture);
    for (int32_t i = 0; i < POINTS; i++)
        picture[(int)lroundf(6 - 6 * inside(points[2 * i + 1]))][(int)lroundf(13 + 13 * inside(points[2 * i]))] = '@';
    for (int32_t row = 0; row < 13; row++)
        printf("    |%.27s|\n", picture[row]);
}
]],
    design:policy { hidden = { 64 }, eta = 0.003, clip = 1 },
    design:from_model { p_batch = 0.5 },
    design:random { p_batch = 0.5 },
    design:reward { name = "distance", score = "score = least_distance(item);" },
    design:policy_gradient { baseline = "average", normalize = true },
    design:entropy { weight = 0.03 },
    result,
    design:log {},
}

-- Three helpers of a search with loopc.environment: pairs, points that learn, and a way back.
--
-- A lock has eight wheels with ten figures each; after each try one hears how far all wheels are off, together. Samples come from
-- three sources: a model that chooses figure after figure; pairs, a try by chance and the same with one wheel turned, of which each
-- is judged by its advantage over the other; and two points in a space of eight numbers, around which tries are made, and which move
-- to where these are better. When the model's rewards fall, it goes back to the best weights that it had.
--
--     loopc run 17_search.lua                         the best try of each source, and how often the model went back
--
-- Try: --seed 2; other shares of the sources; a larger `spread` of the points.

local environment = require "loopc.environment"

local WHEELS = 8

local design = environment.new { tokens = "0123456789", length = WHEELS, fixed = true, room = 160, bs = 64, iters = 600 }

local sources = { "model", "pairs", "latents" }

-- The best try of each source: a sample's source has the name of its sampler first.
local best = callback "best" {
    order = 50,
    state = { best = f32[#sources] { doc = "the highest reward of each source" } },
    setup = [[ for (int k = 0; k < SOURCES; k++) $best[k] = -INFINITY; ]],
    after_compute_reward = [[
        for (int32_t i = 0; i < $rows; i++)
            for (int k = 0; k < SOURCES; k++)
                if (!strncmp($sources[i], source_names[k], strlen(source_names[k]))) $best[k] = fmaxf($best[k], $rewards[i]);
    ]],
    after_train = [[
        for (int k = 0; k < SOURCES; k++)
            printf("%s: off by %d at best\n", source_names[k], (int)-$best[k]);
        printf("back to the best weights: %lld times\n", (long long)$rollback.rollbacks);
    ]],
}

return design:trainer "search" {
    doc = "Opens a lock by tries.",
    code = ("enum { WHEELS = %d, SOURCES = %d };\n"):format(WHEELS, #sources) .. [[

static const char *const source_names[SOURCES] = { "model", "pairs", "latents" };
static const int32_t secret[WHEELS] = { 3, 1, 4, 1, 5, 9, 2, 6 };
]],
    design:policy { hidden = { 32 }, eta = 0.03 },
    design:from_model { p_batch = 0.5 },
    design:pairs { p_batch = 0.25, make = [[
        for (int32_t i = 0; i < n; i++)
            for (int32_t k = 0; k < WHEELS; k++)
                to[i][k] = (int32_t)loopc_rng_below($random, 10);
    ]] },
    design:latents { count = 2, size = WHEELS, p_batch = 0.25, spread = 0.3, eta = 0.02, decode = [[
        for (int32_t k = 0; k < WHEELS; k++)
            item[k] = (int32_t)fminf(fmaxf(5 * (z[k] + 1), 0), 9);
    ]] },
    design:reward { name = "near", score = [[
        for (int32_t wheel = 0; wheel < WHEELS; wheel++)
            score -= fabsf((float)(item[wheel] - secret[wheel]));
    ]] },
    design:policy_gradient { baseline = "average", normalize = true },
    design:entropy { weight = 0.01 },
    design:rollback { drop = 1.5, patience = 5 },
    best,
}

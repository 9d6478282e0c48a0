-- Samples from a data set: each epoch all its rows once, each time in another order. The test gives the file.
local environment = require "loopc.environment"

local TOKENS = false

local design = environment.new {
    vector = not TOKENS and 2 or nil, tokens = TOKENS and "ABCD" or nil, length = TOKENS and 3 or nil,
    room = 8, bs = 5, iters = 6, -- four rows a batch: an epoch
}

return design:trainer "data" {
    state = { known = dataset { option = true, required = true, label = false } },
    design:from_data { data = "known", p_batch = 0.8 },
    callback "show" {
        order = 100,
        after_sample = [[
            for (int32_t i = 0; i < $rows; i++) {
                if (strcmp($sources[i], "data_batch")) continue;
                for (int32_t k = 0; k < $width; k++)
                    printf("%s%g", k ? "," : "", (double)$samples[i][k]);
                puts("");
            }
        ]],
    },
}

-- The log feeds a batch: from batch 2 on, the samples of the best tenth of the past.
local environment = require "loopc.environment"

local design = environment.new { vector = 1, room = 32, bs = 10, iters = 4, log_memory = 64 }

return design:trainer "best" {
    design:sampler { name = "S", p_batch = 0.8, state = { next = i32(0) },
        make = "for (int32_t i = 0; i < n; i++) to[i][0] = (float)$next++;" },
    design:from_log { p_batch = 0.2, percentile = 90, start = 2 },
    design:reward { score = "score = item[0];" },
    design:log {},
    callback "show" {
        order = 150,
        after_sample = [[
            printf("%d:", (int)$Batch.iteration);
            for (int32_t i = 0; i < $rows; i++)
                if (!strcmp($sources[i], "best_batch")) printf(" %s", $samples[i][0] >= 7.2f * (float)$Batch.iteration - 1 ? "good" : "bad");
            puts("");
        ]],
    },
}

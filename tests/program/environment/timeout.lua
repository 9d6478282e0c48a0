-- A sample is blocked for two batches after its use.
local environment = require "loopc.environment"

local design = environment.new { vector = 1, room = 8, bs = 2, iters = 7 }

return design:trainer "timeout" {
    design:sampler { name = "S", p_batch = 1, make = "to[0][0] = 1; to[1][0] = 2 + (float)($Batch.iteration % 2);" },
    design:timeout { batches = 2, memory = 4 },
    callback "show" {
        order = 100,
        after_sample = [[
            for (int32_t i = 0; i < $rows; i++)
                printf("%g ", (double)$samples[i][0]);
            puts(";");
        ]],
    },
}

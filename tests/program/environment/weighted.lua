-- A weighted buffer: half of the items taken are the heaviest, the others are drawn by weight; items of weight 0 do not come
-- while there are others. Weights are the items themselves times `scale`, which shows when they are computed anew.
local environment = require "loopc.environment"

local design = environment.new { vector = 1, room = 32, buffer_room = 64, bs = 4, iters = 3 }

return design:trainer "weighted" {
    design:weighted_buffer { weight = "weight = item[0] < 10 ? 0 : item[0] * $scale;", top = 0.5, refresh = 2 },
    design:sampler { name = "S", buffer_size = 40, make = "for (int32_t i = 0; i < n; i++) to[i][0] = (float)i;" },
    state = { scale = f32(1) },
    callback "show" {
        order = 100,
        before_batch = [[
            float most = 0;
            for (int32_t i = 0; i < $buffered; i++)
                most = fmaxf(most, $buffer.weights[i]);
            printf("weights from %d\n", most > 40 ? 10 : 1);
            $scale = 10;
        ]],
        after_sample = [[
            for (int32_t i = 0; i < $rows; i++)
                if ($samples[i][0] < 10) $fail("%g was drawn, which weighs nothing", (double)$samples[i][0]);
            for (int32_t i = 0; i < $buffered; i++)
                if ($buffer[i][0] > $samples[1][0]) $fail("%g is heavier than the second", (double)$buffer[i][0]);
            printf("%d of 4, the first %s\n", $rows, $samples[0][0] > $samples[1][0] ? "heaviest" : "lighter");
        ]],
    },
}

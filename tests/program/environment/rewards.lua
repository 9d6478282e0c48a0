-- Two samples with known rewards: 1, 2 with weight 1 and 4, 4 with weight 0.5 make 3, 4; a bonus for new samples makes 3.05
-- of the first, for the second was there in the batch before. Scores are cached and computed in chunks.
local environment = require "loopc.environment"

local design = environment.new { vector = 1, room = 8, bs = 2, iters = 3, log_memory = 16 }

local show = callback "show" {
    order = 200,
    batch = { mark = i32 { 7 }, marks = samples { i32, 8 } },
    before_batch = [[ printf("mark %d %d\n", $mark, $marks[1]); $mark = 1; $marks[1] = 5; ]],
    after_batch = [[
        for (int32_t i = 0; i < $rows; i++)
            printf("%g: %s %.2f %.2f\n", $samples[i][0], $sources[i], $rewards[i], $rewards_final[i]);
        printf("computed %lld, called %d, log %.2f %.2f new %.2f diversity %.2f bs %d\n", (long long)$first.evaluated, $first.calls,
               $log.rewards, $log.rewards_final, $log.new, $log.diversity, $log.bs);
        printf("max %.2f, of here_batch: mean %.3f p50 %.3f, numbers: min %.1f p90 %.1f\n", $maximum.rewards_max,
               $final.rewards_final_mean_here_batch, $final.rewards_final_p50_here_batch, $number.number_min, $number.number_p90);
    ]],
}

-- Batch 0 has the sample 2 alone, batch 1 has 1 and 2, batch 2 has 1 and 2 again.
local here = design:sampler {
    name = "here", p_batch = 1,
    make = [[
        if ($Batch.iteration == 0) n = 1;
        to[0][0] = $Batch.iteration == 0 ? 2 : 1;
        if (n > 1) to[1][0] = 2;
    ]],
}

local statistics = design:statistics { field = "rewards", of = { "max" }, name = "maximum" }

return design:trainer "rewards" {
    here,
    design:reward { name = "first", score = "score = item[0];", cache = 4, chunk = 1, state = { calls = i32(0) }, scores = [[
        $calls++;
        for (int32_t k = 0; k < count; k++)
            out[k] = items[k][0];
    ]] },
    design:reward { name = "second", weight = 0.5, score = "score = 4 + 0 * item[0];" },
    design:novelty { bonus = 0.05 },
    design:log {},
    statistics,
    design:statistics { name = "number", value = "$samples[i][0]", of = { "min", 90 } },
    design:statistics { field = "rewards_final", of = { "mean", 50 }, sources = { "here_batch" }, name = "final" },
    show,
}

-- The model's draws are as frequent as its log-probabilities say, at temperature 2 as their halves do; with unique = true
-- no sample twice; at temperature 0 only the most probable one.
local environment = require "loopc.environment"

local design = environment.new { tokens = "AB", length = 2, room = 256, bs = 200, iters = 500 }

local tally = callback "tally" {
    order = 50,
    state = { times = i64[9], p = f64[9], drawn = i64(0), first = i64[3], first_p = f64[3] { doc = "of the first token, hot" } },
    after_sample = [[
        for (int32_t i = 0; i < $rows; i++)
            for (int32_t k = 0; k < i && !strcmp($sources[i], "unique_batch"); k++)
                if (!strcmp($sources[k], "unique_batch") && !memcmp($samples[i], $samples[k], sizeof $samples[0]))
                    $fail("the same sample twice");
    ]],
    after_get_model_outputs = [[
        for (int32_t i = 0; i < $rows; i++) {
            const int32_t at = 3 * ($samples[i][0] + 1) + $samples[i][1] + 1;
            if (!strcmp($sources[i], "cold_batch") && memcmp($samples[i], $samples[$rows - 1], sizeof $samples[0]))
                $fail("two samples at temperature 0");
            if (!strcmp($sources[i], "hot_batch")) {
                $first[$samples[i][0] + 1]++;
                $first_p[$samples[i][0] + 1] = exp((double)$policy.log_p[i][0] / 2);
            }
            if (strcmp($sources[i], "model_batch")) continue;
            $times[at]++;
            $p[at] = exp((double)$policy.log_p[i][0] + (double)$policy.log_p[i][1]);
            $drawn++;
        }
    ]],
    after_train = [[
        for (int32_t i = 0; i < 9; i++) {
            const double share = (double)$times[i] / (double)$drawn;
            if (fabs(share - $p[i]) > 0.01) $fail("sample %d came in a share of %g, its probability is %g", i, share, $p[i]);
        }
        const double all = $first_p[0] + $first_p[1] + $first_p[2];
        const int64_t hot = $first[0] + $first[1] + $first[2];
        for (int32_t i = 0; i < 3; i++) {
            const double share = (double)$first[i] / (double)hot;
            if (fabs(share - $first_p[i] / all) > 0.01) $fail("token %d came hot in a share of %g instead of %g", i - 1, share,
                $first_p[i] / all);
        }
        puts("as often as said");
    ]],
}

return design:trainer "draws" {
    design:policy { hidden = { 8 } },
    design:from_model { p_batch = 0.6 },
    design:from_model { name = "hot", p_batch = 0.3, temperature = 2 },
    design:from_model { name = "unique", p_batch = 0.02, unique = true },
    design:from_model { name = "cold", p_batch = 0.02, temperature = 0 },
    tally,
}

-- Contrastive pairs: of each pair one is better. Every third sample is filtered with --thin, some without their partners.
local environment = require "loopc.environment"

local design = environment.new { vector = 2, room = 16, bs = 12, iters = 2 }

local thin = callback "thin" {
    state = { thin = bool { option = true } },
    filter_batch = [[
        if (!$thin) return LOOPC_OK;
        for (int32_t i = 0; i < $rows; i++)
            $keep[i] = i % 3 != 2;
        const int32_t kept = loopc_filter($loopc, NULL, $keep, $rows, $rows);
        if (kept < 0) $fail("a filter");
        $rows = kept;
    ]],
}

return design:trainer "pairs" {
    design:pairs { p_batch = 0.75, state = { made = i32 },
        make = [[ for (int32_t i = 0; i < n; i++) to[i][0] = (float)++$made, to[i][1] = 10; ]],
        change = [[ other[1] += other[0]; ]] },
    design:random { p_batch = 0.25 },
    thin,
    design:reward { score = "score = item[1];" },
    callback "show" {
        order = 200,
        after_batch = [[
            for (int32_t i = 0; i < $rows; i++)
                if ($pairs.pair[i]) printf("%d: %g %g -> %g\n", (int)$pairs.pair[i], $samples[i][0], $samples[i][1], $rewards_final[i]);
                else if ($rewards[i] != $rewards_final[i]) $fail("a sample of no pair was changed");
            printf("%d rows\n", $rows);
        ]],
    },
}

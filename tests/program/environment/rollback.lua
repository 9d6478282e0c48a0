-- Rollback: from batch 60 on the learning rate is spoilt until a rollback. With --lasting there is no rollback.
local environment = require "loopc.environment"

local design = environment.new { tokens = "AB", length = 6, fixed = true, room = 64, bs = 48, iters = 120 }

return design:trainer "rollback" {
    design:policy { hidden = { 8 }, eta = 0.02 },
    design:from_model { p_batch = 1 },
    design:reward { score = "for (int32_t at = 0; at < 6; at++) score += item[at] == at % 2 ? 1 : 0;" },
    design:policy_gradient { baseline = "mean" },
    design:rollback { drop = 1, patience = 3, decay = 0.5 },
    callback "spoil" { order = 200, state = { lasting = bool { option = true } },
        before_train = "if ($lasting) $rollback.patience = 1000000;",
        before_batch = "$policy.eta = $Batch.iteration >= 60 && $rollback.rollbacks == 0 ? -0.5f : 0.02f;",
        after_batch = [[
            static int64_t before;
            float now[200] = {0};
            policy_net_get_weights($policy.net, now, sizeof $rollback.weights / sizeof now[0]);
            if ($rollback.rollbacks > before && memcmp(now, $rollback.weights, sizeof $rollback.weights) != 0)
                $fail("these are not the best weights");
            before = $rollback.rollbacks;
        ]],
        after_train = [[ printf("%d rollbacks, best %.1f, average %.1f\n", (int)$rollback.rollbacks, $rollback.best, $rollback.average); ]] },
}

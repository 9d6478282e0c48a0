-- The model against the truth: the probabilities of all samples of a small vocabulary, the gradient by finite differences
-- of the loss. Samples have any length to 3, or all 3 (FIXED); a B may not follow a B (RULE). The test sets the two.
local environment = require "loopc.environment"

local FIXED, RULE = false, false

local HIDDEN, INPUTS, ACTIONS = 5, 3 + 2 * 2, FIXED and 2 or 3
local WEIGHTS = HIDDEN * (INPUTS + 1) + ACTIONS * (HIDDEN + 1)
local COUNT = FIXED and (RULE and 5 or 8) or (RULE and 11 or 15)

local design = environment.new {
    tokens = "AB", length = 3, fixed = FIXED, room = 16, bs = 8, iters = 4,
    allowed = RULE and "if (position > 0 && item[position - 1] == 1) allowed[1] = false;" or nil,
}

local code = ([[
    enum { FIXED = %d, RULE = %d, HIDDEN = %d, INPUTS = %d, ACTIONS = %d, WEIGHTS = %d, COUNT = %d };
]]):format(FIXED and 1 or 0, RULE and 1 or 0, HIDDEN, INPUTS, ACTIONS, WEIGHTS, COUNT)

-- The batch is every sample that there is, once.
local all = callback "all" {
    sample_batch = [[
        for (int32_t length = FIXED ? 3 : 0; length <= 3; length++)
            for (int32_t bits = 0; bits < 1 << length; bits++) {
                if (RULE && (bits & bits >> 1)) continue;
                for (int32_t k = 0; k < 3; k++)
                    $samples[$rows][k] = k < length ? bits >> k & 1 : -1;
                $sources[$rows++] = "all";
            }
        if ($rows != COUNT) $fail("%d samples instead of %d", $rows, COUNT);
    ]],
    reward_modification = "for (int32_t i = 0; i < $rows; i++) $rewards_final[i] = (float)(i % 3);",
    after_get_model_outputs = [[
        double total = 0;
        for (int32_t i = 0; i < $rows; i++) {
            const float *log_p = $policy.log_p[i];
            total += exp((double)log_p[0] + (double)log_p[1] + (double)log_p[2]);
        }
        if (fabs(total - 1) > 1e-5) $fail("the probabilities of all samples make %.8f", total);
    ]],
    after_train = [[ puts("probabilities make 1"); ]],
}

local differences = callback "differences" {
    order = 1,
    state = { flat = f32[WEIGHTS], gradient = f32[WEIGHTS] },
    before_step = [[
        float *to = $gradient;
        memcpy(to, $policy.net->gw0, sizeof $policy.net->gw0);
        memcpy(to += HIDDEN * INPUTS, $policy.net->gb0, sizeof $policy.net->gb0);
        memcpy(to += HIDDEN, $policy.net->gw1, sizeof $policy.net->gw1);
        memcpy(to += ACTIONS * HIDDEN, $policy.net->gb1, sizeof $policy.net->gb1);
        policy_net_get_weights($policy.net, $flat, WEIGHTS);
        double worst = 0, largest = 0;
        for (int32_t w = 0; w < WEIGHTS; w++) {
            const float step = 1e-2f, before = $flat[w];
            double loss[2];
            for (int32_t side = 0; side < 2; side++) {
                $flat[w] = before + (side ? step : -step);
                policy_net_set_weights($policy.net, $flat, WEIGHTS);
                policy_net_forward($policy.net, $policy.x, $rows * 3);
                MASK
                policy_net_log_p($policy.net, $policy.drawn, $policy.weights, $rows * 3);
                loss[side] = 0;
                for (int32_t r = 0; r < $rows * 3; r++) {
                    loss[side] -= (double)($rewards_final[r / 3] * $policy.weights[r]);
                    for (int32_t j = 0; $policy.drawn[r] >= 0 && j < ACTIONS; j++) {
                        const double a = (double)$policy.net->a1[r * ACTIONS + j];
                        if (a > 0) loss[side] += 0.1 * a * log(a);
                    }
                }
                loss[side] /= $rows;
            }
            $flat[w] = before;
            const double difference = (loss[1] - loss[0]) / (2 * (double)step);
            worst = fmax(worst, fabs(difference - (double)$gradient[w]));
            largest = fmax(largest, fabs(difference));
        }
        policy_net_set_weights($policy.net, $flat, WEIGHTS);
        if (largest < 1e-3 || worst > 2e-3 * largest + 1e-4) $fail("the gradient is %g off, of %g", worst, largest);
        puts("gradient agrees");
    ]],
}
differences.before_step = differences.before_step:gsub("MASK",
    RULE and "policy_net_mask($policy.net, $policy.allowed, $rows * 3);" or "")

return design:trainer "policy" {
    code = code,
    design:policy { hidden = { HIDDEN }, eta = 0.05 },
    all,
    design:policy_gradient { baseline = "none" },
    design:entropy { weight = 0.1 },
    differences,
}

-- The model of tokens against the truth: the probabilities of all samples of a small vocabulary, the gradient by finite
-- differences. Samples have any length to 3, or all 3 (FIXED); a B may not follow a B (RULE). The test sets FIXED, RULE and
-- KIND, the loss.
local environment = require "loopc.environment"
local differences = require "differences"

local FIXED, RULE, KIND = false, false, "plain"

local HIDDEN, INPUTS, ACTIONS = 5, 3 + 2 * 2, FIXED and 2 or 3
local WEIGHTS = HIDDEN * (INPUTS + 1) + ACTIONS * (HIDDEN + 1)
local COUNT = FIXED and (RULE and 5 or 8) or (RULE and 11 or 15)

local design = environment.new {
    tokens = "AB", length = 3, fixed = FIXED, room = 16, bs = 8, iters = 4,
    allowed = RULE and "if (position > 0 && item[position - 1] == 1) allowed[1] = false;" or nil,
}

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

return design:trainer "policy" {
    code = ("enum { FIXED = %d, RULE = %d, COUNT = %d };"):format(FIXED and 1 or 0, RULE and 1 or 0, COUNT),
    design:policy { hidden = { HIDDEN }, eta = 0.5, optimizer = { "sgd" }, slow = KIND == "ratio" and { every = 2, share = 0.1 } or nil },
    all,
    KIND == "likelihood" and design:likelihood {}
        or design:policy_gradient { baseline = "none", ratio = KIND == "ratio" and 0.2 or nil },
    design:entropy { weight = 0.1 },
    differences(design, WEIGHTS, ACTIONS, KIND),
}

-- Losses by hand: computed from the log-probabilities of two known samples, weighted and added up; contrast; the slow
-- copy, an exponential average of the model, taken every second batch; clipping.
local environment = require "loopc.environment"

local design = environment.new { tokens = "AB", length = 2, room = 4, bs = 2, iters = 5 }

local WEIGHTS = 3 * (2 + 2 + 1) + 3 * (3 + 1)

local known = callback "known" {
    sample_batch = [[
        static const int32_t both[2][2] = {{0, 1}, {1, -1}};
        memcpy($samples, both, sizeof both);
        $sources[0] = "left", $sources[1] = "right";
        $rows = 2;
    ]],
}

local check = callback "check" {
    order = 1500,
    state = { average = f32[WEIGHTS], weights = f32[WEIGHTS], slow = f32[WEIGHTS], begun = bool(false), running = f32(0) },
    after_get_model_outputs = [[
        policy_net_get_weights($policy.net, $weights, WEIGHTS);
        policy_slow_get_weights($policy.slow, $slow, WEIGHTS);
        if (!$begun) memcpy($average, $weights, sizeof $average);
        $begun = true;
        for (int32_t w = 0; w < WEIGHTS; w++)
            if (fabsf($average[w] - $slow[w]) > 1e-6f) $fail("the slow copy has the weight %g instead of %g", (double)$slow[w],
                (double)$average[w]);
    ]],
    compute_loss = [[
        double wanted = 0;
        for (int32_t i = 0; i < 2; i++) {
            const double log_p = (double)$policy.log_p[i][0] + (double)$policy.log_p[i][1];
            wanted -= 0.5 * ((double)$rewards_final[i] - (double)$running) * log_p / 2 + 3 * log_p / 2;
        }
        if (fabs((double)$loss - wanted) > 1e-5) $fail("the loss is %.7g instead of %.7g", (double)$loss, wanted);
        printf("rewards %g %g, final %g %g\n", (double)$rewards[0], (double)$rewards[1], (double)$rewards_final[0],
               (double)$rewards_final[1]);
    ]],
    zero_grad = { order = 500, [[
        if (policy_net_grad_norm($policy.net) != 0) $fail("a gradient before it is taken");
    ]] },
    before_step = [[
        const float norm = policy_net_grad_norm($policy.net);
        if ($policy.norm < 0.25f || fabsf(norm - 0.25f) > 1e-5f) $fail("the norm is %g, was %g", (double)norm, (double)$policy.norm);
    ]],
    after_batch = [[
        policy_net_get_weights($policy.net, $weights, WEIGHTS);
        for (int32_t w = 0; w < WEIGHTS && $Batch.iteration % 2 == 1; w++)
            $average[w] += 0.25f * ($weights[w] - $average[w]);
    ]],
}

-- The running baseline begins with the first mean, and moves a tenth of the way to each batch's.
local running = callback "running" {
    order = 15,
    compute_loss = [[
        const float mean = ($rewards_final[0] + $rewards_final[1]) / 2;
        $check.running = $Batch.iteration == 0 ? mean : $next;
        $next = $check.running + 0.1f * (mean - $check.running);
    ]],
    state = { next = f32(0) },
}

return design:trainer "losses" {
    code = ("enum { WEIGHTS = %d };"):format(WEIGHTS),
    known, running,
    design:policy { hidden = { 3 }, slow = { every = 2, share = 0.25 }, clip = 0.25 },
    design:reward { score = "score = 1 + 4 * (float)item[0] + (float)$Batch.iteration * (float)(item[0] == 0);" },
    design:contrast { share = 0.5 },
    design:policy_gradient { weight = 0.5 },
    design:likelihood { weight = 3 },
    check,
}

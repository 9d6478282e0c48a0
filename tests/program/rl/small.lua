-- A small learner of each kind, for determinism and resuming: prints the bits of its weights and of its last evaluation. The test puts the
-- agent for AGENT. --halt N: the program gets a SIGTERM behind step N, in the middle of episodes.

local rl = require "loopc.rl"

local kind = "AGENT"
local source = rl.source { (kind == "ppo" or kind == "dqn") and rl.cartpole or rl.pendulum, count = 2, episodes = 2 }
local small = { source, hidden = { 16 }, batch = 16, normalize = true }

local function with(more)
    for key, value in pairs(small) do more[key] = value end
    return more
end

local agents = {
    ppo = function() return rl.ppo(with { steps = 32, epochs = 2, value_clip = 0.2, kl = 0.02, entropy = 0.01 }) end,
    normal = function() return rl.ppo(with { name = "normal", steps = 32, epochs = 2 }) end,
    dqn = function() return rl.dqn(with { room = 200, start = 100, steps = 3, priority = 0.6, dueling = true, hold = 5 }) end,
    td3 = function() return rl.td3(with { room = 200, start = 100, hold = 0.5 }) end,
    sac = function() return rl.sac(with { room = 200, start = 100, every = 2 }) end,
}

local net = kind .. (kind == "dqn" and "_q" or (kind == "td3" or kind == "sac") and "_actor" or "_policy")

return rl.learner "small" {
    include = { "<signal.h>" }, source = source, budget = 600, agent = agents[kind](),
    callback "states" {
        doc = "the first states of the last evaluation, and what came of them",
        state = { show = bool { false, option = true } },
        ["Evaluation.before_run"] = [[
            for (size_t i = 0; i < 2 && $show; i++) {
                printf("state");
                for (size_t k = 0; k < sizeof $worlds[0] / sizeof(float); k++) printf(" %.9g", (double)$worlds[i][k]);
                puts("");
            }
        ]],
        ["Evaluation.after_run"] = 'if ($show) printf("gain %.2f\\ngain %.2f\\n", (double)$gain[0], (double)$gain[1]);',
    },
    callback "halt" {
        state = { halt = i64 { 0, option = true } },
        ["Source.store"] = "if ($halt > 0 && $Source.steps == $halt) raise(SIGTERM);",
        ["Experiment.report"] = ([[
            float weights[400];
            const int32_t count = NET_parameters($FIELD);
            NET_get_weights($FIELD, weights, count);
            double sum = 0;
            for (int32_t k = 0; k < count; k++) sum += (double)weights[k] * (double)(k + 1);
            printf("weights %a, training %a, test %a\n", sum, (double)$Source.mean_return, (double)$Evaluation.mean_return);
        ]]):gsub("NET", net):gsub("FIELD", (net:gsub("_", "."))),
    },
}

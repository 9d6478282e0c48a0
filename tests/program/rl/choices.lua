-- Environments of the library whose best policy is known: a walk over a map, of which only some steps are choices, and a bandit. The test
-- puts the agent for AGENT and the environment for WORLD. No agent may take what is no choice, and the last line is what it does in the end.

local rl = require "loopc.rl"

local kind, world = "AGENT", "WORLD"
local source = rl.source { world == "bandit" and rl.bandit { arms = { 0.1, 0.9, 0.5 } } or rl.grid_world {}, count = 4, episodes = 10 }

local agents = {
    random = function() return rl.random { source } end,
    ppo = function() return rl.ppo { source, hidden = { 16 }, steps = 32, eta = 0.01 } end,
    reinforce = function() return rl.reinforce { source, hidden = { 16 }, steps = 32, eta = 0.01 } end,
    dqn = function() return rl.dqn { source, hidden = { 16 }, eta = 0.01, anneal = true, start = 200, blend = 0.1, target_every = 1 } end,
}

local function all_are_choices(count)
    return world == "bandit" and "" or ([=[
        for (int32_t i = 0; i < %d; i++)
            if (!$allowed[i][$action[i]]) $fail("choice %%d is none", $action[i]);
    ]=]):format(count)
end

return rl.learner "choices" {
    source = source, agent = agents[kind](), budget = 6000,
    callback "look" {
        state = { taken = i64[4] { doc = "how often each choice was taken" } },
        order = 50,
        ["Source.before_step"] = all_are_choices(4) .. "for (int32_t i = 0; i < 4; i++) $taken[$Source.action[i]]++;",
        ["Evaluation.evaluate"] = all_are_choices(10),
        ["Experiment.report"] = [[
            printf("taken %d%d%d%d\n", $taken[0] > 0, $taken[1] > 0, $taken[2] > 0, $taken[3] > 0);
            printf("from %.2f to %.2f, then %d\n", (double)$Evaluation.least, (double)$Evaluation.most, $Evaluation.action[0]);
        ]],
    },
}

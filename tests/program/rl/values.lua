-- Values that are known: a chain of two states, and an environment without an end that is cut after five steps. The test puts the agent for
-- AGENT: dqn, ppo, reinforce, td3 or sac; the last three lines say the values of the two states, and of the one without an end.

local rl = require "loopc.rl"

local kind = "AGENT"
local steps, priority, dueling = STEPS, PRIORITY, DUELING -- luacheck: ignore
local numbers = kind == "td3" or kind == "sac"

-- From the first state to the second, reward 0; from there to the end, reward 1. With the discount 0.5 their values are 0.5 and 1. From the
-- third, which is alone, back to itself with reward 1: its value is 1 + 0.5 + 0.25 ... = 2, although time is up after five steps.
local chain = rl.environment "chain" {
    doc = "two states, and one that is alone",
    state = { "place" }, observation = 3, actions = numbers and 1 or 2, bound = numbers and 1 or nil, limit = 5,
    reset = "e->place = loopc_rng_below(chance, 2) == 0 ? 0.0f : 2.0f;",
    step = [[
        (void)action;
        const float reward = e->place > 0 ? 1 : 0;
        *over = e->place == 1;
        if (e->place == 0) e->place = 1;
        return reward;
    ]],
    observe = "for (int i = 0; i < 3; i++) o[i] = i == (int)e->place ? 1 : 0;",
}

local source = rl.source { chain, count = 4, episodes = 1 }

local agents = {
    ppo = function() return rl.ppo { source, hidden = { 16 }, steps = 32, eta = 0.01, discount = 0.5, decay = 0.9 } end,
    reinforce = function() return rl.reinforce { source, hidden = { 16 }, steps = 32, eta = 0.02, discount = 0.5 } end,
    dqn = function()
        return rl.dqn { source, hidden = { 16 }, eta = 0.01, anneal = true, discount = 0.5, start = 200, blend = 0.1, target_every = 1,
            steps = steps, priority = priority, dueling = dueling }
    end,
    td3 = function()
        return rl.td3 { source, hidden = { 16 }, eta = 0.01, discount = 0.5, start = 200, batch = 32, every = 4, blend = 0.05, steps = steps,
            priority = priority }
    end,
    sac = function()
        return rl.sac { source, hidden = { 16 }, eta = 0.01, discount = 0.5, start = 200, batch = 32, every = 4, blend = 0.05, steps = steps,
            temperature = 1e-6, automatic = false }
    end,
}

local values = {
    ppo = "value = ppo_value_forward($ppo.value, seen[k], 1)[0];",
    reinforce = "value = reinforce_value_forward($reinforce.value, seen[k], 1)[0];",
    dqn = dueling and [[
        const float *const q = dqn_q_forward($dqn.q, seen[k], 1);
        value = q[0] + q[2] - (q[0] + q[1]) / 2;
    ]] or "value = dqn_q_forward($dqn.q, seen[k], 1)[0];",
    td3 = "value = td3_first_forward($td3.first, seen[k], 1)[0];",
    sac = "value = fminf(sac_first_forward($sac.first, seen[k], 1)[0], sac_second_forward($sac.second, seen[k], 1)[0]);",
}

return rl.learner "values" {
    source = source, budget = 12000, agent = agents[kind](),
    callback "tell" {
        ["Experiment.report"] = [[
            const float seen[3][4] = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}};
            for (int k = 0; k < 3; k++) {
                float value = 0;
                ]] .. values[kind] .. [[

                printf("value %.3f\n", (double)value);
            }
        ]],
    },
}

-- An environment that gives what is no number, and an agent that takes what is no choice: --way says which of them (0: none).

local rl = require "loopc.rl"

local odd = rl.environment "odd" {
    doc = "each action by its number: 1 has no reward, 2 leads out of all numbers",
    state = { "place" }, observation = 2, actions = 4, limit = 5,
    reset = "e->place = loopc_between(chance, 0, 1);",
    step = [[
        e->place = action == 2 ? INFINITY : e->place;
        *over = false;
        return action == 1 ? NAN : 1;
    ]],
    observe = "o[0] = 0;\no[1] = e->place;",
}

local source = rl.source { odd, count = 3, episodes = 2 }

return rl.learner "oddities" {
    source = source, budget = 30,
    agent = rl.agent { source,
        state = { way = i32 { 0, option = true } },
        act = [[
            for (int32_t i = 0; i < 3; i++) $action[i] = i == $way ? $way : 0;
            if ($way == 3) $action[0] = 4;
        ]],
        evaluate = "$action[0] = 0;\n$action[1] = $way == 4 ? -1 : 0;",
    },
}

-- Poles side by side, pushed by chance; what they and their returns are in the end, and how many episodes ended.

local rl = require "loopc.rl"

local source = rl.source { rl.cartpole, count = 64, episodes = 1 }

return rl.learner "poles" {
    source = source, budget = 6400, agent = rl.random { source },
    callback "tell" {
        ["Experiment.report"] = [[
            for (int32_t i = 0; i < 64; i++)
                printf("%.9g %.9g %.9g %.9g %.9g %d\n", (double)$Source.worlds[i][0], (double)$Source.worlds[i][1],
                       (double)$Source.worlds[i][2], (double)$Source.worlds[i][3], (double)$Source.gain[i], $Source.ended[i]);
        ]],
    },
}

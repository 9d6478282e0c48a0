-- Acrobot by deep Q-learning: two links that hang from a bar learn to swing their end above a line.
--
-- Every step costs 1, so nothing is learned before the line was reached by chance; returns of five steps bring the news back faster.
--
--     loopc run 35_acrobot_dqn.lua       solved is a mean return better than -100
--
-- Try: steps = 1; --budget 30000; rl.ppo in the place of rl.dqn.

local rl = require "loopc.rl"

local source = rl.source { rl.acrobot }

return rl.learner "acrobot_dqn" {
    doc = "Swings the end of two links above a line.",
    source = source,
    agent = rl.dqn { source, hidden = { 64, 64 }, batch = 64, every = 4, eta = 1e-3, anneal = true, target_every = 1, blend = 0.01, steps = 5,
        explore = { 1, 0.05, 0.12 } },
    budget = 100000,
}

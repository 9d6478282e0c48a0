-- MountainCar by deep Q-learning: an engine too weak for the hill, so the car has to swing, and nothing tells it so.
--
-- Choices by chance, a new one each step, never leave the valley within 200 steps. So such a choice is kept for a while (hold), whose length
-- has a long tail: that is enough to reach the flag now and then, and returns of ten steps do the rest.
--
--     loopc run 36_mountaincar_dqn.lua   solved is a mean return better than -110
--
-- Try: hold = 1, which never arrives; steps = 1.

local rl = require "loopc.rl"

local source = rl.source { rl.mountain_car }

return rl.learner "mountaincar_dqn" {
    doc = "Drives out of a valley by swinging.",
    source = source,
    agent = rl.dqn { source, hidden = { 64, 64 }, batch = 64, every = 4, updates = 2, eta = 1e-3, anneal = true, target_every = 1, blend = 0.01,
        steps = 10, reward_scale = 0.1, explore = { 1, 0.02, 0.3 }, hold = 50, normalize = true },
    budget = 120000,
}

-- Pendulum by proximal policy optimization: no memory of old steps, so it needs more of them: 75,000.
--
-- Four pendulums, 256 steps of each, then 20 passes. The policy is a normal distribution whose mean a net gives; its deviation is learned, too.
--
--     loopc run 34_pendulum_ppo.lua
--
-- Try: discount = 0.9; decay = 0.95; count = 8.

local rl = require "loopc.rl"

local source = rl.source { rl.pendulum, count = 4 }

return rl.learner "pendulum_ppo" {
    doc = "Swings a pendulum up and holds it upright.",
    source = source,
    agent = rl.ppo { source, hidden = { 128, 64 }, steps = 256, batch = 64, epochs = 20, eta = 1e-3, discount = 0.97, decay = 0.9,
        reward_scale = 0.1 },
    budget = 74000,
}

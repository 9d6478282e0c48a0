-- Pendulum by TD3: an actor without randomness of its own, explored by noise on its actions; 10,000 steps.
--
-- Two critics, of which the more pessimistic one counts; a little noise in the target's actions; the actor and the slow copies move at every
-- second update. The same task as in 32_pendulum_sac.lua, and about half of its work.
--
--     loopc run 33_pendulum_td3.lua
--
-- Try: noise = 0.1; delay = 1; smooth = 0.

local rl = require "loopc.rl"

local source = rl.source { rl.pendulum }

return rl.learner "pendulum_td3" {
    doc = "Swings a pendulum up and holds it upright.",
    source = source,
    agent = rl.td3 { source, start = 500, batch = 100, noise = 0.2, discount = 0.98, blend = 0.01 },
    budget = 10000,
}

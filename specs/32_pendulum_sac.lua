-- Pendulum by soft actor-critic: a torque too weak to lift it swings it up, after 10,000 steps.
--
-- Actor and critics have two hidden layers of 64. An update follows each step: the critics learn from remembered steps, the actor follows their
-- derivative by its action, and the temperature keeps its randomness at a given entropy.
--
--     loopc run 32_pendulum_sac.lua                     solved is a mean return better than -200
--     loopc run 32_pendulum_sac.lua -- --evaluate 1000  how it comes to that; --metrics FILE for the curve
--
-- Try: automatic = false, temperature = 0.2; updates = 2; --budget 5000.

local rl = require "loopc.rl"

local source = rl.source { rl.pendulum }

return rl.learner "pendulum_sac" {
    doc = "Swings a pendulum up and holds it upright.",
    source = source,
    agent = rl.sac { source, start = 500, batch = 256 },
    budget = 10000,
}

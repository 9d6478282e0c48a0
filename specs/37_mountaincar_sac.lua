-- MountainCar with a force, by soft actor-critic: 100 for the flag, less 0.1 force^2 for each step.
--
-- To do nothing costs nothing, and most learners settle for that. Noise that stays from step to step (hold) swings the car up the hill in
-- the first 2000 steps, so that the flag is known before anything else is learned.
--
--     loopc run 37_mountaincar_sac.lua   solved is a mean return better than 90
--
-- Try: hold = 0, which never arrives; discount = 0.99.

local rl = require "loopc.rl"

local source = rl.source { rl.mountain_car_continuous }

return rl.learner "mountaincar_sac" {
    doc = "Drives out of a valley by swinging, with little force.",
    source = source,
    agent = rl.sac { source, hidden = { 64, 64 }, batch = 256, every = 4, hold = 0.9, start = 2000, eta = 1e-3, discount = 0.999 },
    budget = 50000,
}

local rl = require "loopc.rl"

local source = rl.source { rl.cartpole }

return rl.learner "cartpole_dqn" {
    doc = "Balances a pole on a cart.",
    source = source,
    agent = rl.dqn { source, hidden = { 64, 64 }, eta = 1e-3, anneal = true, every = 4, updates = 2, steps = 3, explore = { 1, 0.04, 0.2 }, target_every = 200, dueling = true },
    budget = 50000,
}

-- CartPole by deep Q-learning: the agent learns from steps that it remembers, and not only from its last ones.
--
-- One cart. The net gives each of both pushes a value; the agent takes the better one, or by chance another. Double Q-learning, a dueling
-- head, returns of three steps. A pole that was balanced is not balanced for good: the learning rate falls to 0 with the budget.
--
--     loopc run 31_cartpole_dqn.lua
--     loopc run 31_cartpole_dqn.lua -- --evaluate 5000 --metrics curve.jsonl
--     loopc plot curve.jsonl --only Evaluation.mean_return -o curve.svg
--
-- Try: priority = 0.6; steps = 1; double = false; eta = 3e-4.

local rl = require "loopc.rl"

local source = rl.source { rl.cartpole }

return rl.learner "cartpole_dqn" {
    doc = "Balances a pole on a cart.",
    source = source,
    agent = rl.dqn { source, hidden = { 128, 128 }, batch = 64, every = 2, eta = 1e-3, anneal = true, target_every = 1, blend = 0.01,
        reward_scale = 0.05, steps = 3, explore = { 1, 0.02, 0.2 }, room = 100000, dueling = true },
    budget = 75000,
}

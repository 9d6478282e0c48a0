-- Part of loopc.rl: the policy gradient with a baseline (Williams, "Simple statistical gradient-following algorithms for connectionist
-- reinforcement learning", 1992; Sutton and Barto's book, section 13.4).
--
-- The loss of a rollout is the mean of -log p(action) A - entropy * H, A what came after the step (discounted, to the end of the episode
-- or, through a cut, with the value of the last observation) less the baseline, a value net that learns by the squared error: ppo with one
-- pass over the whole rollout and advantages that look to the end, where the ratio is 1.
--
-- rl.reinforce { source, ... }: hidden, activation, steps, eta, anneal, discount, entropy, norm, standardize, normalize, reward_scale, spread
-- as for rl.ppo; every update is of all steps of a rollout.

local common = require "loopc.environment.common"

local known = { hidden = "list", activation = "text", steps = "positive", eta = "number", anneal = "switch", discount = "share", entropy = "number",
    norm = "number", standardize = "switch", normalize = "switch", reward_scale = "number", spread = "number" }

local defaults = { name = "reinforce", steps = 128, eta = 3e-3, doc = "the policy gradient with a baseline" }

return function(rl)
    return function(given)
        local source = type(given) == "table" and given[1]
        if type(source) ~= "table" or not source.is_source then error("rl.reinforce takes a source: rl.reinforce { source }", 2) end
        local named = common.named(given)
        common.check("rl.reinforce", named, known)
        local p = common.with(common.with({ source }, defaults), named)
        p.batch, p.epochs, p.decay = p.steps * source.count, 1, 1
        return rl.ppo(p)
    end
end

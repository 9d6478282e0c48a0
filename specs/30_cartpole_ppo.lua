-- CartPole by proximal policy optimization: loopc.rl, the library that 21_cartpole.lua is the handmade form of.
--
-- Eight carts side by side; 32 steps of each, then 20 passes over these 256 steps. After 100,000 steps 100 fresh episodes are judged
-- without exploration; the pole counts as balanced from a mean return of 475 on.
--
--     loopc run 30_cartpole_ppo.lua                        the mean return
--     loopc run 30_cartpole_ppo.lua -- --evaluate 10000    an evaluation every 10,000 steps; --metrics FILE for the curve
--     loopc explain 30_cartpole_ppo.lua                    the loops, the events, and the callbacks that hear them
--
-- Try: --budget 20000; normalize = true; entropy = 0.01; your own callback with episode_end = [[ ... ]].

local rl = require "loopc.rl"

local source = rl.source { rl.cartpole, count = 8 }

return rl.learner "cartpole_ppo" {
    doc = "Balances a pole on a cart.",
    source = source,
    agent = rl.ppo { source, steps = 32, batch = 256, epochs = 20, eta = 1e-3, discount = 0.98, decay = 0.8, anneal_clip = true },
    budget = 100000,
}

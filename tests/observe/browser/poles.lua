-- Two poles, pushed by chance, for a browser: the first one as a picture, the returns of its episodes, and those of evaluations.

local rl = require "loopc.rl"

local source = rl.source { rl.cartpole, count = 2, episodes = 3 }

return rl.learner "poles" { source = source, budget = 1000000000, evaluate = 200, agent = rl.random { source } }

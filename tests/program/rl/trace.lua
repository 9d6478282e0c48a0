-- A learner of two bandits that says what happens.

local rl = require "loopc.rl"

local source = rl.source { rl.bandit { arms = { 0, 1 } }, count = 2, episodes = 3 }

local tell = { order = 1000 }
for _, event in ipairs(rl.events) do
    tell[event[2] .. "." .. event[1]] = ('puts("%s");'):format(event[1])
end

return rl.learner "trace" {
    source = source, budget = 4,
    agent = rl.agent { source, rounds = 1, updates = 2,
        act = "$action[0] = 0;\n$action[1] = 1;",
        evaluate = "for (int32_t i = 0; i < 3; i++) $action[i] = i == 1;",
    },
    callback "tell" (tell),
    callback "gains" { ["Episode.episode_end"] = [[ printf("environment %d gain %g length %d\n", $environment, (double)$gain, $length); ]] },
}

-- An environment under actions by chance: each step as a line, action, reward, terminated, truncated, state, and what is seen. The test puts
-- the name of the environment for WORLD.

local rl = require "loopc.rl"

local source = rl.source { rl.WORLD, count = 1, episodes = 1 }

return rl.learner "world" {
    source = source, budget = 1500,
    agent = rl.random { source },
    callback "push" {
        doc = "beyond the bounds, too: the source keeps actions within them; and what is no choice",
        ["Source.before_step"] = rl.WORLD.bound and "$action[0][0] *= 1.5f;"
            or rl.WORLD.mask and "if ($Source.steps % 5 == 0) $action[0] = (int32_t)($Source.steps / 5 % 4);" or nil,
    },
    callback "tell" {
        ["Source.observe"] = [[
            printf("%.9g %.9g %d %d", (double)]] .. (rl.WORLD.bound and "$action[0][0]" or "$action[0]") .. [[, (double)$reward[0],
                   $terminated[0], $truncated[0]);
            for (size_t k = 0; k < sizeof $worlds[0] / sizeof(float); k++)
                printf(" %.9g", (double)$worlds[0][k]);
            for (size_t k = 0; k < sizeof $next[0] / sizeof(float); k++)
                printf(" o%.9g", (double)$next[0][k]);
            puts("");
        ]],
    },
}

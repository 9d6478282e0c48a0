-- A bandit: arms that pay 1 with probabilities of their own, one pull an episode. rl.bandit { arms = { 0.2, 0.8 } }.
--
-- The best return is the largest probability. Robbins, "Some aspects of the sequential design of experiments", 1952.

local common = require "loopc.environment.common"

return function(given)
    local arms = common.check("rl.bandit", given, { arms = "list" }).arms or { 0.1, 0.5, 0.9 }
    for _, share in ipairs(#arms > 0 and arms or { -1 }) do
        if type(share) ~= "number" or share < 0 or share > 1 then error("rl.bandit: arms are probabilities, numbers from 0 to 1", 0) end
    end
    local list = {}
    for i, share in ipairs(arms) do list[i] = ("%.9gf"):format(share + 0.0):gsub("^(%-?%d+)f$", "%1.0f") end
    return {
        doc = "a bandit of " .. #arms .. " arms",
        state = { "pulled" }, observation = 1, actions = #arms, limit = 1,
        code = ("\nstatic const float bandit_arms[] = {%s};\n"):format(table.concat(list, ", ")),
        reset = "(void)chance;\ne->pulled = loopc_rng_f32(chance);",
        step = "*over = true;\nreturn e->pulled < bandit_arms[action] ? 1 : 0;",
        observe = "(void)e;\no[0] = 1;",
    }
end

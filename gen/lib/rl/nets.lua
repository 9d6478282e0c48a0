-- Part of loopc.rl: helpers of the agents: their nets, observations brought to the same scale, parameters.

local common = require "loopc.environment.common"

local nets = {}

-- A net of one kind with hidden layers: { inputs, hidden..., outputs }.
function nets.make(inputs, hidden, outputs, keys)
    local layers = { inputs }
    for _, width in ipairs(hidden) do layers[#layers + 1] = width end
    layers[#layers + 1] = outputs
    return mlp(common.with(layers, keys))
end

function nets.largest(...)
    local out = 0
    for _, value in ipairs { ... } do out = math.max(out, value) end
    return out
end

-- The source among the parameters of an agent, which are checked.
function nets.check(word, given, known)
    local source = type(given) == "table" and given[1]
    if type(source) ~= "table" or not source.is_source then error(word .. " takes a source: " .. word .. " { source }", 3) end
    local named = {}
    for key, value in pairs(given) do
        if key ~= 1 then named[key] = value end
    end
    common.check(word, named, known)
    return source
end

-- Observations as the nets see them. With `normalize` they are shifted and scaled by their running mean and deviation, and kept
-- within 10 deviations; else they are as they are. Returns the fields, and C that brings `rows` rows of `from` to `to`
-- (learn: these rows count for the moments).
function nets.observer(source, normalize)
    local seen = source.environment.observation
    local fields = normalize and {
        known = f64 { doc = "observations that the moments are of" },
        means = f64[seen] { doc = "of the observations" },
        squares = f64[seen] { doc = "sums of squared differences from them" },
    } or {}
    return fields, function(from, rows, to, learn)
        local values = { from = from, rows = rows, to = to, seen = seen }
        if not normalize then
            return common.fill("memcpy({to}, {from}, sizeof(float) * (size_t)({rows} * {seen}));", values)
        end
        return common.fill((learn and "loopc_moments_add({from}, {rows}, {seen}, &$known, $means, $squares);\n" or "")
            .. "loopc_moments_scale({from}, {rows}, {seen}, $known, $means, $squares, 10, {to});", values)
    end
end

return nets

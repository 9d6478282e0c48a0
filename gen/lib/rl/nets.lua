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
    common.check(word, common.named(given), known)
    for _, width in ipairs(given.hidden or {}) do
        if math.type(width) ~= "integer" or width < 1 then
            error(("%s: hidden = { 64, 64 }: a width of each layer, whole numbers from 1, not %s"):format(word, width), 3)
        end
    end
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

local function number(x) return (("%.9g"):format(x):gsub("^%-?%d+$", "%0.0")) .. "f" end

-- The last layer of a pilot, from the one of the net: rows of `width` weights, then a bias each.
local last_layers = {
    -- the first outputs alone
    first = "memcpy(to, from, sizeof(float) * {actions} * {width});\nmemcpy(to + {actions} * {width}, from + {outputs} * {width}, "
        .. "sizeof(float) * {actions});",
    -- Q = V + A - mean of A
    dueling = [[
        for (int32_t a = 0; a < {actions}; a++)
            for (int32_t k = 0; k <= {width}; k++) {
                const float *const layer = k < {width} ? from + k : from + {outputs} * {width};
                const int32_t step = k < {width} ? {width} : 1;
                float mean = 0;
                for (int32_t other = 0; other < {actions}; other++)
                    mean += layer[step * other] / {actions};
                (k < {width} ? to + k : to + {actions} * {width})[step * a] = layer[step * a] - mean + layer[step * {actions}];
            }
    ]],
}

-- The pilot of an agent: a net for use outside, from observations as the environment gives them to the action, or to a value or
-- probability for each choice. It is made of the net `from` when a checkpoint is taken: the first layer takes over the shift and scale of
-- observations (but not that they are kept within 10 deviations), the last one what the agent does with the outputs; with `bound` tanh and the
-- bound are layers of their own. `loopc help export`: PROG export --net AGENT.pilot --c-header FILE.
-- p: hidden, activation, name, from, outputs (of that net), dueling, squash, normalize. Returns fields, and C for on_save_checkpoint.
function nets.pilot(source, p)
    local made, layers, sizes = source.environment, { inputs = source.environment.observation, batch = 1 }, { source.environment.observation }
    for i, width in ipairs(p.hidden) do
        layers[i] = dense { width, p.activation }
        sizes[i + 1] = width
    end
    local before, width = 0, sizes[#sizes]
    for i = 2, #sizes do before = before + sizes[i] * (sizes[i - 1] + 1) end
    layers[#layers + 1] = dense { made.actions, p.squash and "tanh" or nil }
    if p.squash then layers[#layers + 1] = dense { made.actions } end
    layers.loss = "squared_error"
    local total = before + made.actions * (width + 1)
    local all = total + (p.squash and made.actions * (made.actions + 1) or 0)
    local values = { name = p.name, from = p.from, before = before, width = width, actions = made.actions, outputs = p.outputs,
        count = before + p.outputs * (width + 1), total = total, all = all, first = sizes[2], seen = made.observation }
    local scale = p.squash and common.fill(([[
        for (int32_t a = 0; a < {actions}; a++)
            $pilot_weights[{total} + ({actions} + 1) * a] = %s;
    ]]):format(number(made.bound)), values) or ""
    local fields = {
        pilot = mlp(layers),
        pilot_weights = f32[all] { doc = "of the pilot, a net for use outside" },
        pilot_source = f32[values.count] { doc = "of the net that it is made of" },
    }
    return fields, common.fill(common.fill([[
        {name}_{from}_get_weights(${from}, $pilot_source, {count});
        memset($pilot_weights, 0, sizeof $pilot_weights);
        memcpy($pilot_weights, $pilot_source, sizeof(float) * {before});
        {
            const float *const from = $pilot_source + {before};
            float *const to = $pilot_weights + {before};
            {last}
        }
        {scale}
        {normalize}
        {name}_pilot_set_weights($pilot, $pilot_weights, {all});
    ]], { last = p.dueling and last_layers.dueling or last_layers.first, scale = scale,
        normalize = p.normalize and "loopc_fold_moments($pilot_weights, {first}, {seen}, $known, $means, $squares);" or "" }), values)
end

return nets

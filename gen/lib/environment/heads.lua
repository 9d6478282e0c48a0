-- Part of loopc.environment: the outputs of a model's net, and their interpretation. Tokens have a softmax over the tokens
-- and the end; numbers a normal distribution, the mean and the logarithm of the deviation put out.
--
-- A head is the interface of the two for the model (policy.lua), the samplers and the losses: functions that return C,
-- for the policy named {policy} and `count` rows, a row a token or number.
--
--     inputs(design, context), outputs(design), keys    of the net
--     fields(design, rows, outputs)                     its fields in the policy's state
--     encode(design, item, position, row)               the inputs of the net for an item, before the choice at a position
--     drawn(design)                                     which choice row r of the batch, sample i at k, was
--     look(net)                                         the net, for all rows of the batch; log-probabilities to {to}
--     draw                                              chooses to[i][k] for the items from `made` on
--     begin, likelihood, entropy, backward              of losses: see runtime/nn/policy.h and runtime/nn/gaussian.h

local common = require "loopc.environment.common"

local heads = { tokens = {}, numbers = {} }

local tokens, numbers = heads.tokens, heads.numbers

tokens.keys = {}

function tokens.inputs(design, context) return design.width + context * #design.tokens end

function tokens.outputs(design) return #design.tokens + (design.fixed and 0 or 1) end

function tokens.fields(design, rows, outputs)
    local fields = { drawn = i32[rows] { doc = "the token of each row, or -1" } }
    if design.allowed then fields.allowed = bool[rows * outputs] { doc = "which tokens may come, a row a token" } end
    return fields
end

-- The mask of allowed choices is kept beside the inputs; the end, if there is one, is always allowed.
function tokens.encode(design, item, position, row)
    local encode = [[
        loopc_encode_tokens({item}, {position}, $width, $vocabulary, ${policy}.context,
                            ${policy}.x + (size_t){row} * (size_t)${policy}.inputs);
    ]]
    local allowed = design.allowed and [[
        ${policy}.allowed[({row} + 1) * ${policy}.actions - 1] = true;
    ]] .. common.mask(design, item, position, "${policy}.allowed + {row} * ${policy}.actions") or ""
    return common.fill(encode .. allowed, { item = item, position = position, row = row })
end

function tokens.drawn(design)
    return common.fill([[
        const bool ended = k >= $length || (k > 0 && $samples[i][k - 1] < 0);
        $drawn[r] = ended ? -1 : $samples[i][k] >= 0 ? $samples[i][k] : {last};
        $live[r] = $drawn[r] >= 0;
    ]], { last = design.fixed and "-1" or "$vocabulary" })
end

local function mask(design, net)
    return design.allowed and ("{policy}_%s_mask(${policy}.%s, ${policy}.allowed, {count});"):format(net, net) or ""
end

function tokens.look(design, net)
    return common.fill("{policy}_{net}_forward(${policy}.{net}, ${policy}.x, {count});" .. mask(design, net)
        .. "{policy}_{net}_log_p(${policy}.{net}, ${policy}.drawn, {to}, {count});", { net = net })
end

function tokens.draw(design)
    return [[
        const float *p = {policy}_net_forward(${policy}.net, ${policy}.x, n - made);
    ]] .. common.fill(mask(design, "net"), { count = "n - made" }) .. [[
        for (int32_t i = made; i < n; i++, p += ${policy}.actions) {
            if (k > 0 && to[i][k - 1] < 0) continue;
            const int32_t token = loopc_draw($random, p, ${policy}.actions, temperature);
            to[i][k] = token < $vocabulary ? token : -1;
        }
    ]]
end

tokens.begin = "{policy}_net_zero_delta(${policy}.net, {count});"
tokens.likelihood = "{policy}_net_likelihood(${policy}.net, ${policy}.drawn, ${policy}.weights, {count})"
tokens.entropy = "{policy}_net_entropy(${policy}.net, ${policy}.weights, {count})"
tokens.backward = "{policy}_net_backward($net, {count});"

numbers.keys = { loss = "squared_error" }

function numbers.inputs(design, context) return design.width + context end

function numbers.outputs() return 2 end

function numbers.fields(_, rows)
    return {
        drawn = f32[rows] { doc = "the number of each row" },
        guess = f32[rows * 2] { doc = "the output of the net" },
        slope = f32[rows * 2] { doc = "the derivative of the loss by that" },
    }
end

function numbers.encode(_, item, position, row)
    return common.fill([[
        loopc_encode_numbers({item}, {position}, $width, ${policy}.context,
                             ${policy}.x + (size_t){row} * (size_t)${policy}.inputs);
    ]], { item = item, position = position, row = row })
end

function numbers.drawn() return "$drawn[r] = $samples[i][k]; $live[r] = true;" end

-- Losses speak of the net itself, so that its guess is kept.
function numbers.look(_, net)
    return common.fill([[
        {
            const float *const guess = {policy}_{net}_forward(${policy}.{net}, ${policy}.x, {count});
            loopc_gaussian_log_p(guess, ${policy}.drawn, {to}, {count});
            {keep}
        }
    ]], { net = net, keep = net == "net" and "memcpy(${policy}.guess, guess, (size_t)({count}) * 2 * sizeof *guess);" or "" })
end

function numbers.draw()
    return [[
        const float *p = {policy}_net_forward(${policy}.net, ${policy}.x, n - made);
        for (int32_t i = made; i < n; i++, p += 2)
            to[i][k] = loopc_gaussian_draw($random, p, temperature);
    ]]
end

numbers.begin = "memset(${policy}.slope, 0, (size_t)({count}) * 2 * sizeof *${policy}.slope);"
numbers.likelihood = "loopc_gaussian_likelihood(${policy}.guess, ${policy}.drawn, ${policy}.weights, ${policy}.slope, {count})"
numbers.entropy = "loopc_gaussian_entropy(${policy}.guess, ${policy}.weights, ${policy}.slope, {count})"

-- The net takes its derivative from a squared error, (guess - aim) / rows: the aim is chosen so that this is the slope.
numbers.backward = [[
    for (int32_t r = 0; r < 2 * {count}; r++)
        $guess[r] -= (float)({count}) * $slope[r];
    {policy}_net_loss($net, $guess, {count});
    {policy}_net_backward($net, {count});
]]

function heads.of(design) return design.vector and numbers or tokens end

return heads

-- The C functions that nets and optimizers offer to bodies: names, types, comments.
--
-- In:  nets and optimizers as mlp.lua describes them. Out: declarations; gen/emit/ writes the functions, the hints of
--      gen/build/c_errors.lua name them.

local mlp = require "gen.tree.mlp"
local replicas = require "gen.tree.replicas"
local spec_tree = require "gen.tree.spec_tree"

local net_functions = {}

local inits = {
    he = "from He's normal distribution", xavier = "from Xavier's uniform distribution",
    normal = "from a normal distribution", zero = "as 0",
}

-- Every function of a net, in the order of the file: a later one may call an earlier one. { name after the prefix,
-- result, arguments after the net itself, what it does in a line or two; needs = the functions it calls, groups = the
-- groups of arrays it works on, const = it only reads the net }. In capitals what depends on the net: TARGETS (what the
-- loss compares with), INIT (its distribution), BATCH (the most rows).
net_functions.all = {
    { "resize", "bool", { "int32_t inputs" },
        { "Sets the number of inputs, before the first use; false if it is out of range." } },
    { "init", "void", { "struct loopc_rng *rng" }, { "Draws the weights INIT; biases are 0." } },
    { "pass", "void", { "INPUT", "ROWS", "PART" },
        { "Forward pass." }, groups = { "activations" }, internal = true },
    { "forward", "const float *", { "const float *x", "int32_t rows" },
        { "The outputs for up to BATCH rows of x, sample-major; valid until the next forward." },
        needs = { "pass" }, groups = { "outputs" } },
    { "forward_train", "const float *", { "const float *x", "int32_t rows" },
        { "The same in training: dropouts drop, and batch_norm takes the means of these rows." },
        needs = { "forward" }, needs_deep = { "pass" }, groups = { "outputs" } },
    { "argmax", "int32_t", { "int32_t row" },
        { "The predicted class of one row. After forward." }, const = true, groups = { "activations" } },
    { "predict", "void", { "const float *x", "int32_t rows", "int32_t *classes" },
        { "The predicted class of each row of x." }, needs = { "forward" } },
    { "correct", "int32_t", { "const int32_t *labels", "int32_t rows" },
        { "The number of rows whose predicted class is their label. After forward." }, const = true,
        groups = { "activations" } },
    { "loss", "float", { "TARGETS", "int32_t rows" },
        { "The mean loss of the rows; sets its gradient for backward. After forward." },
        groups = { "delta", "losses" } },
    { "mask", "void", { "const bool *allowed", "int32_t rows" },
        { "Excludes the outputs that are not allowed in each row from the softmax. After forward." },
        groups = { "outputs" } },
    { "log_p", "void", { "const int32_t *actions", "float *log_p", "int32_t rows" },
        { "The log-probability of the action drawn in each row, 0 for an action below 0. After forward." }, const = true,
        groups = { "activations" } },
    { "zero_delta", "void", { "int32_t rows" },
        { "Begins a loss that is a sum of terms: sets its gradient to 0. After forward." },
        groups = { "delta" } },
    { "likelihood", "float", { "const int32_t *actions", "const float *weights", "int32_t rows" },
        { "Adds weights[r] * -log p(actions[r]) of each row to the loss and its gradient; returns the sum. After zero_delta." },
        groups = { "delta" } },
    { "entropy", "float", { "const float *weights", "int32_t rows" },
        { "Subtracts weights[r] * the entropy of each row from the loss; returns the sum. After zero_delta." },
        groups = { "delta" } },
    { "zero_grad", "void", {}, { "Sets the gradients to 0." }, groups = { "gradients" } },
    { "backward", "void", { "int32_t rows" },
        { "Adds the gradients of the loss to those already there. After loss." }, passes_back = true,
        groups = { "delta", "deltas", "gradients" } },
    { "backward_from", "void", { "const float *d", "int32_t rows" },
        { "The same for a loss that is calculated outside: d is its derivative by the outputs, a row each. After forward." },
        passes_back = true,
        needs = { "backward" }, groups = { "delta", "deltas", "gradients", "outputs", "gates" } },
    { "input_grad", "const float *", { "int32_t rows" },
        { "The derivative of the loss by the inputs, a row each; valid until the next backward. After backward, and before",
            "the weights move." }, groups = { "delta", "deltas", "input" } },
    { "input_grad_from", "const float *", { "const float *d", "int32_t rows" },
        { "The same for a loss that is calculated outside, without the gradients, which stay as they are: d is its derivative",
            "by the outputs, a row each. After forward." },
        groups = { "delta", "deltas", "input", "outputs", "gates" } },
    { "scale_grad", "void", { "float factor" }, { "Multiplies the gradients." }, groups = { "gradients" } },
    { "grad_norm", "float", {}, { "The Euclidean norm of all gradients together." }, const = true,
        groups = { "gradients" } },
    { "clip_grad", "float", { "float limit" },
        { "Scales the gradients to the norm `limit` if theirs is larger; returns the norm before. A limit below 0, or NaN,",
            "is a failure of the body that calls it." },
        needs = { "grad_norm", "scale_grad" }, groups = { "limits" }, refuses = true },
    { "freeze", "void", { "int32_t layer" },
        { "Keeps the weights of a layer, counted from 0 among those that have some, as they are from now on." },
        groups = { "freezes" }, deep = true },
    { "thaw", "void", { "int32_t layer" }, { "Lets them move again." }, groups = { "freezes" }, deep = true },
    { "activations", "struct loopc_spread", { "int32_t layer", "int32_t rows" },
        { "Mean, deviation, greatest size (most) and share of zeros of what a layer puts out, counted from 0 among those with",
            "weights; of the last layer before softmax or sigmoid. After forward or train." }, const = true, groups = { "activations" } },
    { "gradients", "struct loopc_spread", { "int32_t layer" },
        { "The same of the derivatives by its weights. After backward, or a train that stores them: that of an optimizer with",
            "clip_norm, clip_value or accumulate." }, const = true, groups = { "gradients" } },
    { "parameters", "int32_t", {}, { "The number of weights and biases." }, const = true },
    { "set_weights", "bool", { "const float *flat", "int32_t count" },
        { "Sets all weights from a list: per layer the matrix, a row per output, then the biases.",
            "Returns false and changes nothing if count is not their number." } },
    { "get_weights", "bool", { "float *flat", "int32_t count" },
        { "Writes all weights to a list, in the order of set_weights." }, const = true },
    { "blend", "bool", { "float *flat", "int32_t count", "float share" },
        { "Moves a list of weights, in the order of set_weights, by that share towards those of the net." }, const = true },
}

net_functions.inits = inits

-- The lines of a function's comment, for this net.
function net_functions.doc(net, entry)
    local words = { INIT = inits[net.init], BATCH = tostring(net.batch) }
    local lines = {}
    for i, line in ipairs(entry[4]) do lines[i] = line:gsub("%f[%u]%u%u+", words) end
    return lines
end

-- The arguments after the net itself. A net that begins in another one, whose struct is `trunk`, is given that: it reads what a layer of
-- it makes in the place of rows, and passes derivatives back.
function net_functions.given(entry, trunk)
    if not trunk then return entry[3] end
    local out = { entry.passes_back and ("struct %s *from"):format(trunk) or nil }
    for _, argument in ipairs(entry[3]) do
        local reads = argument == "INPUT" or argument == "const float *x"
        out[#out + 1] = reads and ("const struct %s *from"):format(trunk) or argument
    end
    return out
end

-- The arguments of a function as C declarations, the net first.
function net_functions.arguments(net, entry)
    local notes = net.doubtful and net.doubtful[net.prefix .. "_" .. entry[1]] -- in the net, that there were too many rows
    local args = { ("%sstruct %s *n"):format(entry.const and not notes and "const " or "", net.struct) }
    for _, argument in ipairs(net_functions.given(entry, net.trunk and net.trunk.struct)) do
        local targets = mlp.targets(net) == "labels" and "const int32_t *labels" or "const float *y"
        local special = { TARGETS = targets,
            INPUT = net.ops and "struct loopc_rows x" or net.threads and ("const struct %s_input *input"):format(net.prefix) or "",
            ROWS = net.narrow and "" or "int32_t rows", PART = net.threads and "struct loopc_thread me" or "" }
        argument = special[argument] or argument
        if argument ~= "" then args[#args + 1] = argument end
    end
    return args
end

-- Functions of nets with a softmax alone, but for zero_delta, which other nets have for what their heads pass back: a
-- class is drawn from its probabilities.
local of_policies = { mask = true, log_p = true, zero_delta = true, likelihood = true, entropy = true }

-- Whether a net has that function.
function net_functions.offered(net, entry)
    if entry[1] == "resize" then return net.inputs_from end
    if entry.deep then return net.ops ~= nil end
    if entry[1]:find "^input_grad" then return not (net.trunk or net.from) end
    if entry[1] == "zero_delta" and net.heads then return true end
    return not of_policies[entry[1]] or net.output == "softmax"
end

-- The functions that a net offers to bodies: { { name, result, arguments (C declarations), doc }, ... }.
function net_functions.of_net(net)
    local offers = {}
    for _, entry in ipairs(net.replicas and replicas.all or {}) do
        if not entry.internal then
            offers[#offers + 1] = { name = net.prefix .. "_" .. entry[1], result = entry[2], arguments = replicas.arguments(net, entry),
                doc = replicas.doc(net, entry, inits) }
        end
    end
    if net.replicas then return offers end
    for _, entry in ipairs(net_functions.all) do
        if net_functions.offered(net, entry) and not entry.internal then
            offers[#offers + 1] = {
                name = net.prefix .. "_" .. entry[1], result = entry[2], arguments = net_functions.arguments(net, entry),
                doc = net_functions.doc(net, entry),
            }
        end
    end
    return offers
end

-- The functions of a trainer's nets that may refuse an argument, which is then stored in the net until the body that has called
-- them fails: name -> field of the net.
function net_functions.refusing(trainer)
    local out = {}
    for _, field in ipairs(spec_tree.fields(trainer)) do
        for _, entry in ipairs(field.type == "mlp" and net_functions.all or {}) do
            if entry.refuses then out[mlp.prefix_of(field) .. "_" .. entry[1]] = field end
        end
    end
    return out
end

-- The functions of a net field that are given a number of rows: name -> its place among the arguments, or 0 for the index of a row.
function net_functions.rows_places(field)
    local out, prefix = {}, mlp.prefix_of(field)
    for _, entry in ipairs(field.parameters.replicas and replicas.all or net_functions.all) do
        for i, argument in ipairs(not entry.internal and net_functions.given(entry, field.parameters.trunk and "t") or {}) do
            if argument == "int32_t rows" then out[prefix .. "_" .. entry[1]] = i + 1 end
            if argument == "int32_t row" then out[prefix .. "_" .. entry[1]] = 0 end
        end
    end
    out[prefix .. "_train"], out[prefix .. "_train_from"] = 5, 6
    return out
end

-- The names of the functions of an optimizer.
function net_functions.step_name(optimizer) return optimizer.prefix .. "_step" end

function net_functions.swap_name(optimizer) return optimizer.prefix .. "_swap" end

function net_functions.train_name(optimizer) return optimizer.net.prefix .. "_train" end

function net_functions.train_from_name(optimizer) return optimizer.net.prefix .. "_train_from" end

-- The functions that an optimizer offers to bodies: { { name, result, arguments (C declarations), doc }, ... }: step, train,
-- train_from.
function net_functions.of_optimizer(optimizer)
    local net = optimizer.net
    if net.replicas then return replicas.of_optimizer(optimizer) end
    local targets = mlp.targets(net) == "labels" and "const int32_t *labels" or "const float *y"
    local self, other = ("struct %s *o"):format(optimizer.struct), ("struct %s *n"):format(net.struct)
    return {
        { name = net_functions.step_name(optimizer), result = "void", arguments = { self, other, "float eta" },
            doc = { "Takes an optimizer step with the learning rate eta." } },
        { name = net_functions.train_name(optimizer), result = "float",
            arguments = { other, self, "const float *x", targets, "int32_t rows", "float eta" },
            doc = { "Trains on one batch; returns its mean loss before the step." } },
        { name = net_functions.train_from_name(optimizer), result = "float",
            arguments = { other, self, "const struct loopc_dataset *data", "uint64_t key", "int64_t first",
                "int32_t rows", "float eta" },
            doc = { "The same for rows of a data set, from the index first on, in the order of key (0: as stored).",
                "NaN if there is no such row." } },
        { name = net_functions.swap_name(optimizer), result = "void", arguments = { self, other },
            doc = { "Exchanges the weights and their average (ema): before an evaluation, and again after it." } },
    }
end

return net_functions

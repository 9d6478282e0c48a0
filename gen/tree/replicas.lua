-- Nets with replicas: how many, the C functions that they and their optimizers offer, their tensors.
--
-- In:  nets and optimizers as gen/tree/mlp.lua describes them, nets with `replicas`. Out: declarations and checkpoint entries;
--      gen/emit/replicas.lua writes the functions. Where elements are: runtime/nn/replica.h.
--
-- Replica m is the net NET.m in checkpoints, exports and predictions, with the tensors of a net of its own.

local mlp = require "gen.tree.mlp"

local replicas = { most = 1024, group = 16 }

-- Every function of a net of replicas; as net_functions.all. BATCH, COUNT and TARGETS depend on the net.
replicas.all = {
    { "init", "void", { "uint64_t seed" },
        { "Draws the weights INIT: those of replica m as a net of its own has them with --seed seed + m; biases are 0." } },
    { "pass", "void", { "GROUP", "int32_t rows" }, { "Forward pass of a group." }, internal = true },
    { "forward", "const float *", { "const float *x", "int32_t rows" },
        { "The outputs of all COUNT replicas for up to BATCH rows of x, one replica after the other; valid until the next forward." },
        needs = { "pass" } },
    { "mean", "const float *", { "const float *x", "int32_t rows" },
        { "The means of these outputs over the replicas." }, needs = { "forward" } },
    { "parameters", "int32_t", {}, { "The number of weights and biases of a replica." }, const = true },
    { "set_weights", "bool", { "int32_t replica", "const float *flat", "int32_t count" },
        { "Sets the weights of a replica from a list: per layer the matrix, a row per output, then the biases.",
            "Returns false and changes nothing if there is no such replica or count is not their number." } },
    { "get_weights", "bool", { "int32_t replica", "float *flat", "int32_t count" },
        { "Writes the weights of a replica to a list, in the order of set_weights." }, const = true },
}

function replicas.groups(net) return (net.replicas + replicas.group - 1) // replicas.group end

-- The arguments of a function as C declarations, the net first.
function replicas.arguments(net, entry)
    local args = { ("%sstruct %s *n"):format(entry.const and "const " or "", net.struct) }
    for _, argument in ipairs(entry[3]) do
        if argument ~= "GROUP" then args[#args + 1] = argument elseif replicas.groups(net) > 1 then args[#args + 1] = "int32_t g" end
    end
    return args
end

-- The lines of a function's comment; `inits` as in net_functions.
function replicas.doc(net, entry, inits)
    local words = { INIT = inits[net.init], BATCH = tostring(net.batch), COUNT = tostring(net.replicas) }
    local lines = {}
    for i, line in ipairs(entry[4]) do lines[i] = line:gsub("%f[%u]%u%u+", words) end
    return lines
end

-- The functions that an optimizer of a net of replicas offers: train and train_from.
function replicas.of_optimizer(optimizer)
    local net = optimizer.net
    local self, other = ("struct %s *o"):format(optimizer.struct), ("struct %s *n"):format(net.struct)
    return {
        { name = net.prefix .. "_train", result = "const float *",
            arguments = { other, self, "const float *x", mlp.targets(net) == "labels" and "const int32_t *labels" or "const float *y",
                "int32_t rows", "const float *eta" },
            doc = { "Trains each replica on rows of its own, one replica after the other in x and in what it learns, with its",
                "learning rate in eta; returns the mean loss of each before the step." } },
        { name = net.prefix .. "_train_from", result = "const float *",
            arguments = { other, self, "const struct loopc_dataset *data", "const uint64_t *keys", "int64_t first", "int32_t rows",
                "const float *eta" },
            doc = { "The same for rows of a data set, from the index first on, for each replica in the order of its key (0: as stored).",
                "NaN if there is no such row." } },
    }
end

-- The entries of one array: a tensor for each replica, which begins at an element of the array.
function replicas.entries(net, owner, array, letter, suffix)
    local rows = array.matrix and array.rows or 1
    local stride = array.columns < 16 and array.columns or array.columns | 1
    local out = {}
    for m = 0, net.replicas - 1 do
        local at = m // replicas.group * (rows * stride * replicas.group) + m % replicas.group
        out[m + 1] = { name = ("%s.%d.layers.%d.%s%s"):format(owner.full, m, array.layer.index, array.part, suffix),
            lvalue = ("%s.%s%s[%d]"):format(owner.lvalue, letter, array.name, at), type = "LOOPC_F32", replica = true,
            dims = array.matrix and { array.rows, array.columns } or { array.columns } }
    end
    return out
end

return replicas

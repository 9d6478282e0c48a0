-- Nets, optimizers and data sets of a trainer, between the spec tree and their emitter (mlp.lua).

local ctext = require "gen.c.text"
local cvalue = require "gen.c.value"
local bodies = require "gen.emit.bodies"
local emit_datasets = require "gen.emit.datasets"
local emit_mlp = require "gen.emit.mlp"
local mlp = require "gen.tree.mlp"
local net_frame = require "gen.emit.net_frame"
local net_pairs = require "gen.tree.net_pairs"
local replicas = require "gen.tree.replicas"
local spec_tree = require "gen.tree.spec_tree"

local emit_nets = {}

local prefix_of = mlp.prefix_of

local net_keys = { "layers", "activation", "output", "loss", "batch", "init", "inits", "inputs_max", "shards", "replicas", "ops", "heads",
    "label_smoothing", "doubtful", "class_weights", "targets", "delta", "quantile", "reduction" }

local function describe_net(unit, field)
    local net = { name = prefix_of(field), prefix = prefix_of(field), struct = unit.struct .. "_" .. prefix_of(field),
        source = bodies.where(unit, field.at) }
    for _, key in ipairs(net_keys) do net[key] = field.parameters[key] end
    net.inputs_from = field.parameters.inputs_from
    if net.shards == 1 then net.shards = nil end
    net.is_plain = unit.options.device -- no vectors: nothing is kept in them
    net.remat = unit.options.remat
    field.struct, field.net = net.struct, net
    return net
end

local optimizer_keys = { "kind", "momentum", "weight_decay", "beta1", "beta2", "epsilon", "nesterov", "dampening", "alpha", "momentum_decay",
    "no_decay", "clip_norm", "clip_value", "ema", "accumulate" }

local function describe_optimizer(unit, field)
    local optimizer = { name = prefix_of(field), prefix = prefix_of(field), struct = unit.struct .. "_" .. prefix_of(field),
        net = field.parameters.net.net }
    for _, key in ipairs(optimizer_keys) do
        optimizer[key] = field.parameters[key]
    end
    field.struct, field.optimizer = optimizer.struct, optimizer
    return optimizer
end

-- Names in all C of the spec, collected by a function of ctext.
local function collect(unit, names_of)
    local names = {}
    for _, source in ipairs(unit.sources_used) do names_of(source.body.text, names) end
    for _, hook in ipairs(spec_tree.hooks(unit.trainer)) do names_of(hook.body.text, names) end
    for _, loop in ipairs(unit.trainer.loops) do
        for _, text in ipairs(spec_tree.expressions(loop)) do names_of(text.body.text, names) end
    end
    if unit.trainer.code then names_of(unit.trainer.code.text, names) end
    return names
end

-- All identifiers that the C of the spec names: which functions of nets are wanted.
local function used_names(unit) return collect(unit, ctext.identifiers) end

-- Whether the C of the spec names one of these.
function emit_nets.names_one_of(unit, names)
    local used = used_names(unit)
    for _, name in ipairs(names) do
        if used[name] then return true end
    end
    return false
end

-- Heads know the net that they begin in and the value of it that they read; it keeps room for what they pass back. Returns the
-- nets, heads last: their functions name the structs of the others.
local function join_heads(fields, used)
    local first, heads = {}, {}
    for _, field in ipairs(fields) do
        local net, trunk = field.net, field.parameters.trunk
        table.insert(trunk and heads or first, net)
        if trunk then
            net.trunk, net.tap = trunk.net, trunk.parameters.places[field.parameters.tap]
            local learns = used[net.prefix .. "_backward"] or used[net.prefix .. "_backward_from"]
            if learns then
                trunk.net.taps = trunk.net.taps or {}
                trunk.net.taps[net.tap] = true
            end
        end
    end
    return table.move(heads, 1, #heads, #first + 1, first)
end

-- Describes the nets, optimizers and data sets of a trainer, with the functions of them that bodies call.
function emit_nets.describe(unit)
    for _, field in ipairs(spec_tree.fields_of_type(unit.trainer, "dataset")) do field.options_name = prefix_of(field) .. "_options" end
    local optimizers, fields = {}, spec_tree.fields_of_type(unit.trainer, "mlp")
    for _, field in ipairs(fields) do describe_net(unit, field) end
    for i, field in ipairs(spec_tree.fields_of_type(unit.trainer, "optimizer")) do optimizers[i] = describe_optimizer(unit, field) end
    local used = used_names(unit)
    local nets = join_heads(fields, used)
    for _, net in ipairs(nets) do
        net.accumulates = used[net.prefix .. "_backward"] or used[net.prefix .. "_zero_grad"]
        net.is_frozen = net.ops and (used[net.prefix .. "_freeze"] or used[net.prefix .. "_thaw"])
    end
    for _, optimizer in ipairs(optimizers) do
        optimizer.idle = emit_mlp.is_idle(optimizer, used)
        if (optimizer.accumulate or 1) > 1 then optimizer.net.accumulates = true end
    end
    unit.nets = { nets = nets, optimizers = optimizers, used = used, pairs = {} }
    for _, pair in ipairs(net_pairs.of(nets)) do
        if used[pair.name] then table.insert(unit.nets.pairs, pair) end
    end
end

-- Includes the kernels of nets of layers, where one net follows another by averages, and of nets that are trained in registers, when
-- there are some.
function emit_nets.write_include(unit, w)
    local is_deep, blends = false, false
    if unit.options.device then return end -- it is in loopc_device.h
    if unit.measures_rows == "arrays of arrays" then w:directive("#define LOOPC_ARRAYS_OF_ARRAYS") end
    if unit.measures_rows then w:directive('#include "run/take.h"') end
    for _, net in ipairs(unit.nets.nets) do is_deep = is_deep or net.ops ~= nil end
    for _, pair in ipairs(unit.nets.pairs) do blends = blends or pair.entry[1] == "blend" end
    if is_deep then
        w:directive('#include "nn/deep.h"')
        if not unit.options.lib then w:directive('#include "export/deep.h"') end
    elseif blends then
        w:directive('#include "nn/pace.h"')
    end
    local repeats, repeats_narrowly = emit_mlp.replicated(unit.nets.nets)
    if repeats and not repeats_narrowly then w:directive('#include "nn/replica.h"') end
    if emit_nets.shards(unit) then
        w:directive('#include "nn/shards.h"')
        w:directive('#include "nn/vector.h"')
        w:directive('#include "parallel/ranks.h"')
    end
    local lanes = emit_mlp.narrow_lanes(unit.nets.nets, unit.nets.optimizers, unit.nets.used)
    if lanes and not repeats_narrowly then w:directive("#define LOOPC_MOST_LANES %d /* no narrow net is wider */", lanes) end
    if lanes or repeats_narrowly then w:directive('#include "nn/narrow.h"') end
    if repeats_narrowly then w:directive('#include "nn/replica_lanes.h"') end
end

-- The fewest shards of a net that is trained in shards, or nil.
function emit_nets.shards(unit)
    local fewest
    for _, optimizer in ipairs(unit.nets.optimizers) do
        local shards = optimizer.net.shards
        if shards and optimizer.net.ops == nil and emit_mlp.is_trained(optimizer.net, unit.nets.optimizers, unit.nets.used) then
            fewest = math.min(fewest or shards, shards)
        end
    end
    return fewest
end

-- All arrays of one net from those of another.
local function write_pair(w, pair)
    for _, array in ipairs(net_pairs.arrays(pair.to)) do
        local to, from = "n->" .. array.name, "from->" .. array.name
        if pair.entry[1] == "copy" then
            w:line("memcpy(%s, %s, sizeof %s);", to, from, to)
        else
            w:line("loopc_average(%s, %s, %s, %s, share);", to, from, array.rows, array.columns)
        end
    end
end

-- Writes the structs and functions of all nets and optimizers, then what is between two nets.
function emit_nets.write(unit, w)
    emit_mlp.emit(w, unit.nets.nets, unit.nets.optimizers, unit.nets.used)
    for _, pair in ipairs(unit.nets.pairs) do
        net_frame.write_function(w, pair, { result = "void", name = pair.name, arguments = pair.arguments, doc = pair.doc }, write_pair)
    end
end

local function owner_of(field) return { full = field.full, lvalue = (field.lvalue:gsub("^s%->", "")) } end

-- The tensors of replicas: those of each, or the moments of their optimizer.
local function replica_entries(field, net)
    local out, owner = {}, owner_of(field)
    local function add(array, letter, suffix)
        local entries = replicas.entries(net, owner, array, letter, suffix)
        table.move(entries, 1, #entries, #out + 1, out)
    end
    if field.optimizer then
        out[1] = { name = owner.full .. ".step", lvalue = owner.lvalue .. ".step", type = "LOOPC_I64", dims = {} }
    end
    for _, array in ipairs(mlp.arrays(net)) do
        if field.net then add(array, "", "") end
        for _, moment in ipairs(field.optimizer and mlp.moments(field.optimizer) or {}) do add(array, moment[1], "." .. moment[2]) end
    end
    return out
end

-- The tensors of a net or an optimizer, as mlp.net_entries has them; gradients when bodies add them up themselves.
function emit_nets.entries(field)
    local net = field.net or field.parameters.net.net
    if net.replicas then return replica_entries(field, net) end
    if field.net then return mlp.net_entries(field.net, owner_of(field), field.net.accumulates) end
    return mlp.optimizer_entries(field.optimizer, owner_of(field), owner_of(field.parameters.net))
end

-- The initialisation of the nets as { declarations, lines }, or nil: the width of the data, then first weights from a stream named
-- after the net.
function emit_nets.prepare(unit)
    local declarations, rest = {}, {}
    for _, field in ipairs(spec_tree.fields_of_type(unit.trainer, "mlp")) do
        local data = field.parameters.inputs_from
        local lines = emit_mlp.prepare(field.net, field.lvalue, data and data.lvalue, data and data.full)
        declarations[#declarations + 1] = lines[1] or nil -- its random stream
        table.move(lines, 2, #lines, #rest + 1, rest)
    end
    return #rest > 0 and { declarations = declarations, lines = rest } or nil
end

-- Whether several processes may each read the rows that they train on: all samples go by functions that ask for them
-- (loopc_dataset_need). A member x, of whatever struct, may be the samples.
local function reads_by_rows(unit, used)
    if not emit_nets.shards(unit) or used.loopc_dataset_pick or collect(unit, ctext.members).x then return false end
    for _, net in ipairs(unit.nets.nets) do
        if used[net.prefix .. "_train_from"] and (net.ops or not net.shards) then return false end
    end
    return true
end

-- The static options of the data sets, one struct each.
function emit_nets.write_dataset_options(unit, w)
    local fields = spec_tree.fields_of_type(unit.trainer, "dataset")
    local used = #fields > 0 and used_names(unit) or {}
    local splits, weighs = used.loopc_dataset_split, used.loopc_dataset_take_weights or used.weights
    for _, field in ipairs(spec_tree.fields_of_type(unit.trainer, "mlp")) do weighs = weighs or used[prefix_of(field) .. "_train_from"] end
    local by_rows = #fields > 0 and reads_by_rows(unit, used)
    for _, field in ipairs(fields) do
        local options = emit_datasets.options(field, { splits = splits, by_rows = by_rows, weighs = weighs })
        w:line("static const struct loopc_dataset_options %s = %s;", field.options_name, options)
    end
    if #fields > 0 then w:blank() end
end

local answers = { labels = "LOOPC_ANSWERS_LABELS", targets = "LOOPC_ANSWERS_TARGETS" }

-- The data sets that a net reads; the name of the table, or nil where there are none.
local function write_feeds(w, field)
    local feeds = field.parameters.feeds
    if #feeds == 0 then return nil end
    local name = prefix_of(field) .. "_feeds"
    w:line("static const struct loopc_feed %s[] = {", name)
    for _, feed in ipairs(feeds) do
        local parts = { (".data = %s"):format(cvalue.string(feed.data.full)) }
        if feed.answers then parts[#parts + 1] = (".answers = %s"):format(answers[feed.answers]) end
        if feed.learns then parts[#parts + 1] = ".learns = true" end
        if feed.unweighed then parts[#parts + 1] = (".unweighed = %s"):format(cvalue.string(feed.unweighed)) end
        if feed.each then parts[#parts + 1] = (".loop = %s, .each = %d"):format(cvalue.string(feed.loop), feed.each) end
        w:line("    {%s},", table.concat(parts, ", "))
    end
    w:line("};")
    return name
end

-- The operations up to the value at which a head begins, then its own.
local function whole_ops(field)
    local out, parameters = {}, field.parameters
    local trunk, tap = parameters.trunk, parameters.trunk and field.net.tap or 0
    for k = 1, tap do out[k] = setmetatable({ net = trunk.full }, { __index = trunk.parameters.ops[k] }) end
    for _, op in ipairs(parameters.ops) do
        out[#out + 1] = setmetatable({ input = op.input + tap, skip = op.skip and op.skip + tap }, { __index = op })
    end
    return out
end

-- The operations of a net that is more than dense layers; the name of the table, or nil.
local function write_ops(w, field)
    if not field.parameters.ops then return nil end
    local name = prefix_of(field) .. "_ops"
    w:open("static const struct loopc_op %s[] = {", name)
    for _, op in ipairs(whole_ops(field)) do
        local parts = { ".kind = LOOPC_OP_" .. op.kind:upper() }
        if op.net then parts[#parts + 1] = (".net = %s"):format(cvalue.string(op.net)) end
        if op.index then parts[#parts + 1] = (".layer = %d"):format(op.index) end
        parts[#parts + 1] = (".input = %d"):format(op.input)
        if op.skip then parts[#parts + 1] = (".skip = %d"):format(op.skip) end
        if op.activation and op.activation ~= "identity" then parts[#parts + 1] = (".activation = %s"):format(cvalue.string(op.activation)) end
        if op.epsilon then parts[#parts + 1] = (".epsilon = %s"):format(cvalue.of("f32", op.epsilon)) end
        if op.vocabulary then
            parts[#parts + 1] = (".vocabulary = %d, .column = %d, .source = %d"):format(op.vocabulary, op.column, op.source)
        end
        if op.bias == false then parts[#parts + 1] = ".has_no_bias = true" end
        w:line("{%s},", table.concat(parts, ", "))
    end
    w:close("};")
    return name
end

-- Whether a net only keeps the weights of another one: nothing runs it.
local function is_kept(unit, net)
    for _, pair in ipairs(unit.nets.pairs) do
        if pair.to == net and not net.groups.activations then return true end
    end
    return false
end

-- The optimizer of a net that keeps an average of its weights, or nil.
local function averaging(unit, net)
    for _, field in ipairs(spec_tree.fields_of_type(unit.trainer, "optimizer")) do
        if field.parameters.net == net and field.parameters.ema then return field end
    end
end

local function net_row(unit, field, name, feeds, ops)
    local parameters = field.parameters
    local parts = {}
    local function add(key, value) parts[#parts + 1] = (".%s = %s"):format(key, tostring(value)) end
    for i, text in ipairs { name, parameters.activation, parameters.output, parameters.loss } do parts[i] = cvalue.string(text) end
    local first = parameters.trunk and parameters.trunk.parameters or parameters
    add("layers", #parameters.layers - 1)
    add("inputs", first.inputs_from and mlp.layers(first)[1].room or first.layers[1])
    add("outputs", parameters.layers[#parameters.layers])
    if mlp.target_count(parameters) ~= parameters.layers[#parameters.layers] then add("targets", mlp.target_count(parameters)) end
    if first.inputs_from then add("open", true) end
    if parameters.data then add("data", cvalue.string(parameters.data.full)) end
    local average = averaging(unit, field)
    if average then add("average", cvalue.string(average.full)) end
    if is_kept(unit, field.net) then add("kept", true) end
    if parameters.untold then add("untold", true) end
    if feeds then parts[#parts + 1] = ("LOOPC_TABLE(feeds, feed_count, %s)"):format(feeds) end
    if ops then parts[#parts + 1] = ("LOOPC_TABLE(ops, op_count, %s)"):format(ops) end
    if ops then add("deep", "&loopc_deep_nets") end
    return table.concat(parts, ", ")
end

-- The table of nets, for the checks before a run and for uses of the trained model; a net that no body names is there
-- too.
function emit_nets.write_table(unit, w)
    local nets = spec_tree.fields_of_type(unit.trainer, "mlp")
    if #nets == 0 then return end
    w:comment { "The nets, and the data sets whose rows they read." }
    local feeds, ops = {}, {}
    for i, field in ipairs(nets) do
        feeds[i], ops[i] = write_feeds(w, field) or false, write_ops(w, field) or false
    end
    w:open("static const struct loopc_net nets[] = {")
    for i, field in ipairs(nets) do
        for m = 0, (field.parameters.replicas or 1) - 1 do
            local name = field.parameters.replicas and ("%s.%d"):format(field.full, m) or field.full
            w:line("{%s},", net_row(unit, field, name, feeds[i], ops[i]))
        end
    end
    w:close("};")
    w:blank()
end

return emit_nets

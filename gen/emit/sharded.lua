-- The C of a training step in shards (runtime/nn/shards.h): by one process, or shared by the ranks of several.
--
-- In:  an optimizer of a net with shards, the writer, and functions of gen/emit/optimizer.lua: inputs(optimizer), the parameters of a
--      step as declarations; split(declaration); rates(w, optimizer); weights(optimizer, array name).
-- Out: net_batch, the arguments of a step for its threads; net_learn_part, from rows to gradients, whose sums over all ranks begin
--      layer by layer, and on one rank to weights; net_move_part, from the sums to weights; net_learn, which calls both.

local body = require "gen.emit.mlp_bodies"
local cwrap = require "gen.c.wrap"
local mlp = require "gen.tree.mlp"

local sharded = {}

local readers = { "correct", "argmax", "loss", "mask", "log_p", "likelihood", "entropy" } -- of what the last layer put out

-- The layers whose results bodies may read behind a training step: of them every rank needs those of all rows.
function sharded.read_layers(net, used)
    if used[net.prefix .. "_activations"] then return mlp.layers(net) end
    for _, name in ipairs(readers) do
        if used[net.prefix .. "_" .. name] then return { mlp.last(net) } end
    end
    return {}
end

local function declarations(optimizer, api)
    local list = api.inputs(optimizer)
    list[#list + 1] = "struct loopc_shards shards"
    list[#list + 1] = "struct loopc_whole whole"
    return list
end

local function write_batch(w, optimizer, api)
    local prefix = optimizer.net.prefix
    w:comment { ("A training batch of %s: the arguments of one process for its threads."):format(optimizer.net.name) }
    w:open("struct %s_batch {", prefix)
    for _, declaration in ipairs(declarations(optimizer, api)) do w:line("%s;", declaration) end
    w:close("};")
    w:blank()
end

-- The beginning of a function of threads: those arguments that it uses, as names.
local function open_part(w, optimizer, api, name, wanted)
    local prefix = optimizer.net.prefix
    w:line("static void %s_%s_part(void *job, struct loopc_thread me)", prefix, name)
    w:open("{")
    w:line("const struct %s_batch *const batch = job;", prefix)
    for _, declaration in ipairs(declarations(optimizer, api)) do
        local kind, argument = api.split(declaration)
        if wanted[argument] then
            w:line(kind:find "%*" and "%sconst %s = batch->%s;" or "const %s%s = batch->%s;", kind, argument, argument)
        end
    end
end

local learned = { n = true, o = true, eta = true, x = true, y = true, labels = true, rows = true, shards = true, whole = true }

-- The gradients of a layer: one process moves the weights by them as they are summed, if vectors have 16 lanes (with the registers of
-- AVX2 that takes longer than to store them); else they are stored, and their sum over all processes begins.
local function write_sums(w, optimizer, api, layer)
    local net, name, rooms = optimizer.net, tostring(layer.index), {}
    local from, d = body.sample_major(net, layer, "input->"), "n->d" .. name
    for _, array in ipairs(mlp.arrays(net)) do rooms[array.name] = array.room end
    w:open("if (loopc_ranks == 1 && LOOPC_LANES == 16) {")
    cwrap.line(w, 8, "loopc_shards_update", { api.weights(optimizer, "w" .. name), api.weights(optimizer, "b" .. name), from, d,
        "shards", net.batch, layer.inputs, layer.outputs, "&rates", "me" }, ";")
    w:close("} else {")
    w.depth = w.depth + 1
    cwrap.line(w, 8, "loopc_shards_gradient", { "n->gw" .. name, "n->gb" .. name, from, d, "shards", net.batch, layer.inputs,
        layer.outputs, "me" }, ";")
    cwrap.line(w, 8, "loopc_ranks_share_layer", { "n->gw" .. name, rooms["w" .. name], "n->gb" .. name, rooms["b" .. name], "me" },
        ";")
    w:close("}")
end

-- The step on the rows of one process, as far as the gradients.
local function write_learn_part(w, optimizer, api)
    local net = optimizer.net
    w:comment { "The gradients of the shards of one process, which may move the weights at once if it is the only one: the share of one thread." }
    open_part(w, optimizer, api, "learn", learned)
    api.rates(w, optimizer)
    if net.threads then w:line("struct %s_input *const input = loopc_team_workspace(me, &n->input);", net.prefix) end
    w:blank()
    body.take(w, net, "x", "LOOPC_ONE_THREAD", "input->")
    body.take_targets(w, net, "y", "me")
    body.call_pass(w, net, "me", "input")
    body.losses(w, net, "me", false, true)
    if net.weighs then
        cwrap.line(w, 4, "if (n->weighted) loopc_weigh", { "n->weights", "n->d" .. mlp.last(net).index, "n->losses", "rows",
            mlp.last(net).outputs, "me" }, ";")
    end
    w:line("loopc_barrier(me);")
    body.back(w, net, "me", function(layer)
        write_sums(w, optimizer, api, layer)
    end)
    w:close("}")
    w:blank()
end

local function write_move_part(w, optimizer, api)
    local wanted = { n = true, o = true, eta = true }
    w:comment { "Moves the weights: the share of one thread." }
    open_part(w, optimizer, api, "move", wanted)
    api.rates(w, optimizer)
    w:blank()
    for _, array in ipairs(mlp.arrays(optimizer.net)) do
        cwrap.line(w, 4, "loopc_descend_part", { api.weights(optimizer, array.name), "n->g" .. array.name, array.rows, array.columns,
            "&rates", "me" }, ";")
    end
    w:close("}")
    w:blank()
end

local function call_part(w, net, name, workspace)
    local part = ("%s_%s_part"):format(net.prefix, name)
    if net.threads then w:line("loopc_team_run(%s, &batch, %s);", part, workspace)
    else w:line("%s(&batch, LOOPC_ONE_THREAD);", part) end
end

-- Each rank has the results of its own rows in front; the derivatives, which are done with, are the room for all of them.
local function write_gathered(w, net)
    if #net.read_layers == 0 then return end
    w:open("if (loopc_ranks > 1) {")
    for _, layer in ipairs(net.read_layers) do
        local from, room = body.sums_of(net, layer), "n->d" .. layer.index
        cwrap.line(w, 8, "loopc_unpack", { from, room, "batch.rows", layer.outputs }, ";")
        cwrap.line(w, 8, "loopc_ranks_gather_rows", { room, "rows", layer.outputs }, ";")
        cwrap.line(w, 8, "loopc_pack", { ("(struct loopc_rows){.x = %s}"):format(room), "NULL", from, "rows", net.batch, layer.outputs,
            "LOOPC_ONE_THREAD" }, ";")
    end
    w:close("}")
end

local function write_learn(w, optimizer, api)
    local net = optimizer.net
    local labels, first, last = mlp.targets(net) == "labels", mlp.layers(net)[1], mlp.last(net)
    local values = { x = ("loopc_rows_from(x, mine.first, %s)"):format(first.inputs), labels = "labels + mine.first",
        y = ("loopc_rows_from(y, mine.first, %d)"):format(last.outputs), rows = "mine.end - mine.first", shards = "shards",
        whole = labels and "loopc_whole_of(labels, rows)" or "{rows, rows}" }
    w:comment { ("A training step in %d shards; returns the mean loss before it."):format(net.shards) }
    cwrap.line(w, 0, ("static float %s_learn"):format(net.prefix), api.inputs(optimizer), "")
    w:open("{")
    cwrap.assign(w, 4, "const struct loopc_shards shards", "loopc_shards_of", { "rows", net.shards, "loopc_rank", "loopc_ranks" })
    w:line("const struct loopc_span mine = loopc_shards_rows(shards);")
    w:open("struct %s_batch batch = {", net.prefix)
    for _, declaration in ipairs(declarations(optimizer, api)) do
        local _, name = api.split(declaration)
        w:line(".%s = %s,", name, values[name] or name)
    end
    w:close("};")
    if net.weighs then
        w:line("if (n->weighted)")
        w:line("    memmove(n->weights, n->weights + mine.first, (size_t)batch.rows * sizeof n->weights[0]);")
    end
    w:line("if (!loopc_ranks_meet_to_train(rows, %d)) return NAN;", net.shards)
    call_part(w, net, "learn", ("sizeof(struct %s_input)"):format(net.prefix))
    w:line("loopc_ranks_end_step(n->losses, rows);")
    write_gathered(w, net)
    w:open("if (loopc_ranks > 1 || LOOPC_LANES < 16) {")
    call_part(w, net, "move", "0")
    w:close("}")
    w:line("return loopc_mean(n->losses, rows);")
    w:close("}")
    w:blank()
end

function sharded.write(w, optimizer, api)
    write_batch(w, optimizer, api)
    write_learn_part(w, optimizer, api)
    write_move_part(w, optimizer, api)
    write_learn(w, optimizer, api)
end

return sharded

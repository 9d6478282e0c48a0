-- What plain nets and nets of operations have in common in C: the head and the end of a function, the share of a thread.

local cwrap = require "gen.c.wrap"
local mlp = require "gen.tree.mlp"

local net_frame = {}

local nothing = { void = "return;", float = "return NAN;", int32_t = "return 0;",
    ["struct loopc_spread"] = "return (struct loopc_spread){0};" }

-- What a function gives that refuses its rows: as many zeros as it would have put out, so that the body that reads them comes to its end.
local function result_of(net, name, result, rows)
    if nothing[result] then return nothing[result] end
    local kind = name:sub(#net.prefix + 2)
    if kind:find "^train" then return "return n->loss;" end
    if net.is_plain then return kind:find "^input_grad" and "return n->dx_rows;" or "return n->out;" end -- devices have no heap
    local width = kind:find "^input_grad" and mlp.input_room(net) or net.ops and net.ops[#net.ops].outputs or mlp.last(net).outputs
    if net.replicas and kind == "forward" then width = mlp.product(net.replicas, width) end
    return ("return loopc_no_outputs(%s, %s);"):format(rows, width)
end

-- The first statement of a function that may be given more rows than the net has room for, or the index of such a row.
function net_frame.guard(w, net, name, result)
    if not (net.doubtful and net.doubtful[name]) then return end
    local is_index = name == net.prefix .. "_argmax"
    w:line("if (!loopc_%s(%s, %d, &n->excess)) %s", is_index and "is_row" or "rows_fit", is_index and "row" or "rows", net.batch,
        result_of(net, name, result, "rows"))
end

-- The member of a net for them.
function net_frame.write_excess(w, net)
    if not net.doubtful then return end
    w:comment { ("more rows than %d that a call was given, until its body fails; else 0"):format(net.batch) }
    w:line("int32_t excess;")
end

-- A check of the data set `data`, behind others: on a device its rows may be nowhere.
function net_frame.unreadable(net) return net.is_plain and " || !loopc_dataset_is_readable(data)" or "" end

-- Rows n->index of the samples of `data`, or of its targets, as C.
function net_frame.rows_of_data(net, member)
    local reader = net.is_plain and (member == "x" and ", data" or ", NULL") or ""
    return ("(struct loopc_rows){data->%s, n->index%s}"):format(member, reader)
end

-- A function that bodies may call, an entry of net_functions; write(w, optimizer) writes its body.
function net_frame.write_function(w, optimizer, offer, write)
    w:comment(offer.doc)
    cwrap.line(w, 0, ("static %s %s"):format(offer.result, offer.name), offer.arguments, "")
    w:open("{")
    net_frame.guard(w, optimizer.net or optimizer, offer.name, offer.result)
    write(w, optimizer)
    w:close("}")
    w:blank()
end

-- The arguments of a function for its threads, in struct PREFIX_NAME: those of declarations, after the net.
local function write_arguments(w, net, name, declarations)
    w:open("struct %s_%s {", net.prefix, name)
    w:line("struct %s *n;", net.struct)
    for _, declaration in ipairs(declarations) do w:line("%s;", declaration) end
    w:line("int32_t rows;")
    w:close("};")
    w:blank()
end

-- The share of one thread of a function of the net; write(w, net) writes what it does with `given`, a struct PREFIX_GIVEN.
local function write_part(w, net, name, given, write)
    w:line("static void %s_%s_part(void *job, struct loopc_thread me)", net.prefix, name)
    w:open("{")
    w:line("const struct %s_%s *const given = job;", net.prefix, given)
    write(w, net)
    w:close("}")
    w:blank()
end

-- In a function: the shares of all threads, or all of it on one.
local function run_parts(w, net, name, given, source)
    w:line("struct %s_%s given = {n, %srows};", net.prefix, given, source)
    w:line("if (rows >= %d) /* for fewer, threads cost more than they save */", mlp.rows_worth_threads(net))
    w:line("    loopc_team_run(%s_%s_part, &given, 0);", net.prefix, name)
    w:line("else")
    w:line("    %s_%s_part(&given, LOOPC_ONE_THREAD);", net.prefix, name)
end

-- The share of one thread of forward: a function of its own, before it; write(w, net) writes what it does with `given`.
function net_frame.forward_part(w, net, write)
    w:comment { ("Arguments of %s_forward for its threads."):format(net.name) }
    write_arguments(w, net, "rows", { net.trunk and ("const struct %s *from"):format(net.trunk.struct) or "const float *x" })
    w:comment { "The forward pass: the share of one thread." }
    write_part(w, net, "forward", "rows", write)
end

function net_frame.run_forward(w, net) run_parts(w, net, "forward", "rows", net.trunk and "from, " or "x, ") end

-- The same of backward.
function net_frame.backward_part(w, net, write)
    w:comment { ("Arguments of %s_backward for its threads."):format(net.name) }
    write_arguments(w, net, "deltas", { net.trunk and ("const struct %s *from"):format(net.trunk.struct) or nil })
    w:comment { "The way back: the share of one thread." }
    write_part(w, net, "backward", "deltas", write)
end

function net_frame.run_backward(w, net) run_parts(w, net, "backward", "deltas", net.trunk and "from, " or "") end

-- What the numbers in one of several matrices are like: list of { array, rows, columns }, the places of layers; a layer that is none
-- has no numbers.
function net_frame.spread(w, list)
    for i, entry in ipairs(list) do
        w:line("if (layer == %d) return loopc_spread_of(%s, %s, %s);", i - 1, entry[1], entry[2], entry[3])
    end
    w:line("return (struct loopc_spread){0};")
end

return net_frame

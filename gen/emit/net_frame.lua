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
    local inputs = net.inputs_from and net.inputs_max or net.layers[1]
    local width = kind:find "^input_grad" and inputs or net.ops and net.ops[#net.ops].outputs or mlp.last(net).outputs
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

-- The share of one thread of forward: a function of its own, before it; write(w, net) writes what it does with `given`.
function net_frame.forward_part(w, net, write)
    w:comment { ("Arguments of %s_forward for its threads."):format(net.name) }
    w:open("struct %s_rows {", net.prefix)
    w:line("struct %s *n;", net.struct)
    w:line("const float *x;")
    w:line("int32_t rows;")
    w:close("};")
    w:blank()
    w:comment { "The forward pass: the share of one thread." }
    w:line("static void %s_forward_part(void *job, struct loopc_thread me)", net.prefix)
    w:open("{")
    w:line("const struct %s_rows *const given = job;", net.prefix)
    write(w, net)
    w:close("}")
    w:blank()
end

-- In forward: the shares of all threads, or all of it on one.
function net_frame.run_parts(w, net)
    w:line("struct %s_rows given = {n, x, rows};", net.prefix)
    w:line("if (rows >= %d) /* for fewer, threads cost more than they save */", mlp.rows_worth_threads(net))
    w:line("    loopc_team_run(%s_forward_part, &given, 0);", net.prefix)
    w:line("else")
    w:line("    %s_forward_part(&given, LOOPC_ONE_THREAD);", net.prefix)
end

-- What the numbers in one of several matrices are like: list of { array, rows, columns }, the places of layers; a layer that is none
-- has no numbers.
function net_frame.spread(w, list)
    for i, entry in ipairs(list) do
        w:line("if (layer == %d) return loopc_spread_of(%s, %s, %s);", i - 1, entry[1], entry[2], entry[3])
    end
    w:line("return (struct loopc_spread){0};")
end

return net_frame

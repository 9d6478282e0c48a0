-- What plain nets and nets of operations have in common in C: the head and the end of a function, the share of a thread.

local cwrap = require "gen.c.wrap"
local mlp = require "gen.tree.mlp"

local net_frame = {}

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

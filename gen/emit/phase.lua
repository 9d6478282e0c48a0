-- The end of a phase in C: one label, then its failed and its finally part, then the pending status. The normal path
-- falls through the label, early exits jump to it. A phase that does nothing there has no label: a pending status leaves it for
-- its target at once. All functions add to a run (run.lua).

local bodies = require "gen.emit.bodies"
local statements = require "gen.c.statements"
local step_form = require "gen.emit.step"

local emit_phase = {}

-- The label of a phase in this function.
function emit_phase.label(run, item)
    run.labels[item] = run.labels[item] or run:new_label(item.phase.full:gsub("%.", "_") .. "_end")
    return run.labels[item]
end

-- Where the try part of a phase at `i` ends, and the two handlers, as ranges of indices.
function emit_phase.parts(run, item, i)
    local ends = { try = item.matching }
    local at = i + 1
    while at < item.matching do
        local inner = run.list[at]
        if inner.op == "failed" or inner.op == "finally" then
            ends[inner.op] = at
            if ends.try == item.matching then ends.try = at end
            at = at + 1
        else at = inner.matching and inner.matching + 1 or at + 1 end
    end
    if ends.failed and item.fails or ends.finally or item.cancelled then item.handles = true end
    return ends
end

local function handlers_title(run, item, ends)
    local phase, names = item.phase, {}
    if ends.failed and item.fails then names[1] = "failed" end
    if ends.finally then names[#names + 1] = "finally" end
    if #names == 0 then return nil end
    return table.concat(names, ", then ") .. bodies.place(run.unit, phase[names[1]].at)
end

-- The variable for the status of a failed part: declared with the status of its first step, if only
-- probes come before that.
local function declare_handled(block)
    local at = 1
    while block[at].op == "probe" or statements.is_silent(block[at]) do at = at + 1 end
    local first = block[at].gathers
    if first then block[at] = { op = "declare", type = "int", name = "handled", value = first }
    else table.insert(block, 1, { op = "declare", type = "int", name = "handled", value = "LOOPC_OK" }) end
end

local function failed_part(run, item, first, last)
    local block = run:within(function() run:range(first, last) end)
    if item.recovers then
        if step_form.is(run) then
            table.insert(block, 1, { op = "set", to = "handled", code = "LOOPC_OK" })
            run.uses_handled = true
        else declare_handled(block) end
        local recovered = { op = "set", to = "st", code = ('loopc_recover(&s->loopc, "%s")'):format(item.instance.loop.name) }
        block[#block + 1] = { op = "if", test = "handled == LOOPC_RECOVERED", block = { recovered } }
        run.uses_s = true
    end
    run:add { op = "if", test = "st == LOOPC_FAILED", block = block, pending = true }
end

-- A jump to the next statement is left out: the last step of a try part just sets `st`.
local function drop_jump_to_next(run, label)
    local block = run.block
    local at = #block
    while block[at] and (block[at].op == "probe" or statements.is_silent(block[at])) do at = at - 1 end
    local last = block[at]
    if not last or last.op ~= "exit" or last.leave[2] ~= label then return end
    if last.code then block[at] = { op = "set", to = "st", code = last.code, pending = last.pending }
    else table.remove(block, at) end
    label.jumps = label.jumps - 1
end

-- Behind the try part: the label, the failed part, the finally part, the pending status.
function emit_phase.tail(run, item, ends)
    local title, label = handlers_title(run, item, ends), run.labels[item]
    if label then drop_jump_to_next(run, label) end
    if label and label.jumps > 0 then run:put_label(label, title)
    elseif title then run:comment(item.phase.full .. " " .. title) end
    if ends.failed and item.fails then failed_part(run, item, ends.failed + 1, ends.finally or item.matching) end
    if ends.finally then run:range(ends.finally + 1, item.matching) end
    run:consume_statuses(item.cancelled)
    run:probe("leave", item)
    if item.handles or label then run:leave(item, nil, item.out) end
    local loop = item.instance.loop
    if item.phase == loop.run and loop.reports_end then run:report_end(loop.name) end
    if item.phase == loop.run and loop.reports_site then run:report_end(item.instance.site) end
end

return emit_phase

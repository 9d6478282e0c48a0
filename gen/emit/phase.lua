-- Where a phase ends, in C: one label, then its failed and its finally part, then what is still pending. The normal path
-- falls through the label, early exits jump to it. All write into a run of emit_run.

local bodies = require "gen.emit.bodies"
local step_form = require "gen.emit.step"

local emit_phase = {}

-- The label of a phase in this function; asking for it counts as a jump to it.
function emit_phase.label(run, item)
    if not run.labels[item] then
        run.labels[item] = run:name_label(item.phase.full:gsub("%.", "_") .. "_end")
    end
    run.jumps[item] = (run.jumps[item] or 0) + 1
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
    return ends
end

local function handlers_title(item, ends)
    local phase, names = item.phase, {}
    if ends.failed and item.fails then names[1] = "failed" end
    if ends.finally then names[#names + 1] = "finally" end
    if #names == 0 then return nil end
    local node = phase[names[1]]
    return ("%s (%s)"):format(table.concat(names, ", then "), bodies.where(node.at))
end

-- The status of a failed part is declared with that of its first step, where nothing but places of --timings stands between.
local function declare_handled(lines, declared)
    local at = declared + 1
    while lines[at] and lines[at]:match("^%s*loopc_at") do at = at + 1 end
    local indent, value = (lines[at] or ""):match("^(%s*)handled |= (.*;)$")
    if not value then return end
    lines[at] = indent .. "int handled = " .. value
    table.remove(lines, declared)
end

local function failed_part(run, item, first, last)
    local lines, mark = run.w.lines, #run.w.lines
    run:open("if (st == LOOPC_FAILED) {")
    if item.recovers then run:line(step_form.is(run) and "handled = LOOPC_OK;" or "int handled = LOOPC_OK;") end
    run:range(first, last)
    if item.recovers then
        if not step_form.is(run) then declare_handled(lines, mark + 2) end
        run:line('if (handled == LOOPC_RECOVERED) st = loopc_recover(&s->loopc, "%s");', item.instance.loop.name)
    end
    run.w:close()
    local single = #lines == mark + 3 and lines[mark + 2]:match("^%s*([%w_]+%(.*;)$")
    if single then
        for _ = 1, 3 do run.w:drop_last() end
        run:line("if (st == LOOPC_FAILED) %s", single)
    end
end

-- A jump to the line below is none: the last step of a try part just sets `st`.
local function drop_jump_to_next(run, item)
    if not run.jumps[item] then return end
    local lines = run.w.lines
    local at = #lines
    while at > 0 and lines[at]:match("^%s*loopc_leave") do at = at - 1 end
    local indent, test, label = (lines[at] or ""):match("^(%s*)if %((.*)%) goto ([%w_]+);$")
    if label ~= run.labels[item] then return end
    if test == "st" then table.remove(lines, at)
    else lines[at] = indent .. test:match("^%((.*)%)$") .. ";" end
    run.jumps[item] = run.jumps[item] > 1 and run.jumps[item] - 1 or nil
end

-- Behind the try part: the label, the failed part, the finally part, and what is still pending.
function emit_phase.tail(run, item, ends)
    local text = handlers_title(item, ends)
    local comment = text and (" /* %s */"):format(text) or ""
    drop_jump_to_next(run, item)
    if run.jumps[item] then run.w:outdented("%s:%s", run.labels[item], comment)
    elseif text then run:line("/* %s %s */", item.phase.full, text) end
    if ends.failed and item.fails then failed_part(run, item, ends.failed + 1, ends.finally or item.matching) end
    if ends.finally then run:range(ends.finally + 1, item.matching) end
    run:consume(item.cancelled)
    run:watch("leave", item)
    run:leave(item, "st", item.out)
    local loop = item.instance.loop
    if item.phase == loop.run and loop.reports_end then run:line('loopc_report_end(&s->loopc, "%s");', loop.name) end
end

return emit_phase

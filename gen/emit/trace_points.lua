-- Trace points: where the instrumented run tells the runtime where it is, and the two lists of them in the emitted C.
--
-- Entering a point ends the open points beside it, and opens those around it (profile.h). So most probes need not
-- be: `tidy` takes out an `enter` right before one within, and a `leave` right before one elsewhere.

local cvalue = require "gen.c.value"

local trace_points = {}

-- Whether a point is within another, or is it.
local function is_within(point, outer)
    while point and point ~= outer do point = point.parent end
    return point ~= nil
end

-- Whether the statement after a probe makes it redundant. `after`: the probe that is sure to follow, or "end" of the run.
local function is_said_by(after, probe)
    if after == "end" then return probe.verb == "leave" end
    if not after then return false end
    local within = is_within(after.point, probe.point)
    if probe.verb == "leave" then return not within end
    return probe.verb == "enter" and after.verb ~= "leave" and after.point ~= probe.point and within
end

-- Statements that take no time worth a name and fall through unless a status is pending.
local passed = { comment = true, paragraph = true, label = true }

local function passes(s) return passed[s.op] or s.op == "exit" and not s.code or s.consumes end

local function compact(block)
    local kept = 0
    for i = 1, #block do
        local s = block[i]
        block[i] = nil
        if not s.said then
            kept = kept + 1
            block[kept] = s
        end
    end
end

-- Takes redundant probes out of a block. `after`: the probe that is sure to follow the block.
function trace_points.tidy(block, after)
    for i = #block, 1, -1 do
        local s = block[i]
        if s.op == "probe" then
            s.said = is_said_by(after, s)
            if not s.said then after = s end
        elseif not passes(s) then
            local at_end = s.op == "if" and after or nil
            if s.block then trace_points.tidy(s.block, at_end) end
            if s.other then trace_points.tidy(s.other, at_end) end
            after = nil
        end
    end
    compact(block)
end

local kinds = { loop = "l", phase = "p", step = "s" }

local function title_of(item)
    if item.op == "loop" then return item.instance.loop.name end
    return (item.phase or item.source).full
end

-- The node that a listener or an instance is on.
local function on_of(item)
    local is_listener = item.source and item.source.kind == "listener"
    local node = is_listener and item.node or item.instance.on
    return node and cvalue.string(node.full) or "NULL"
end

-- All points, in the order of the run: a list from which names and table are made. Parents come before what is in
-- them.
function trace_points.write_list(unit, w)
    local list = unit.tables.list_of_points
    w:comment { "Trace points: loops, phases and steps, as --timings and --trace know them." }
    w:directive("#define %s(POINT) \\", list)
    for i, point in ipairs(unit.trace_points) do
        local item = point.item
        w:directive("    POINT(%s, %s, '%s', %s, %s)%s", point.name, point.parent and point.parent.name or "-1", kinds[item.op],
            cvalue.string(title_of(item)), on_of(item), i < #unit.trace_points and " \\" or "")
    end
    w:line("enum { %s(LOOPC_TRACE_POINT_NAME) };", list)
    w:blank()
end

function trace_points.write_table(unit, w)
    w:line("static const struct loopc_trace_point %s[] = {%s(LOOPC_TRACE_POINT)};", unit.tables.trace_points, unit.tables.list_of_points)
    w:blank()
end

return trace_points

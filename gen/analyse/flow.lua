-- analyse_flow: the control flow, and the code that cannot be reached.
--
-- In:  unit.list with signals. Out:
--   phase:   .arrives (set of statuses that can end its try part early; nil when none can), .fails, .recovers (true or nil), .out,
--            .cancelled (list of statuses that have reached their target here, or nil)
--   repeat:  .out, .stopped (list of statuses that end it as if done, or nil), .in_handler      loop: .out
--   every item in a failed part that nothing can reach: .dead
-- `out` is the set of statuses with which a bracket can be left. A set is a table with status names as keys; the empty one is shared.

local analyse_flow = {}

local NONE = {}

local function union(into, set)
    for status in next, set do into[status] = true end
end

local function is_empty(set) return next(set) == nil end

local function copy_without(set, ...)
    if is_empty(set) then return NONE end
    local out = {}
    union(out, set)
    for _, status in ipairs { ... } do out[status] = nil end
    return out
end

local function with(set, status)
    local out = copy_without(set)
    if out == NONE then out = {} end
    out[status] = true
    return out
end

local Flow = {}
Flow.__index = Flow

-- Adds the statuses that a step or an inner bracket raises to the part around it.
function Flow:raise(set)
    local frame = self.frames[self.depth]
    if not frame or is_empty(set) then return end
    if frame[frame.part] == NONE then frame[frame.part] = {} end
    union(frame[frame.part], set)
end

-- Handlers run to their end: a signal from outside does not end a repetition inside them.
function Flow:in_handler()
    for i = self.depth, 1, -1 do
        if self.frames[i].part ~= "try" then return true end
    end
    return false
end

-- Frames are used again: a list has many brackets.
function Flow:open(item)
    if item.op == "repeat" then item.in_handler = self:in_handler() end
    self.depth = self.depth + 1
    local frame = self.frames[self.depth] or {}
    self.frames[self.depth] = frame
    frame.item, frame.part, frame.try, frame.failed, frame.finally = item, "try", NONE, NONE, NONE
end

local close = {}

-- The statuses of a set that have reached their target: the one without a name, and the one that names it. Nil when there are none.
local function reached(set, plain, named)
    if is_empty(set) then return nil end
    local out = {}
    for _, status in ipairs { plain, named ~= plain and named or nil } do
        if set[status] then table.insert(out, status) end
    end
    return #out > 0 and out or nil
end

-- A failed part runs only on a failure; when nothing can fail it is dead, and raises nothing.
function close.phase(frame, item, targets)
    local arrives, failed, finally = frame.try, frame.failed, frame.finally
    local named = targets.of["CANCEL " .. item.phase.full] or "CANCEL"
    if not is_empty(arrives) then item.arrives, item.fails = arrives, arrives.FAILED end
    item.recovers = item.fails and failed.RECOVERED
    item.cancelled = reached(arrives, "CANCEL", named)
    item.out = copy_without(arrives, "CANCEL", named)
    if finally.FAILED then item.out = with(item.out, "FAILED") end
    if finally.INTERRUPTED or item.recovers then item.out = with(item.out, "INTERRUPTED") end
    return item.out
end

close["repeat"] = function(frame, item, targets)
    local inside = frame.try
    local named = targets.of["STOP " .. item.instance.loop.name] or "STOP"
    item.stopped = reached(inside, "STOP", named)
    item.out = copy_without(inside, "STOP", named)
    if not item.in_handler then item.out = with(item.out, "INTERRUPTED") end
    return item.out
end

function close.loop(frame, item)
    item.out = frame.try
    return item.out
end

close.skip = close.loop

local closes = { end_phase = "phase", end_repeat = "repeat", end_loop = "loop", end_skip = "skip" }

function Flow:walk(list)
    for _, item in ipairs(list) do
        local op = item.op
        if op == "step" then self:raise(item.signals)
        elseif op == "failed" or op == "finally" then self.frames[self.depth].part = op
        elseif closes[op] then
            local frame = self.frames[self.depth]
            self.depth = self.depth - 1
            self:raise(close[closes[op]](frame, frame.item, self.targets))
        else self:open(item) end
    end
end

-- Marks the items of failed parts that no failure reaches. Their signals were added to those parts alone, which do not count when
-- nothing fails, so the results for the other items still hold.
local function mark_dead(list)
    local i = 1
    while i <= #list do
        local item = list[i]
        if item.op == "failed" and not list[item.parent].fails then
            repeat
                list[i].dead, list[i].signals = true, list[i].signals and NONE
                i = i + 1
            until list[i].op == "finally" and list[i].parent == item.parent or list[i].matching == item.parent
        else i = i + 1 end
    end
end

function analyse_flow.run(unit)
    setmetatable({ frames = {}, depth = 0, targets = unit.targets }, Flow):walk(unit.list)
    mark_dead(unit.list)
end

return analyse_flow

-- analyse_flow: the control flow, and the code that cannot be reached.
--
-- In:  unit.list with signals. Out:
--   phase:   .arrives (set of statuses that can end its try part early), .label_used, .fails, .recovers, .out
--   repeat:  .out, .stopped (statuses that end it as if done), .in_handler      loop: .out
--   every item in a failed part that nothing can reach: .dead
--   step:    .lands_at, the item at which its failure lands: its phase, or nil when it leaves the trainer
-- `out` is the set of statuses with which a bracket can be left. A set is a table with status names as keys.

local analyse_flow = {}

local function union(into, set)
    for status in next, set do into[status] = true end
end

local function is_empty(set) return next(set) == nil end

local function copy_without(set, ...)
    local out = {}
    union(out, set)
    for _, status in ipairs { ... } do out[status] = nil end
    return out
end

local Flow = {}
Flow.__index = Flow

-- Adds the statuses that a step or an inner bracket raises to the part around it.
function Flow:raise(set)
    local frame = self.frames[#self.frames]
    if frame then union(frame.parts[frame.part], set) end
end

-- Handlers run to their end: a signal from outside does not end a repetition inside them.
function Flow:in_handler()
    for i = #self.frames, 1, -1 do
        if self.frames[i].part ~= "try" then return true end
    end
    return false
end

function Flow:open(item)
    if item.op == "repeat" then item.in_handler = self:in_handler() end
    self.frames[#self.frames + 1] = { item = item, part = "try", parts = { try = {}, failed = {}, finally = {} } }
end

local close = {}

-- A failed part runs only on a failure; when nothing can fail it is dead, and raises nothing.
function close.phase(frame, item, targets)
    local arrives, failed, finally = frame.parts.try, frame.parts.failed, frame.parts.finally
    item.arrives, item.fails = arrives, arrives.FAILED == true
    item.recovers = item.fails and failed.RECOVERED == true
    item.label_used = not is_empty(arrives)
    item.cancelled = {}
    local named = targets.of["CANCEL " .. item.phase.full] or "CANCEL"
    for _, status in ipairs { "CANCEL", named ~= "CANCEL" and named or nil } do
        if arrives[status] then table.insert(item.cancelled, status) end
    end
    item.out = copy_without(arrives, "CANCEL", named)
    item.late = not is_empty(finally)
    if finally.FAILED then item.out.FAILED = true end
    if finally.INTERRUPTED or item.recovers then item.out.INTERRUPTED = true end
    return item.out
end

close["repeat"] = function(frame, item, targets)
    local inside = frame.parts.try
    local named = targets.of["STOP " .. item.instance.loop.name] or "STOP"
    item.stopped = {}
    for _, status in ipairs { "STOP", named ~= "STOP" and named or nil } do
        if inside[status] then table.insert(item.stopped, status) end
    end
    item.out = copy_without(inside, "STOP", named)
    if not item.in_handler then item.out.INTERRUPTED = true end
    return item.out
end

function close.loop(frame, item)
    item.out = frame.parts.try
    return item.out
end

close.skip = close.loop

local closes = { end_phase = "phase", end_repeat = "repeat", end_loop = "loop", end_skip = "skip" }

function Flow:walk(list)
    for _, item in ipairs(list) do
        local op = item.op
        if op == "step" then
            item.lands_at = item.part and self:landing(item) or nil
            self:raise(item.signals)
        elseif op == "failed" or op == "finally" then self.frames[#self.frames].part = op
        elseif closes[op] then
            local frame = table.remove(self.frames)
            self:raise(close[closes[op]](frame, frame.item, self.targets))
        else self:open(item) end
    end
end

-- The phase that a failure of this item reaches first; a failure in a handler leaves its own phase.
function Flow:landing(item)
    for i = #self.frames, 1, -1 do
        if self.frames[i].item.op == "phase" then return self.frames[i].item end
    end
    return item.lands_at
end

-- Marks the items of failed parts that no failure reaches. Their signals were added to those parts alone, which do not count when
-- nothing fails, so the results for the other items still hold.
local function mark_dead(list)
    local i = 1
    while i <= #list do
        local item = list[i]
        if item.op == "failed" and not list[item.parent].fails then
            repeat
                list[i].dead, list[i].signals = true, list[i].signals and {}
                i = i + 1
            until list[i].op == "finally" and list[i].parent == item.parent or list[i].matching == item.parent
        else i = i + 1 end
    end
end

function analyse_flow.run(unit)
    setmetatable({ frames = {}, targets = unit.targets }, Flow):walk(unit.list)
    mark_dead(unit.list)
end

return analyse_flow

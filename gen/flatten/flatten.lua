-- flatten: from the spec tree to the step list.
--
-- In:  unit.trainer (checked). Out: unit.list, one straight list in execution order, brackets and steps:
--
--   loop ... end_loop        one instance of a loop (item.instance)
--   skip ... end_skip        runs when the loop is skipped (only when on_skip has a body)
--   repeat ... end_repeat    the repetition of the instance's phases
--   phase, failed, finally, end_phase
--   step                     one body: item.source is the node or the callback's body that it runs; a body of elements
--                            is a step here with a tree of its own (item.source.tree)
--
-- Every item has parent (the index of the bracket around it) and part (try, failed or finally of the nearest phase);
-- an opening bracket and its end know each other by matching, and only the opening one has the rest. An instance is
-- { loop, on, parent, index }: the node it is inserted on, the instance of that node's loop, its number among the instances of its loop.

local ctext = require "gen.c.text"
local spec_tree = require "gen.tree.spec_tree"

local flatten = {}

-- The callbacks that are narrowed by `within`, by the nodes that switch them on.
local function narrowed(trainer)
    local by_node = {}
    for _, callback in ipairs(trainer.callbacks) do
        for _, node in ipairs(callback.within) do
            by_node[node] = by_node[node] or {}
            table.insert(by_node[node], callback)
        end
    end
    return by_node
end

-- Splits the insertions of a node into those that always act and those of narrowed callbacks: the cost of a visit is then
-- proportional to the insertions that act.
local function split(node)
    node.always, node.narrowed = {}, nil
    for _, insertion in ipairs(node.insertions) do
        local callback = insertion.what.callback
        if callback and #callback.within > 0 then
            node.narrowed = node.narrowed or {}
            node.narrowed[callback] = node.narrowed[callback] or {}
            table.insert(node.narrowed[callback], insertion)
        else table.insert(node.always, insertion) end
    end
end

-- The insertions on a node that act where the callbacks of `active` are switched on, in order.
local function acting(node, active)
    if not node.narrowed then return node.always end
    local out = table.move(node.always, 1, #node.always, 1, {})
    for _, callback in ipairs(active.list) do
        for _, insertion in ipairs(node.narrowed[callback] or {}) do out[#out + 1] = insertion end
    end
    table.sort(out, spec_tree.comes_before)
    return out
end

-- `active` with the callbacks that `node` switches on, as a sorted list and as its key.
local function switch_on(active, callbacks)
    if not callbacks then return active end
    local seen, indices = {}, {}
    for _, list in ipairs { active.list, callbacks } do
        for _, callback in ipairs(list) do
            if not seen[callback] then indices[#indices + 1] = callback end
            seen[callback] = true
        end
    end
    table.sort(indices, function(a, b) return a.index < b.index end)
    local names = {}
    for i, callback in ipairs(indices) do names[i] = callback.index end
    return { list = indices, key = table.concat(names, ",") }
end

local Counter = {}
Counter.__index = Counter

-- Steps of one instance of `loop`: counted without flattening, so that an explosion is found at once. In floating point,
-- which does not wrap. The same loop under the same narrowed callbacks is counted once; as many different ones of that as
-- steps are allowed are an explosion too.
function Counter:loop(loop, active)
    local memo = self.memo[active.key] or {}
    self.memo[active.key] = memo
    if memo[loop] then return memo[loop] end
    self.places = self.places + 1
    if self.places > self.limit then return math.huge end
    local count = 0.0
    for _, node in ipairs(spec_tree.nodes(loop)) do
        local inside = switch_on(active, self.by_node[node])
        if node.body then count = count + (node.leaves or 1) end
        for _, insertion in ipairs(acting(node, inside)) do
            if insertion.kind == "loop" then count = count + self:loop(insertion.what, inside)
            elseif insertion.what.body then count = count + (insertion.what.leaves or 1) end
        end
    end
    if count == 0 and (loop.repeats or loop.skip and not ctext.is_pure(loop.skip.text)) then count = 1 end
    memo[loop] = count
    return count
end

local nothing_active = { list = {}, key = "" }

local function multipliers(trainer)
    local loops = {}
    for _, loop in ipairs(trainer.loops) do
        if #loop.call_on > 1 then loops[#loops + 1] = loop end
    end
    table.sort(loops, function(a, b)
        if #a.call_on ~= #b.call_on then return #a.call_on > #b.call_on end
        return a.index < b.index
    end)
    local names = {}
    for i = 1, math.min(#loops, 5) do names[i] = ("'%s' is inserted on %d nodes"):format(loops[i].name, #loops[i].call_on) end
    if #loops > 5 then names[#names + 1] = ("and %d more loops"):format(#loops - 5) end
    if #names == 0 then names[1] = "its nodes and callbacks alone are that many" end
    return table.concat(names, ", ")
end

local function show(count, limit)
    if count == math.huge then return ("more than %d"):format(limit) end
    return count < 1e15 and ("%d"):format(count) or ("about %.0e"):format(count)
end

local Flattener = {}
Flattener.__index = Flattener

-- A list has many items: with all fields at once a table has room for those of later passes and does not grow.
function Flattener:add(op, instance, phase)
    self.list[#self.list + 1] = { op = op, instance = instance, phase = phase, parent = self.open[#self.open], part = self.part }
    return #self.list
end

function Flattener:begin(op, instance, phase) self.open[#self.open + 1] = self:add(op, instance, phase) end

function Flattener:finish(op)
    local first, last = table.remove(self.open), #self.list + 1
    self.list[last] = { op = op, matching = first, parent = self.open[#self.open], part = self.part }
    self.list[first].matching = last
end

function Flattener:step(source, node, instance)
    self.steps = self.steps + (source.leaves or 1)
    self.list[#self.list + 1] = { op = "step", source = source, node = node, instance = instance, parent = self.open[#self.open],
        part = self.part }
end

-- A node: its body, then its insertions in order.
function Flattener:node(node, instance, active)
    if node.body then self:step(node, node, instance) end
    local inside = switch_on(active, self.by_node[node])
    for _, insertion in ipairs(acting(node, inside)) do
        if insertion.kind == "loop" then self:loop(insertion.what, node, instance, inside)
        elseif insertion.what.body then self:step(insertion.what, node, instance) end
    end
end

-- Takes back a bracket that was just closed when it holds nothing.
function Flattener:drop_empty()
    local last = #self.list
    if self.list[last].matching ~= last - 1 then return end
    self.list[last], self.list[last - 1] = nil, nil
end

-- The handlers of a phase: failed and finally parts that hold no step leave no trace.
function Flattener:handler(phase, part, instance, active)
    local node = phase[part]
    if not node then return end
    local mark = self:add(part, instance, phase)
    self.part = part
    self:node(node, instance, active)
    if #self.list == mark then self.list[mark] = nil end
end

-- A phase around `try`, which adds the steps of its try part. One in which nothing happens leaves no trace.
function Flattener:phase(phase, instance, active, try)
    local outer = self.part
    self:begin("phase", instance, phase)
    self.part = "try"
    try()
    self:handler(phase, "failed", instance, active)
    self:handler(phase, "finally", instance, active)
    self.part = outer
    self:finish("end_phase")
    self:drop_empty()
end

function Flattener:phases(loop, instance, active)
    if loop.repeats then self:begin("repeat", instance) end
    for _, phase in ipairs(loop.phases) do
        self:phase(phase, instance, active, function()
            for _, node in ipairs(phase.try) do self:node(node, instance, active) end
        end)
    end
    if loop.repeats then self:finish("end_repeat") end
end

-- The run phase: before_run, the loop's phases, after_run.
function Flattener:run_phase(loop, instance, active)
    self:phase(loop.run, instance, active, function()
        local before, after = loop.by_name.before_run, loop.by_name.after_run
        if before then self:node(before, instance, active) end
        self:phases(loop, instance, active)
        if after then self:node(after, instance, active) end
    end)
end

function Flattener:skip(loop, instance, active)
    self:begin("skip", instance)
    self:node(loop.on_skip, instance, active)
    self:finish("end_skip")
    self:drop_empty()
end

-- One instance of a loop. A loop in which nothing can happen leaves no trace.
function Flattener:loop(loop, on, parent, active)
    if self.counter:loop(loop, active) == 0 and parent then return end
    self.count_of[loop] = (self.count_of[loop] or 0) + 1
    local instance = { loop = loop, on = on, parent = parent, index = self.count_of[loop] }
    self:begin("loop", instance)
    if loop.on_skip and loop.skip then self:skip(loop, instance, active) end
    if loop.run then self:run_phase(loop, instance, active) else self:phases(loop, instance, active) end
    self:finish("end_loop")
end

-- Refuses a list beyond the limit; else returns the counter, which knows the loops in which nothing happens.
local function count_steps(unit, trainer, by_node)
    local limit = unit.options.max_steps or 100000
    local counter = setmetatable({ memo = {}, by_node = by_node, places = 0, limit = math.max(limit, #trainer.loops) }, Counter)
    local count = counter:loop(trainer.root, nothing_active)
    if count <= limit then return counter end
    unit.diags:add("too_many_steps", trainer.at, trainer.name, show(count, limit), limit, multipliers(trainer))
end

function flatten.run(unit)
    local trainer = unit.trainer
    for _, loop in ipairs(trainer.loops) do
        for _, node in ipairs(spec_tree.nodes(loop)) do split(node) end
    end
    local by_node = narrowed(trainer)
    local counter = count_steps(unit, trainer, by_node)
    if not counter then return end
    local flattener = setmetatable({ list = {}, open = {}, by_node = by_node, counter = counter, count_of = {}, steps = 0 }, Flattener)
    flattener:loop(trainer.root, nil, nil, nothing_active)
    unit.list, unit.step_count = flattener.list, flattener.steps
end

return flatten

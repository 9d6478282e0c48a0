-- An interpreter of LANGUAGE.md sections 2 to 4, written from its text alone: in, an abstract graph (graph.lua); out,
-- the program's output, its exit code and the failures it reports.
--
-- A step, a phase and a loop all end in nil (continue) or in an outcome:
--   { kind = "fail", failure, suppressed = { failure... } }  failure: "Inner.on_x on Outer.on_y: message"
--   { kind = "recover" }                                      only from a step, straight to the failed part around it
--   { kind = "cancel", target? }  { kind = "stop", target? }  until the phase, or the repetition, takes it

local graph = require "tests.differential.graph"
local place = require "tests.differential.place"

local interpret = {}

local Run = {}
Run.__index = Run

-- Fields ------------------------------------------------------------------------------------------------------------

-- The name of the one instance of a field that is meant; `around` is the place of the owner's copy.
local function instance(field, around)
    if field.scope == "trainer" then return field.name end
    local name = field.owner.name .. "." .. field.name
    if field.scope == "site" then return name .. " at " .. (around.up and place.path(around.up) or "the root") end
    return name
end

function Run:locate(reference, at, callback)
    local field, around = place.resolve(self.graph, reference, at, callback)
    assert(field, reference.name)
    return instance(field, around), field.initial
end

function Run:read(reference, at, callback)
    local key, initial = self:locate(reference, at, callback)
    return self.values[key] or initial
end

local operators = {
    ["=="] = function(a, b) return a == b end,
    [">="] = function(a, b) return a >= b end,
    ["<"] = function(a, b) return a < b end,
    ["+"] = function(a, b) return a + b end,
    ["-"] = function(a, b) return a - b end,
    ["%"] = function(a, b) return math.fmod(a, b) end,
}

function Run:evaluate(expression, at, callback)
    if type(expression) == "number" then return expression end
    if expression.name then return self:read(expression, at, callback) end
    local left = self:evaluate(expression[2], at, callback)
    return operators[expression[1]](left, self:evaluate(expression[3], at, callback))
end

-- Bodies ------------------------------------------------------------------------------------------------------------

local statements = {}

function statements.count(run, statement, at, callback)
    local key, initial = run:locate(statement.field, at, callback)
    run.values[key] = (run.values[key] or initial) + 1
end

function Run:with_values(text, fields, at, callback)
    local words = { text }
    for _, field in ipairs(fields or {}) do
        words[#words + 1] = ("%s=%d"):format(field.name, self:read(field, at, callback))
    end
    return table.concat(words, " ")
end

function statements.print(run, statement, at, callback)
    table.insert(run.output, run:with_values(statement.text, statement.fields, at, callback))
end

function statements.signal(run, statement, at, callback, path)
    if statement.when and not run:evaluate(statement.when, at, callback) then return nil end
    if statement.kind ~= "fail" then return { kind = statement.kind, target = statement.target } end
    local message = run:with_values(statement.message, statement.fields, at, callback)
    return { kind = "fail", failure = path .. ": " .. message, suppressed = {} }
end

function Run:body(body, at, callback, key)
    local path = place.path(at, callback, key)
    table.insert(self.trace, path)
    if #self.trace > self.fuel then error(interpret.out_of_fuel, 0) end
    for _, statement in ipairs(body) do
        local outcome = statements[statement.op](self, statement, at, callback, path)
        if outcome then return outcome end
    end
end

-- The steps at a node, each a function: its body, then its insertions.
function Run:steps(at)
    local out = {}
    if at.node.body then out[1] = function() return self:body(at.node.body, at) end end
    for _, insertion in ipairs(self.insertions[place.name(at)] or {}) do
        if insertion.loop then
            out[#out + 1] = function() return self:loop(insertion.loop, at) end
        elseif place.within(at, insertion.callback) then
            local callback, key = insertion.callback, insertion.key
            out[#out + 1] = function() return self:body(key.body, at, callback, key) end
        end
    end
    return out
end

-- Parts and phases --------------------------------------------------------------------------------------------------

-- The nodes of a loop with one of the prefixes in a phase, in order.
local function nodes_of(loop, phase, ...)
    local out = {}
    for _, prefix in ipairs { ... } do
        local node = graph.find_node(loop, prefix .. "_" .. phase)
        if node then out[#out + 1] = node end
    end
    return out
end

-- One step after the other until one ends otherwise (rules 1 and 2: it skips the rest of the part).
function Run:in_order(loop, nodes, up)
    for _, node in ipairs(nodes) do
        for _, step in ipairs(self:steps { loop = loop, node = node, up = up }) do
            local outcome = step()
            if outcome then return outcome end
        end
    end
end

-- Every step of a handler part, whatever the others do (rule 3). Calls `ended` with the outcome of each.
function Run:every(loop, nodes, up, ended)
    for _, node in ipairs(nodes) do
        for _, step in ipairs(self:steps { loop = loop, node = node, up = up }) do
            local outcome = step()
            if outcome then
                assert(outcome.kind == "fail" or outcome.kind == "recover", "rule 6: a signal leaves a handler part")
                ended(outcome)
            end
        end
    end
end

-- Rule 4: the first failure stays the primary one, a failure takes the place of a cancel or stop.
local function later(pending, failure)
    if not pending or pending.kind ~= "fail" then return failure end
    table.insert(pending.suppressed, failure.failure)
    table.move(failure.suppressed, 1, #failure.suppressed, #pending.suppressed + 1, pending.suppressed)
    return pending
end

-- The failed part of a phase. Returns the status pending after it: nil when the phase is recovered (rule 5).
function Run:failed_part(loop, phase, up, pending)
    local recovered, failed = false, false
    self:every(loop, nodes_of(loop, phase, "failed"), up, function(outcome)
        if outcome.kind == "recover" then
            recovered = true
        else
            failed = true
            pending = later(pending, outcome)
        end
    end)
    if recovered then self.seen[failed and "recover and fail" or "recover"] = true end
    return (failed or not recovered) and pending or nil
end

-- One phase from its try part to its finally part; `try` runs the try part.
function Run:phase(loop, phase, up, try)
    local pending = try()
    assert(not pending or pending.kind ~= "recover", "a recovery outside of a failed part")
    if pending and pending.kind == "fail" then pending = self:failed_part(loop, phase, up, pending) end
    self:every(loop, nodes_of(loop, phase, "finally"), up, function(outcome)
        assert(outcome.kind == "fail", "a recovery outside of a failed part")
        if pending and pending.kind ~= "fail" then self.seen["fail replaces " .. pending.kind] = true end
        pending = later(pending, outcome)
    end)
    if pending and pending.kind == "cancel" then
        self.seen[pending.target and "cancel named" or "cancel"] = true
        if not pending.target or pending.target == loop.name .. "." .. phase then return nil end
    end
    return pending
end

-- Loops -------------------------------------------------------------------------------------------------------------

-- The phases that an iteration runs, in order.
local function phases_of(loop)
    local nodes, out, seen = {}, {}, { run = true, skip = true }
    for _, node in ipairs(loop.nodes) do nodes[#nodes + 1] = node end
    table.sort(nodes, function(a, b) return a.order < b.order end)
    for _, node in ipairs(nodes) do
        if not seen[node.phase] then
            seen[node.phase] = true
            out[#out + 1] = node.phase
        end
    end
    return out
end

function Run:iteration(loop, up)
    for _, field in ipairs(loop.batch or {}) do self.values[loop.name .. "." .. field.name] = 0 end
    for _, phase in ipairs(phases_of(loop)) do
        local outcome = self:phase(loop, phase, up, function()
            return self:in_order(loop, nodes_of(loop, phase, "before", "on", "after"), up)
        end)
        if outcome then return outcome end
    end
end

-- Again and again until done, or `times` times. A stop of this loop ends it as if it were done.
function Run:repetition(loop, up, times)
    local at, iteration, total = { loop = loop, up = up }, loop.name .. ".iteration", loop.name .. ".total"
    while not (loop.done and self:evaluate(loop.done, at)) and not (times and self.values[iteration] >= times) do
        local outcome = self:iteration(loop, up)
        if outcome and outcome.kind == "stop" and (outcome.target or loop.name) == loop.name then
            self.seen[outcome.target and "stop named" or "stop"] = true
            return nil
        end
        if outcome then return outcome end
        self.values[iteration] = self.values[iteration] + 1
        self.values[total] = (self.values[total] or 0) + 1
        self.work = self.work + 1
        if self.work > 20 * self.fuel then error(interpret.out_of_fuel, 0) end
    end
end

local function has_phase(loop, phase) return #nodes_of(loop, phase, "before", "after", "failed", "finally") > 0 end

-- One run of a loop at the place where it is inlined.
function Run:loop(loop, up)
    local at = { loop = loop, up = up }
    if loop.skip and self:evaluate(loop.skip, at) then
        self.seen.skip = true
        return self:in_order(loop, nodes_of(loop, "skip", "on"), up)
    end
    local times = loop.times and self:evaluate(loop.times, at)
    local function body()
        if not graph.repeats(loop) then return self:iteration(loop, up) end
        return self:repetition(loop, up, times)
    end
    self.values[loop.name .. ".iteration"] = 0
    if not has_phase(loop, "run") then return body() end
    return self:phase(loop, "run", up, function()
        return self:in_order(loop, nodes_of(loop, "run", "before"), up) or body()
            or self:in_order(loop, nodes_of(loop, "run", "after"), up)
    end)
end

interpret.out_of_fuel = { "out of fuel" }

-- Runs a graph; `fuel` bounds the bodies executed. Returns nil when they do not suffice, else
--   { output = lines, trace = "node on path" of each body, exit = 0 | 1, failures = the primary one, then the suppressed,
--     seen = set of the events of the run, for statistics }
function interpret.run(g, fuel)
    local run = setmetatable({ graph = g, insertions = graph.insertions(g), values = {}, output = {}, trace = {}, seen = {},
        fuel = fuel, work = 0 }, Run)
    local ended, outcome = pcall(run.loop, run, g.loops[1], nil)
    if not ended then
        if outcome == interpret.out_of_fuel then return nil end
        error(outcome, 0)
    end
    assert(not outcome or outcome.kind == "fail", "rule 6: a signal leaves the trainer")
    local failures = {}
    if outcome then failures = { outcome.failure, table.unpack(outcome.suppressed) } end
    return { output = run.output, trace = run.trace, exit = outcome and 1 or 0, failures = failures, seen = run.seen }
end

return interpret

-- An interpreter of LANGUAGE.md section 6, from its text alone: a random tree (random.lua) -> its steps.
--
-- An element runs as a coroutine that yields just before each leaf; a step lies between two yields. So "executes one
-- leaf, then moves on to just before the next" needs no saying, and a WEAVE is its strands as coroutines of their own.
--
-- interpret.run(spec) returns { steps = { text printed by step 1, 2, ... }, code = exit code, fields = final values }, or nil
-- when the run takes more than `most` steps.

local interpret = {}

local run = {}

local function element(machine, el) return run[el.op](machine, el) end

-- A leaf: the step before it ends here.
function run.CALL(machine, el)
    coroutine.yield()
    machine:print(("%s %d %d %d\n"):format(el.label, machine.fields[1], machine.fields[2], machine.fields[3]))
    if el.set then machine.fields[el.set] = (machine.fields[el.set] * el.factor + el.plus) % 7 end
    if el.signal and machine.fields[el.when] % el.every == 0 then return el.signal end
end

function run.PRINT(machine, el)
    coroutine.yield()
    machine:print(("%s %d\n"):format(el.label, machine.fields[el.field]))
end

-- A process: its changes of fields come back when it ends, unless it failed. The number of steps until then is not fixed.
function run.SPAWN(machine, el)
    coroutine.yield()
    for _, child in ipairs(el) do
        machine.fields[child.set] = (machine.fields[child.set] * child.factor + child.plus) % 7
    end
end

-- A leaf with the site field of the loop around it.
function run.SITE(machine)
    coroutine.yield()
    machine:print(("w %d\n"):format(machine.sites[machine.site]))
    machine.sites[machine.site] = machine.sites[machine.site] + 1
end

function run.SEQ(machine, el)
    for _, child in ipairs(el) do
        local signal = element(machine, child)
        if signal then return signal end
    end
end

local function value(machine, n) return type(n) == "table" and (machine.fields[n.field] + n.plus) % n.modulo - n.minus or n end

-- Without a name the innermost REPEAT or LOOP is what $stop() ends.
local function stopped(signal)
    if signal == "stop" then return true, nil end
    return signal ~= nil, signal
end

function run.REPEAT(machine, el)
    local n = value(machine, el.n)
    if el.counter then machine.fields[el.counter] = 0 end
    for k = 1, n do
        local ends, signal = stopped(element(machine, el.el))
        if ends then return signal end
        if el.counter then machine.fields[el.counter] = k end
    end
end

function run.LOOP(machine, el)
    while true do
        local ends, signal = stopped(element(machine, el.el))
        if ends then return signal end
    end
end

function run.CHOOSE(machine, el)
    local chosen = el[value(machine, el.index) + 1] or el.default
    if not chosen then return "fail" end
    return element(machine, chosen)
end

function run.BUFFER_REPEAT(machine, el)
    local n = value(machine, el.n)
    if n > machine.room then return "fail" end
    for k = 1, n do
        local signal = element(machine, el.el)
        if signal then return signal end
        machine.buffer[k] = machine.fields[el.value]
    end
end

function run.WEAVE(machine, el)
    local strands, finished = {}, 0
    for i, child in ipairs(el) do strands[i] = coroutine.create(function() return element(machine, child) end) end
    local function advance(i)
        local ok, signal = coroutine.resume(strands[i])
        assert(ok, signal)
        if coroutine.status(strands[i]) ~= "dead" then return nil end
        if not signal then finished = finished + 1 end
        return signal
    end
    for i in ipairs(strands) do
        local signal = advance(i)
        if signal then return signal end
    end
    local required, turn, left = el.required == -1 and #el or el.required, 0, 0
    while finished < required do
        left = left - 1
        if left <= 0 or coroutine.status(strands[turn]) == "dead" then
            repeat turn = turn % #el + 1 until coroutine.status(strands[turn]) ~= "dead"
            left = el.step_counts and el.step_counts[turn] or 1
        end
        coroutine.yield()
        local signal = advance(turn)
        if signal then return signal end
    end
end

local Machine = {}
Machine.__index = Machine

function Machine:print(text) self.steps[#self.steps] = self.steps[#self.steps] .. text end

-- The inner loop at one of its two sites. Returns the signal that leaves it.
local function inner(machine, loop, site)
    machine.site = site
    for _ = 1, loop.times do
        local signal = element(machine, loop.tree)
        run.PRINT(machine, { label = "inner", field = 3 })
        if signal == "stop" then return nil end
        if signal and signal ~= "cancel" then return signal end
    end
end

-- The failed part of phase a. Returns the status pending after it.
local function failed(machine, spec)
    local signal = element(machine, spec.failed)
    run.PRINT(machine, { label = "failed", field = 1 })
    return signal ~= "recover" and "fail" or nil
end

-- One iteration of the loop: phase a with its handlers, then phase b. Returns the signal that ends the loop.
local function iteration(machine, spec)
    local signal = element(machine, spec.tree) or inner(machine, spec.inner, 1)
    if signal == "fail" then signal = failed(machine, spec) end
    local late = element(machine, spec.finally)
    run.PRINT(machine, { label = "finally", field = 1 })
    if late == "fail" then signal = "fail" end
    if signal == "cancel" then signal = nil end
    if signal then return signal end
    run.PRINT(machine, { label = "b", field = 2 })
    return element(machine, spec.callback) or inner(machine, spec.inner, 2)
end

-- The outer loop: ended by its own $stop(), named or not; one that leaves phase b is like one that leaves phase a.
local function whole(machine, spec)
    for _ = 1, spec.times do
        local signal = iteration(machine, spec)
        if signal == "stop" or signal == "stop outer" then return nil end
        if signal and signal ~= "cancel" then return signal end
    end
end

function interpret.run(spec, most)
    local machine = setmetatable({ fields = { 0, 1, 2 }, buffer = { 0, 0, 0, 0 }, room = 4, steps = {}, sites = { 0, 0 } }, Machine)
    local main = coroutine.create(function() return whole(machine, spec) end)
    local ok, signal = coroutine.resume(main)
    assert(ok, signal)
    while coroutine.status(main) ~= "dead" do
        machine.steps[#machine.steps + 1] = ""
        if #machine.steps > most then return nil end
        ok, signal = coroutine.resume(main)
        assert(ok, signal)
    end
    local state = {}
    table.move(machine.fields, 1, 3, 1, state)
    table.move(machine.buffer, 1, 4, 4, state)
    return { steps = machine.steps, code = signal == "fail" and 1 or 0, state = table.concat(state, " ") .. "\n" }
end

return interpret

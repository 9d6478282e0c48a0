-- The cost of compiling, in instructions of the Lua machine: the same on every machine and under any load. A spec eight
-- times as large may cost eight times as much. Memory is bounded, too.
--
-- Time is measured by `make bench`; a C function that is called on too long a text does not show here.

local host = require "host"
local pipeline = require "gen.pipeline"
local suite = require("tests.support.harness").suite "speed"

-- Compiles a spec within bounds; returns the bound that it exceeded, or nil.
local function beyond(text, instructions, memory)
    local unit = pipeline.unit(suite:file("spec.lua", text), { format = "never", max_steps = 1000000 })
    local ok, why = host.sandbox("run()", "=speed", { run = function() pipeline.run(unit, "emit") end },
        { instructions = instructions, memory = memory, seconds = 100 })
    if not ok then return why.limit or why.traceback end
    suite:check(unit.text, unit.diags:text())
    return nil, unit
end

-- Specs of about n steps.
local shapes = {
    { "one loop of nodes written out", 7000, function(n)
        local out = { 'local A = loop "A" { state = { n = i32(0) },\n' }
        local prefixes = { "before", "on", "after", "failed", "finally" }
        for i = 0, n - 1 do
            out[#out + 1] = ("  %s_p%d = node(%d, [[ $n += %d; if ($n > %d) puts(\"%d\"); ]]),\n"):format(prefixes[i % 5 + 1], i // 5, i, i, i, i)
        end
        return table.concat(out) .. '}\nreturn trainer "t" { A }\n'
    end },
    { "a loop at a hundred sites", 4000, function(n)
        return ([[
            local outer, inner = { state = { n = u64(0) } }, { call_on = {} }
            for i = 1, 100 do outer["on_p" .. i] = node(i, ("if (%%d > 200) $fail(\"x\"); $n++;"):format(i)) end
            local A = loop "A" (outer)
            for i = 1, 100 do inner.call_on[i] = A["on_p" .. i] end
            for i = 1, %d do inner["on_q" .. i] = node(i, ("puts(\"%%d\");"):format(i)) end
            return trainer "t" { A, loop "B" (inner) }]]):format(n // 100)
    end },
    { "many loops on one node", 9000, function(n)
        local out = { 'local all = { loop "Root" { on_x = node(1) } }\n' }
        for i = 1, n // 4 do
            out[#out + 1] = ([=[
all[#all + 1] = loop "L%d" { call_on = { all[1].on_x }, times = %d, done = "$n > %d", state = { n = i32(%d) },
  before_p = node(1, [[ $n++; ]]), on_p = node(2, [[ if ($n > 3) $fail("n is %%d", $n); ]]),
  after_p = node(3, [[ if ($n > 4) $stop(); ]]), finally_p = node(5, [[ puts("done"); ]]) }
]=]):format(i, i % 3, i, i)
        end
        return table.concat(out) .. 'return trainer "t" (all)\n'
    end },
    { "many callbacks on one node", 7000, function(n)
        return ([[
            local all = { loop "A" { times = 3, on_x = node(1) } }
            for i = 1, %d do all[#all + 1] = callback("c" .. i) { x = ("$n += %%d;"):format(i), state = { n = i32(0) } } end
            return trainer "t" (all)]]):format(n)
    end },
    { "callbacks narrowed to one of many places", 9000, function(n)
        return ([[
            local outer, inner, all = {}, { call_on = {}, on_i = node(1) }, {}
            for i = 1, %d do outer["on_p" .. i] = node(i) end
            all[1] = loop "A" (outer)
            for i = 1, %d do inner.call_on[i] = all[1]["on_p" .. i] end
            all[2] = loop "B" (inner)
            for i = 1, %d do all[#all + 1] = callback("c" .. i) { within = { inner.call_on[i] }, i = "x;" } end
            return trainer "t" (all)]]):format(n // 4, n // 4, n // 4)
    end },
}

local empty = 1000000 -- instructions for a spec without steps, at most

for _, shape in ipairs(shapes) do
    local name, most, make = shape[1], shape[2], shape[3]
    for _, steps in ipairs { 500, 4000 } do
        suite:test(("%s, %d steps"):format(name, steps), function()
            suite:equal(beyond(make(steps), empty + most * steps, 256 << 20), nil, ("at most %d instructions a step"):format(most))
        end)
    end
end

suite:test("500 loops, one in the other", function()
    local text = [[
        local all = {}
        for i = 1, 500 do
            local up = all[i - 1]
            all[i] = loop("L" .. i) { call_on = up and { up.on_x }, times = i % 2 == 0 and 1 or nil, state = { n = i32(0) },
                on_x = node(1, "$n++; if ($n > 3) $fail(\"x\"); if ($L1.n > 4) $cancel(L1.x); $stop();"),
                finally_x = node(2, "puts(\"f\");") }
        end
        all[1].times = 2
        return trainer "t" (all)]]
    local limit, unit = beyond(text, 30000000, 128 << 20)
    suite:equal(limit, nil)
    local count = 0
    for line in unit.text:gmatch("[^\n]+") do
        suite:check(#line < 4095, "a line longer than C promises")
        count = count + 1
    end
    suite:check(count < 80 * 500, ("%d lines: more than a loop's share each"):format(count))
end)

suite:test("2000 errors", function()
    local text = [[
        local nodes = {}
        for i = 1, 2000 do nodes["on_p" .. i] = node(i, ("$nothing_%d++;"):format(i)) end
        return trainer "t" { loop "A" (nodes), state = { nothing = i32(0) } }]]
    local unit = pipeline.unit(suite:file("spec.lua", text), { format = "never" })
    local ok = host.sandbox("run()", "=speed", { run = function()
        pipeline.run(unit, "emit")
        unit.diags:text()
    end }, { instructions = 60000000, seconds = 100 })
    suite:check(ok, "too many instructions")
    suite:equal(unit.diags.errors, 2000)
end)

return suite:finish()

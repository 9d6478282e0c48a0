-- gen/emit/equal_loops.lua: instances that are found equal without their text are those whose text is the same.

local equal_loops = require "gen.emit.equal_loops"
local harness = require "tests.support.harness"
local suite = harness.suite "equal_loops"

-- A loop of sixty steps on three nodes; a callback hears one of them only in the second place.
local spec = [[
    local Outer = loop "Outer" { on_a = node(1), on_b = node(2), on_c = node(3) }
    local steps = { call_on = { Outer.on_a, Outer.on_b, Outer.on_c } }
    for i = 1, 60 do steps["on_s" .. i] = node(i, "$x += " .. i .. ";" .. (i == 7 and "if ($x < 0) $fail(\"below 0\");" or "")) end
    local Inner = loop "Inner" (steps)
    local once = callback "once" { within = { Outer.on_b }, on_s3 = "$x = 0;" }
    return trainer "t" { Outer, Inner, once, state = { x = i64(0) } }]]

-- The C without the search, by which all texts are made and compared.
local function slowly(make)
    local find = equal_loops.find
    equal_loops.find = function() end
    local text = make()
    equal_loops.find = find
    return text
end

suite:test("equal instances share a function, others have their own", function()
    local text = suite:good(spec).text
    suite:check(text:find("on Outer.on_a, Outer.on_c", 1, true), "the first and the third are one")
    suite:check(text:find("Inner_on_Outer_on_b_steps(struct t *s", 1, true), "the second has its own")
end)

suite:test("the C is that of comparing all texts", function()
    suite:equal(suite:good(spec).text, slowly(function() return suite:good(spec).text end))
    local found = 0
    local find = equal_loops.find
    equal_loops.find = function(...)
        local run = find(...)
        found = found + (run and 1 or 0)
        return run
    end
    suite:good(spec)
    equal_loops.find = find
    suite:equal(found, 1)
end)

return suite:finish()

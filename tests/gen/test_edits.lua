-- Edits of a spec: loops connected to places of others, and exchanged. Edits that do not fit are in tests/bad/.

local harness = require "tests.support.harness"
local suite = harness.suite "edits"

local function check(text) return suite:good(text, "flatten") end

-- "Outer.on_a Inner.on_x": every step with a body, in order.
local function steps(unit)
    local out = {}
    for _, item in ipairs(unit.list) do
        if item.op == "step" then out[#out + 1] = item.source.full end
    end
    return table.concat(out, " ")
end

local function field(unit, loop_name, name)
    for _, loop in ipairs(unit.trainer.loops) do
        for _, each in ipairs(loop.name == loop_name and loop.fields or {}) do
            if each.name == name then return each.default end
        end
    end
end

local loops = [[
    local function one(name, n, key)
        return loop(name) { state = { [key or "n"] = i32 { n, option = true } }, on_x = node(1, "before();"), after_x = node(2, "after();") }
    end
    local Outer = loop "Outer" { on_a = node(1, "a();"), on_b = node(2, "b();") }
    local Inner, Other, Child = one("Inner", 3), one("Other", 4), loop "Child" { on_y = node(1, "y();") }
]]

suite:test("connect puts loops on places, and into the trainer", function()
    local unit = check(loops .. [[
        Outer:connect { on_b = { Inner, one("Second", 5, "m") } }
        Inner:connect { on_x = Child }
        return trainer "t" { Outer }
    ]])
    suite:equal(steps(unit), "Outer.on_a Outer.on_b Inner.on_x Child.on_y Inner.after_x Second.on_x Second.after_x")
end)

suite:test("replace takes the place, the arguments and the children of the old loop", function()
    local unit = check(loops .. [[
        Outer:connect { on_b = Inner }
        Inner:connect { after_x = Child }
        Outer:replace { Inner = Other }
        return trainer "t" { Outer }
    ]])
    suite:equal(steps(unit), "Outer.on_a Outer.on_b Other.on_x Other.after_x Child.on_y")
    suite:equal(field(unit, "Other", "n"), 3)
end)

suite:test("several loops are exchanged in one call", function()
    local unit = check(loops .. [[
        local Second, Fourth = one("Second", 5, "m"), one("Fourth", 6, "m")
        Outer:connect { on_a = Inner, on_b = Second }
        Outer:replace { Inner = Other, Second = Fourth }
        return trainer "t" { Outer }
    ]])
    suite:equal(steps(unit), "Outer.on_a Other.on_x Other.after_x Outer.on_b Fourth.on_x Fourth.after_x")
    suite:equal(field(unit, "Other", "n") .. field(unit, "Fourth", "m"), "35")
end)

suite:test("when one of them does not fit, none is exchanged", function()
    local unit = suite:spec(loops .. [[
        local Second = one("Second", 5, "m")
        Outer:connect { on_a = Inner, on_b = Second }
        Outer:replace { Inner = Other, Second = loop "Bare" { on_z = node(1, "z();") } }
        return trainer "t" { Outer }
    ]], "check")
    suite:equal(harness.ids(unit), "bad_replace")
    local names = {}
    for i, each in ipairs(unit.trainer.loops) do names[i] = each.name end
    suite:equal(table.concat(names, " "), "Outer Inner Second")
end)

suite:test("when one of them cannot be connected, none is", function()
    local unit = suite:spec(loops .. [[
        Outer:connect { on_a = Inner, on_c = Other }
        return trainer "t" { Outer }
    ]], "check")
    suite:equal(harness.ids(unit), "bad_connect")
    suite:equal(#unit.trainer.loops, 1)
end)

return suite:finish()

-- gen/spec/dsl.lua and gen/spec/load.lua: the words of a spec, their positions, the limits of a spec.

local dsl = require "gen.spec.dsl"
local harness = require "tests.support.harness"
local suite = harness.suite "dsl"

-- The value that a spec returns as `first entry` of its trainer's list after loading; checks nothing.
local function load(text)
    local unit = suite:good(text, "load")
    return unit.spec, unit
end

suite:test("values know their kind, name and line", function()
    local spec = load 'local A = loop "A" {\n  on_x = node(1),\n  on_y = node { order = 2,\n  [[ y; ]] },\n}\nreturn trainer "t" { A }'
    local info = dsl.about[spec[1]]
    suite:equal(info.kind .. info.name .. info.line .. info.file, "loopA1spec.lua")
    suite:equal(dsl.at(spec[1].on_x).line, 2)
    suite:equal(dsl.at(spec[1].on_y).line, 3)
    suite:equal(dsl.about[spec[1].on_x].name, "on_x")
    suite:equal(dsl.kind(spec), "trainer")
end)

suite:test("entries stand in the order of the text", function()
    local spec = load [[local A = loop "A" { on_z = node(1), on_a = node(2), on_m = node(3), done = "1", call_on = {} }
        return trainer "t" { A }]]
    local keys = {}
    for i, entry in ipairs(dsl.entries(spec[1])) do keys[i] = entry.key end
    suite:equal(table.concat(keys, " "), "on_z on_a on_m call_on done")
end)

suite:test("node takes an order and a body, or a table", function()
    local spec = load [[return trainer "t" { loop "A" { on_a = node(1, "x;"), on_b = node { order = 2, "y;" }, on_c = node "z;" } }]]
    local A = spec[1]
    suite:equal(A.on_a.order .. A.on_a[1] .. A.on_b.order .. A.on_b[1], "1x;2y;")
    suite:equal(A.on_c.order, nil)
    suite:equal(A.on_c[1], "z;")
end)

suite:test("a loop answers names that it has not with a stand-in", function()
    local spec = load [[local A = loop "A" { on_a = node(1) } return trainer "t" { A, A.on_b, A.state, A.done }]]
    suite:equal(dsl.kind(spec[2]), "missing")
    suite:equal(spec[2].key, "on_b")
    suite:equal(spec[3], nil)
end)

suite:test("a node used in two loops is two nodes", function()
    local spec = load [[local n = node(1, "x;") local A, B = loop "A" { on_a = n }, loop "B" { on_b = n }
        return trainer "t" { A, B }]]
    suite:check(spec[1].on_a ~= spec[2].on_b)
    suite:equal(dsl.about[spec[1].on_a].loop, spec[1])
    suite:equal(dsl.about[spec[2].on_b].loop, spec[2])
    suite:equal(spec[2].on_b[1], "x;")
end)

suite:test("two loops made of one table are two loops", function()
    local spec = load [[local body = { on_a = node(1, "x;") } local A, B = loop "A" (body), loop "B" (body)
        return trainer "t" { A, B }]]
    suite:equal(dsl.about[spec[1]].name .. dsl.about[spec[2]].name, "AB")
    suite:check(spec[1].on_a ~= spec[2].on_a)
end)

suite:test("types are called and indexed", function()
    local spec = load [[return trainer "t" { state = { a = f32, b = f32(1), c = i32[3][4], d = i32[2] { 5, 6 }, e = u64 { 7, option = true } } }]]
    local state = spec.state
    suite:check(dsl.is_type(state.a) and dsl.is_type(state.c) and not dsl.is_type(state.b))
    suite:equal(table.concat(rawget(state.c, "dims"), "x"), "3x4")
    suite:equal(state.d.parameters[2] .. state.e.parameters[1], "67")
end)

suite:test("values can be read and changed before they are returned", function()
    local unit = suite:good [[local A = loop "A" { times = 3, on_a = node(1, "int x = 1; (void)x;") }
        A.times, A.on_a.order = A.times + 1, 7
        for key, value in pairs(A) do if key == "on_a" then value[1] = value[1] .. " /* more */" end end
        return trainer "t" { A }]]
    suite:equal(unit.trainer.root.times, 4)
    suite:contains(unit.trainer.root.nodes[1].body.text, "more")
end)

suite:test("modules beside the spec, each once, and in folders", function()
    suite:file("lib/parts.lua", "count = (rawget(_G, 'count') or 0) + 1\nreturn { body = [[ puts(\"x\"); ]], name = ... }")
    suite:file("other.lua", "return require 'lib.parts'")
    local unit = suite:good [[local a, b = require "lib.parts", require "other"
        assert(a == b and count == 1)
        return trainer "t" { loop "A" { on_a = node(1, a.body) } }]]
    suite:equal(#unit.files, 3)
    suite:check(unit.sources["lib/parts.lua"] and unit.sources["other.lua"], "sources")
end)

suite:test("what is made in a module stands there", function()
    suite:file("made.lua", "\nreturn function(name, order)\n    return loop(name) { on_a = node(order, [[\n        x;\n    ]]) }\nend")
    local unit = suite:spec([[local make = require "made" return trainer "t" { make("A", -1) }]], "check")
    local row = unit.diags:sorted()[1]
    suite:equal(row.at.file .. row.at.line, "made.lua3")
end)

suite:test("errors in modules are shown there", function()
    suite:file("wrong.lua", "\n\nerror 'no'")
    local unit = suite:spec([[require "wrong"]], "load")
    suite:contains(unit.diags:text(), "wrong.lua:3: error: no [lua_error]")
end)

suite:test("a module's error can be caught", function()
    suite:good [[assert(not pcall(require, "not_there")) return trainer "t" { loop "A" { on_a = node(1, "puts(\"\");") } }]]
end)

suite:test("a spec has no way out", function()
    suite:good [[
        for _, name in ipairs { "io", "os", "debug", "package", "load", "loadfile", "dofile", "collectgarbage", "coroutine" } do
            assert(_G[name] == nil, name)
        end
        assert(string.dump == nil and getmetatable("") == false)
        local A = loop "A" { on_a = node(1, "puts(\"\");") }
        assert(not pcall(setmetatable, A, {}) and getmetatable(A) == false and getmetatable(f32) == false)
        return trainer "t" { A }]]
end)

suite:test("metatables of a spec do nothing once it has run", function()
    suite:good [[
        local function forever() while true do end end
        local trap = { __index = forever, __len = forever, __pairs = forever, __eq = forever }
        return trainer "t" (setmetatable({ loop "A" { on_a = node(setmetatable({ order = 1, "puts(\"\");" }, trap)),
            state = setmetatable({ x = u64(setmetatable({ 3 }, trap)) }, trap) } }, trap))]]
end)

suite:test("a mark at the beginning of the file is no error", function()
    suite:good "\239\187\191return trainer 't' { loop 'A' { on_a = node(1, 'puts(\"\");') } }"
end)

return suite:finish()

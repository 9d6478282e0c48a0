-- gen/check/fields.lua, aggregates.lua: the tree of good fields. Bad ones are in tests/bad/.

local host = require "host"
local suite = require("tests.support.harness").suite "fields"

-- The fields of a trainer whose state is given as text, by name.
local function fields(text)
    local unit = suite:good(("return trainer 't' { loop 'A' { on_a = node(1, 'x;') }, state = { %s } }"):format(text), "check")
    local by_name = {}
    for _, field in ipairs(unit.trainer.fields) do by_name[field.name] = field end
    return by_name
end

local function show(value) return type(value) == "table" and "{" .. table.concat(value, " ") .. "}" or tostring(value) end

suite:test("no option has the name of a flag that every trainer has", function()
    local count = 0
    for name in assert(host.read "runtime/main/flags.def"):gmatch '\nFLAG%("([%w-]+)"' do
        local field = ("%s = str { option = true }"):format(name:gsub("-", "_"))
        suite:expect_ids(("return trainer 't' { loop 'A' { on_a = node(1, 'x;') }, state = { %s } }"):format(field), "flag_taken", "check")
        count = count + 1
    end
    suite:check(count >= 20, count)
    suite:good("return trainer 't' { loop 'A' { on_a = node(1, 'x;') }, state = { seed = u64 { 1, option = true } } }", "check")
end)

suite:test("defaults", function()
    for _, row in ipairs { { "f32", "nil" }, { "f32()", "nil" }, { "f32(0.5)", "0.5" }, { "f32 { 0.5 }", "0.5" }, { "i32(3.0)", "3" },
        { "bool(false)", "false" }, { "bool(true)", "true" }, { "bool { false, option = true }", "false" }, { 'str ""', "" },
        { 'str "x"', "x" }, { "u64(math.maxinteger)", "9223372036854775807" }, { "i64(math.mininteger)", "-9223372036854775808" },
        { "u32(4294967295)", "4294967295" }, { "f32(1/0)", "inf" }, { "f32(3.4e38)", "3.4e+38" }, { "i32[3]", "nil" },
        { "i32[3](7)", "7" }, { "i32[3] { 1, 2, 3 }", "{1 2 3}" }, { "i32[3](1, 2, 3)", "{1 2 3}" }, { "bool[2] { false }", "false" },
        { "i32[1] { 5 }", "5" }, { "f32[2][2] { 1, 2, 3, 4 }", "{1 2 3 4}" } } do
        suite:equal(show(fields("x = " .. row[1]).x.default), row[2], row[1])
    end
end)

suite:test("keys", function()
    local x = fields('a_b = f32 { 1, option = true, settable = true, report = true, doc = "d" }').a_b
    suite:check(x.option and x.settable and x.report and not x.const)
    suite:equal(x.flag, "a-b")
    suite:equal(x.doc, "d")
    suite:equal(fields("c = f32 { 1, option = false }").c.flag, nil)
end)

suite:test("ranges", function()
    local all = fields "a = f32 { 0.5, option = true, min = 0, max = 1 }, b = i32[2] { 3, settable = true, min = 3 }"
    suite:equal(show(all.a.min) .. show(all.a.max) .. show(all.b.min) .. show(all.b.max), "013nil")
    for _, row in ipairs { { "f32 { 2, option = true, max = 1 }", "its default 2 is not from -inf to 1" },
        { "f32 { option = true, min = 1 }", "its default 0 is not from 1 to inf" }, { "f32 { 1, min = 1 }", "it has neither" },
        { 'str { "", option = true, min = 1 }', "of type str has no min and max" },
        { "f32 { 1, option = true, min = 2, max = 1 }", "no number is from 2 to 1" } } do
        local unit = suite:expect_ids(("return trainer 't' { loop 'A' { on_a = node(1, 'x;') }, state = { x = %s } }"):format(row[1]), "bad_field",
            "check")
        suite:contains(unit.diags:text(), row[2])
    end
end)

suite:test("one value used for several fields", function()
    local all = fields "a = f32 { 1, report = true }, s = samples { f32[2], 8 }, t = samples { f32[2], 8 }"
    suite:equal(table.concat(all.s.dims, "x"), "8x2")
    local unit = suite:good([[
        local shared = { s = samples { f32, 8 }, n = u64(1) }
        local A = loop "A" { on_a = node(1), state = shared }
        return trainer "t" { A, loop "B" { call_on = { A.on_a }, on_b = node(1, "x;"), state = shared } }]], "check")
    for _, loop in ipairs(unit.trainer.loops) do
        suite:equal(loop.fields[1].samples, 8)
        suite:equal(loop.fields[1].full, loop.name .. ".s")
    end
end)

suite:test("nets and what belongs to them", function()
    local all = fields [[train = dataset { option = true, label = "last", scale = "standard", classes = 3 }, test = dataset { like = "train" },
        net = mlp { 4, 5, 3, activation = "tanh", batch = 8, inputs_from = "train", inputs_max = 6 }, opt = optimizer { "adamw", net = "net" }]]
    suite:equal(all.test.parameters.like, all.train)
    suite:equal(all.net.parameters.inputs_from, all.train)
    suite:equal(all.opt.parameters.net, all.net)
    suite:equal(show(all.net.parameters.layers) .. all.net.parameters.output .. all.net.parameters.init, "{4 5 3}softmaxxavier")
    suite:equal(all.opt.parameters.kind, "adamw")
end)

suite:test("names in a loop's net are those of the loop, else of the trainer", function()
    local unit = suite:good([[return trainer "t" { loop "A" { on_a = node(1, "x;"), state = { net = mlp { 2, 3 }, opt = optimizer { net = "net" } } },
        state = { net = mlp { 2, 2 } } }]], "check")
    local own = unit.trainer.root.fields
    suite:equal(own[2].parameters.net, own[1])
end)

suite:test("a site field is named from its place, that of the root from the root", function()
    local text = suite:good([[local A = loop "A" { on_a = node(1), site = { k = i32(1) } }
        return trainer "t" { A, loop "B" { call_on = { A.on_a }, on_b = node(1, "$k = $l;"), site = { l = i32(1) } } }]], "emit").text
    suite:contains(text, 'LOOPC_NAMED("A.k", t, A_site.k')
    suite:contains(text, 'LOOPC_FIELD(t, B_on_A_on_a.l')
end)

suite:test("an option called seed is the program's seed", function()
    suite:equal(fields("seed = u64 { 3, option = true }").seed.flag, "seed")
end)

return suite:finish()

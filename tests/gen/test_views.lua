-- gen/views/dump.lua, explain.lua, graph.lua, json.lua: the same spec always looks the same, JSON can be read, and nothing fails on
-- odd but good specs. Also that twenty compilations give the same bytes.

local dump = require "gen.views.dump"
local explain = require "gen.views.explain"
local graph = require "gen.views.graph"
local host = require "host"
local json = require "gen.base.json"
local pipeline = require "gen.pipeline"
local suite = require("tests.support.harness").suite "views"

local passes = { "load", "check", "flatten", "analyse_fields", "analyse_signals", "analyse_flow", "layout", "emit" }

local specs = {
    small = [[return trainer "t" { loop "A" { on_a = node(1) } }]],
    events = [[
        local A = loop "graph" { doc = "says \"a\\b\"", on_a = node { order = 1, doc = "an event" }, on_b = node(2), skip = "$x > 1",
            on_skip = node(0, "x;"), times = "$x + 1", before_run = node(0), state = { x = i32 { 3, doc = "an x", option = true } } }
        return trainer "node" { A, callback "c" { order = 3, doc = "ü", a = "$n++;", ["graph.b"] = { order = 1, "$n--;" }, state = { n = i32(0) } },
            state = { s = str "t\\" } }]],
    signals = [[
        local A = loop "A" { times = 3, done = "$A.total > 5", on_a = node(1, "if (1) $fail(\"x\"); if (2) $stop(); if (3) $cancel();"),
            failed_a = node(2, "$recover();"), finally_a = node(3, "if (1) $fail(\"late\");"), on_b = node(4, "y;"), failed_b = node(5, "dead;") }
        local B = loop "B" { call_on = { A.on_a, A.failed_b, A.finally_a }, order = 2, site = { k = i32(0) }, batch = { l = f32[2] },
            on_i = node(1, "$k++; if ($k > 3) $fail(\"%d\", $k);") }
        return trainer "t" { A, B, callback "c" { within = { A.on_a }, i = "if (1) $cancel(A.a);" } }]],
    data = [[
        local A = loop "A" { times = 2, on_a = node(1, "$loss = net_train($net, $opt, $x, $y, 3, 0.1f);"),
            state = { loss = f32 { 0, report = true }, x = f32[3][4], y = i32[3] } }
        return trainer "t" { A, state = { train = dataset { option = true }, net = mlp { 4, 3, batch = 3 }, opt = optimizer { "adam", net = "net" },
            r = rng {} } }]],
}

local names = { "data", "events", "signals", "small" }

local function compile(text) return suite:good(text, "emit", { format = "never" }) end

local function each(visit)
    for _, name in ipairs(names) do visit(name, compile(specs[name])) end
end

-- The error of another program's JSON reader for a text: nil when it is good.
local function json_problem(text)
    local program = "import json, sys; json.loads(sys.stdin.buffer.read().decode(), parse_constant=sys.exit)"
    local status, _, message = host.run { "python3", "-c", program, input = text }
    if not status then return "python3 is needed to read JSON" end
    return status ~= 0 and message or nil
end

suite:test("each pass can be dumped", function()
    each(function(_, unit)
        for _, pass in ipairs(passes) do
            local text = dump.text(unit, pass)
            suite:check(text:match("\n$"), pass)
            suite:check(not text:find("table: 0x", 1, true), pass)
        end
    end)
end)

-- All views of a unit in one text.
local function views(unit)
    local out = { explain.text(unit), graph.dot(unit), graph.mermaid(unit), graph.json(unit), unit.diags:text() }
    for _, pass in ipairs(passes) do out[#out + 1] = pass ~= "load" and dump.text(unit, pass) or nil end
    return table.concat(out, "\n")
end

suite:test("twenty compilations, the same bytes everywhere", function()
    for _, name in ipairs(names) do
        local first = views(compile(specs[name]))
        for _ = 1, 19 do suite:check(views(compile(specs[name])) == first, name) end
    end
end)

suite:test("twenty processes, the same bytes, whatever the locale, the time zone, the home and the folder", function()
    local text = specs.signals:gsub("return trainer", [[
        for i = 1, 40 do _G["C" .. i] = callback("c" .. i) { ["*.i"] = "puts(\"\");", b = "x();", state = { ["f" .. i] = f32(i), g = bool } } end
        local all = { A, B }
        for name, value in pairs(_G) do if name:match("^C%%d+$") then all[#all + 1] = value end end
        all.code = "static void x(void) {}"
        do return trainer "many" (all) end
        return trainer]])
    local path = suite:file("spec.lua", text)
    local folder, first = path:match("^(.*)/"), nil
    for i = 1, 20 do
        local status, out, err = host.run { host.exe(), "--scripts", host.cwd(), "gen", "--no-format", i % 2 == 0 and path or "spec.lua",
            cwd = i % 2 == 1 and folder or nil, env = { "LC_ALL=" .. (i % 3 == 0 and "C" or "de_DE.UTF-8"), "TZ=Asia/Tokyo", "HOME=/nowhere/" .. i } }
        suite:equal(status, 0, err)
        first = first or out
        suite:check(out == first, "run " .. i)
    end
end)

suite:test("the path by which the spec was named makes no difference", function()
    local path = suite:file("spec.lua", specs.signals)
    local folder = path:match("^(.*)/")
    local texts = {}
    for i, name in ipairs { path, folder .. "/./spec.lua", folder .. "//spec.lua" } do
        local unit = pipeline.unit(name, { format = "never" })
        suite:check(pipeline.run(unit, "emit"))
        texts[i] = views(unit)
    end
    suite:check(texts[1] == texts[2] and texts[1] == texts[3])
end)

suite:test("graphs as JSON can be read", function()
    each(function(_, unit) suite:equal(json_problem(graph.json(unit)), nil) end)
end)

suite:test("diagnostics as JSON can be read", function()
    local unit = suite:spec("return trainer 't' { loop 'A' { ['on_\\\"\\1\\255'] = node(1), on_b = 3, tims = 4 } }", "check")
    suite:equal(json_problem(unit.diags:json()), nil)
end)

suite:test("JSON values", function()
    suite:equal(json.string 'a"b\\c\n\t\1', '"a\\"b\\\\c\\n\\t\\u0001"')
    suite:equal(json.string "ü€", '"ü€"')
    suite:equal(json_problem("[" .. json.string "\255\254 \xc3( \xed\xa0\x80 ok" .. "]"), nil)
    suite:equal(json.value(3), "3")
    suite:equal(json.value(0.1), "0.10000000000000001")
    suite:equal(json.value(0 / 0), "null")
    suite:equal(json.value(1 / 0), "null")
    suite:equal(json.value(json.list { 1, "a", true }), '[1, "a", true]')
    suite:equal(json.value(json.object { { "a", 1 }, { "b", nil }, { "c", false } }), '{"a": 1, "c": false}')
    suite:equal(json.array {}, "[]")
end)

suite:test("graphs as DOT can be read", function()
    each(function(name, unit)
        local status, _, message = host.run { "dot", "-Tsvg", input = graph.dot(unit) }
        if status then suite:equal(status, 0, name .. ": " .. message) end
    end)
end)

suite:test("DOT quotes names that mean something to it", function()
    local text = graph.dot(compile(specs.events))
    suite:contains(text, 'digraph "node" {')
    suite:contains(text, "subgraph cluster_graph {")
end)

suite:test("explain tells the order, uses, landings, events", function()
    local text = explain.text(compile(specs.signals))
    for _, part in ipairs { "loop A, times 3, until $A.total > 5", "1. on_a [1]", "loop B, on A.on_a [insertion 2]", "+ c.i [insertion 10]",
        "reads B.k", "on failure", "finally", "a failure lands at the end of A.a: failed_a, finally_a", "never runs: nothing here can fail",
        "a failure leaves its phase" } do suite:contains(text, part) end
    text = explain.text(compile(specs.events))
    for _, part in ipairs { "when skipped", "each iteration", "skipped when $x > 1", "listeners: c.a", "an event" } do suite:contains(text, part) end
    suite:contains(explain.text(compile(specs.small)), "no listeners")
end)

suite:test("a listing stays narrow however long an expression is", function()
    local unit = compile([[return trainer "t" { loop "A" { done = "]] .. ("1 + "):rep(100) .. [[1", on_a = node(1, "x;") } }]])
    for line in explain.text(unit):gmatch("[^\n]+") do suite:check(#line < 160, line) end
    unit = compile("return trainer 't' { loop 'A' { done = [[1 +\n  1]], on_a = node(1, 'x;') } }")
    suite:contains(explain.text(unit), "until 1 + 1")
end)

return suite:finish()

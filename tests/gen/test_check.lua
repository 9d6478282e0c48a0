-- gen/check/: the tree of a good spec. Bad ones are in tests/bad/.

local dump = require "gen.views.dump"
local harness = require "tests.support.harness"
local suite = harness.suite "check"

local function names(list)
    local out = {}
    for i, entry in ipairs(list) do out[i] = entry.name or entry.full or tostring(entry) end
    return table.concat(out, " ")
end

-- The insertions on a node, in order: "log.x Inner".
local function insertions(unit, full)
    local loop_name, name = full:match("^(.-)%.(.*)$")
    local out = {}
    for _, loop in ipairs(unit.trainer.loops) do
        if loop.name == loop_name then
            for i, insertion in ipairs(loop.by_name[name].insertions) do out[i] = insertion.what.full or insertion.what.name end
        end
    end
    return table.concat(out, " ")
end

local function check(text) return suite:good(text, "check") end

suite:test("nodes are sorted into phases by their orders", function()
    local unit = check [[return trainer "t" { loop "A" { on_y = node(20), finally_x = node(9), on_x = node(3), before_x = node(0),
        after_x = node(4), failed_x = node(7), before_run = node(0), finally_run = node(99), skip = "0", on_skip = node(3) } }]]
    local loop = unit.trainer.root
    suite:equal(names(loop.phases), "x y")
    suite:equal(names(loop.phases[1].try), "before_x on_x after_x")
    suite:equal(loop.phases[1].failed.name .. loop.phases[1].finally.name, "failed_xfinally_x")
    suite:equal(names(loop.run.nodes), "before_run finally_run")
    suite:equal(loop.on_skip.name, "on_skip")
    suite:equal(names(loop.nodes), "before_x on_x after_x failed_x finally_x on_y")
end)

suite:test("phases may hold underscores, digits, any of the parts alone", function()
    local unit = check [[return trainer "t" { loop "A" { on_a_b = node(1), finally_on_x = node(2), failed_2 = node(3), after_after = node(4) } }]]
    suite:equal(names(unit.trainer.root.phases), "a_b on_x 2 after")
end)

suite:test("an order may be a float without a fraction", function()
    suite:equal(math.type(check [[return trainer "t" { loop "A" { on_a = node(2.0, "x;"), times = 3.0 } }]].trainer.root.nodes[1].order),
        "integer")
end)

suite:test("a body of blanks and comments is none", function()
    local unit = check "return trainer 't' { loop 'A' { on_a = node(1, ' /* x */ \\n // y'), on_b = node(2), on_c = node(3, ';') } }"
    local loop = unit.trainer.root
    suite:equal(loop.by_name.on_a.body, nil)
    suite:equal(loop.by_name.on_b.body, nil)
    suite:equal(loop.by_name.on_c.body.text, ";")
end)

suite:test("insertions stand in the order of their order, ties in that of the trainer", function()
    local unit = check [[
        local A = loop "A" { on_x = node(1) }
        local function inner(name, order) return loop(name) { call_on = { A.on_x }, order = order, on_i = node(1, "x;") } end
        local B, C, D = inner("B"), inner("C", 3), inner("D")
        local e = callback "e" { on_x = "x;" }
        local f = callback "f" { order = 3, on_x = "x;" }
        local g = callback "g" { on_x = { order = 0, "x;" } }
        return trainer "t" { A, D, e, B, f, C, g }]]
    suite:equal(insertions(unit, "A.on_x"), "g.on_x f.on_x C D e.on_x B")
end)

suite:test("keys of callbacks", function()
    local unit = check [[
        local A = loop "A" { on_x = node(1), on_loss = node(2) }
        local B = loop "B" { call_on = { A.on_x }, on_y = node(1), before_loss = node(2), on_loss = node(3), after_run = node(1) }
        local c = callback "c" { on_y = "1;", y = "2;", before_loss = "3;", ["A.loss"] = "4;", ["B.on_loss"] = "5;", ["*.loss"] = "6;",
            ["after_run"] = "7;" }
        return trainer "t" { A, B, c }]]
    suite:equal(insertions(unit, "B.on_y"), "c.on_y c.y")
    suite:equal(insertions(unit, "B.before_loss"), "c.before_loss")
    suite:equal(insertions(unit, "A.on_loss"), "c.loss c.loss")
    suite:equal(insertions(unit, "B.on_loss"), "c.loss c.on_loss")
    suite:equal(insertions(unit, "B.after_run"), "c.after_run")
end)

suite:test("a key names the node of that name before the node on_ of that name", function()
    local unit = check [[
        local A = loop "A" { on_before_x = node(1) }
        local B = loop "B" { call_on = { A.on_before_x }, before_x = node(1) }
        return trainer "t" { A, B, callback "c" { before_x = "1;" } }]]
    suite:equal(insertions(unit, "A.on_before_x"), "B")
    suite:equal(insertions(unit, "B.before_x"), "c.before_x")
end)

suite:test("batch of a callback holds fields; with a body it names the node on_batch", function()
    local unit = check [[
        local A = loop "A" { times = 2, on_batch = node(1) }
        return trainer "t" { A, callback "c" { batch = "1;" }, callback "d" { batch = { order = 3, "2;" } },
            callback "e" { batch = { x = i32(3) }, on_batch = "$x++;" } }]]
    suite:equal(insertions(unit, "A.on_batch"), "d.batch c.batch e.on_batch")
    suite:equal(unit.trainer.callbacks[3].fields[1].life, "batch")
end)

suite:test("call_on takes nodes, names, and one node without a list", function()
    local unit = check [[
        local A = loop "A" { on_x = node(1), on_y = node(2) }
        local B = loop "B" { call_on = { "A.on_y", A.on_x }, on_i = node(1, "x;") }
        local C = loop "C" { call_on = A.on_y, on_i = node(1, "x;") }
        return trainer "t" { A, B, C }]]
    suite:equal(insertions(unit, "A.on_x"), "B")
    suite:equal(insertions(unit, "A.on_y"), "B C")
end)

suite:test("a node named twice counts once, with a warning; a warning is no error", function()
    local unit = check [[
        local A = loop "A" { on_x = node(1) }
        return trainer "t" { A, loop "B" { call_on = { A.on_x, A.on_x }, on_i = node(1, "x;") } }]]
    suite:equal(harness.ids(unit), "named_twice")
    suite:equal(unit.diags.errors, 0)
    suite:equal(insertions(unit, "A.on_x"), "B")
end)

suite:test("repeating loops count", function()
    local unit = check [[return trainer "t" { loop "A" { times = 2, on_x = node(1, "x;"), state = { loss = f32(1) } } }]]
    local fields = {}
    for _, field in ipairs(unit.trainer.root.fields) do fields[#fields + 1] = not field.hidden and field.full or nil end
    suite:equal(table.concat(fields, " "), "A.iteration A.total A.loss")
    suite:check(not check [[return trainer "t" { loop "A" { on_x = node(1, "x;") } }]].trainer.root.repeats)
    suite:check(check [[return trainer "t" { loop "A" { done = "1", on_x = node(1, "x;") } }]].trainer.root.repeats)
end)

suite:test("several errors in one run, in the order of the text", function()
    local unit = suite:expect_ids([[
        local A = loop "A" {
            tims = 3,
            on_x = node(-1),
            during_x = node(2),
        }
        local B = loop "B" { call_on = { A.on_z }, on_i = node(1, "x;") }
        return trainer "t" { A, B, callback "c" { on_nothing = "x;" } }]], "unknown_key bad_order unknown_prefix no_match no_match")
    suite:equal(unit.diags.errors, 5)
end)

suite:test("who names a node that was refused is not told again", function()
    suite:expect_ids([[
        local A = loop "A" { on_x = node(-1), on_y = node(2, "x;") }
        local B = loop "B" { call_on = { A.on_x }, on_i = node(1, "x;") }
        local C = loop "C" { call_on = { "A.on_x" }, on_i = node(1, "x;") }
        local D = loop "D" { call_on = { B.on_i }, on_j = node(1, "x;") }
        return trainer "t" { A, B, C, D, callback "c" { x = "x;" , ["A.on_x"] = "x;", ["*.x"] = "x;" } }]], "bad_order")
end)

suite:test("an unreached loop is not told when its place has errors of its own", function()
    suite:expect_ids([[
        local A = loop "A" { on_x = node(1, "x;") }
        local B = loop "B" { call_on = { A.on_z }, on_i = node(1, "x;") }
        local C = loop "C" { call_on = { B.on_i }, on_j = node(1, "x;") }
        local D = loop "D" { call_on = "A.on_x", on_j = node(1, "x;") }
        return trainer "t" { A, B, C, D }]], "no_match wrong_type")
end)

suite:test("the same fault in one place is told once", function()
    suite:expect_ids([[
        local function bad(name) return loop(name) { on_x = node(-1) } end
        return trainer "t" { bad "A" }]], "bad_order")
end)

suite:test("diagnostics for programs", function()
    local json = suite:spec([[return trainer "t" { loop "A" { on_x = node(-1) } }]], "check").diags:json()
    suite:contains(json, '"line": 1, "column": 33, "severity": "error", "id": "bad_order", "message": "the order of \'on_x\' is -1')
    suite:equal(suite:spec([[return trainer "t" { loop "A" { on_x = node(1, "x;") } }]], "check").diags:json(), "[]\n")
end)

suite:test("the caret counts characters, keeps tabs, and long lines are cut", function()
    local unit = suite:spec("return trainer 't' { --[[ äöü ]]\tloop 'A' {\ton_x = node(-1) } }", "check")
    suite:contains(unit.diags:text(), "\n    " .. (" "):rep(32) .. "\t" .. (" "):rep(10) .. "\t^~~~\n")
    unit = suite:spec("return trainer 't' { loop 'A' { " .. (" "):rep(5000) .. "on_x = node(-1) } }" .. (" "):rep(5000), "check")
    for line in unit.diags:text():gmatch("[^\n]+") do suite:check(#line < 220, "a line of " .. #line .. " bytes") end
    suite:contains(unit.diags:text(), "on_x = node")
end)

suite:test("a callback's home repeats", function()
    for home, ids in pairs { A = "wrong_type", ["3"] = "wrong_type", B = "", ["A.on_a"] = "wrong_type" } do
        suite:expect_ids(([[
            local A = loop "A" { on_a = node(1) }
            local B = loop "B" { call_on = { A.on_a }, times = 3, on_b = node(1, "") }
            return trainer "t" { A, B, callback "c" { home = %s, b = "x;" } }]]):format(home), ids, "check")
    end
end)

suite:test("a dump of the tree", function()
    local unit = check [[
        local A = loop "A" { times = 3, batch = { x = f32[2] }, on_x = node(1), before_run = node(0, "x;") }
        return trainer "t" { A, callback "c" { x = "y;", state = { n = u64 { 1, option = true } } }, state = { eta = f32(1) } }]]
    suite:equal(dump.text(unit, "check"):gsub("    state A.times[^\n]*\n", ""), [[
trainer t
  state eta f32
  loop A repeats (spec.lua:1)
    state A.iteration i64 counter
    state A.total i64 counter
    batch A.x f32[2]
    phase run
      before_run order 0 (spec.lua:1)
    phase x
      on_x order 1 event (spec.lua:1)
        + listener c.x order 10
  callback c order 10 (spec.lua:2)
    state c.n u64 option
]])
end)

return suite:finish()

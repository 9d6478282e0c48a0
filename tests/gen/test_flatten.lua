-- gen/flatten/flatten.lua: the order of the step list, which fits its schema after every pass.

local dump = require "gen.views.dump"
local harness = require "tests.support.harness"
local host = require "host"
local pipeline = require "gen.pipeline"
local schema = require "gen.tree.schema"
local suite = harness.suite "flatten"

local passes = {}
for i, pass in ipairs(pipeline.passes) do passes[i] = pass[1] end

-- The steps of a flattened spec in order, callbacks with their node: "A.on_x c.x@A.on_x".
local function steps(unit)
    local out = {}
    for _, item in ipairs(unit.list) do
        if item.op == "step" then
            local source = item.source
            out[#out + 1] = source.kind == "listener" and source.full .. "@" .. item.node.full or source.full
        end
    end
    return table.concat(out, " ")
end

local function expect(text, expected)
    local unit = suite:good(text, "flatten")
    suite:equal(steps(unit), expected)
    suite:equal(schema.problem(unit, passes, "flatten"), nil)
    return unit
end

local five = [[
    local function five(name, phase, first)
        local out = {}
        for i, prefix in ipairs { "before", "on", "after", "failed", "finally" } do
            out[prefix .. "_" .. phase] = node((first or 0) + i, ('puts("%s_%s");'):format(prefix, phase))
        end
        return out
    end
]]

local example = five .. [[
    local body = five("Outer", "step")
    for key, value in pairs(five("Outer", "jump", 5)) do body[key] = value end
    local Outer = loop "Outer" (body)
    body = five("Inner", "iteration")
    body.call_on = { Outer.on_step, Outer.after_step, Outer.finally_jump }
    local Inner = loop "Inner" (body)
    local FailingInner = loop "FailingInner" {
        call_on = { Inner.finally_iteration }, on_force_fail = node(1, [=[ puts("on_force_fail"); $fail("forced"); ]=]),
    }
    return trainer "nested" { Outer, Inner, FailingInner }
]]

suite:test("the example of LANGUAGE.md, section 4, has 28 steps", function()
    local unit = suite:good(example, "flatten")
    suite:equal(unit.step_count, 28)
    suite:equal(schema.problem(unit, passes, "flatten"), nil)
    suite:equal(steps(unit):gsub("%w+%.", ""), "before_step on_step "
        .. "before_iteration on_iteration after_iteration failed_iteration finally_iteration on_force_fail after_step "
        .. "before_iteration on_iteration after_iteration failed_iteration finally_iteration on_force_fail failed_step finally_step "
        .. "before_jump on_jump after_jump failed_jump finally_jump "
        .. "before_iteration on_iteration after_iteration failed_iteration finally_iteration on_force_fail")
end)

suite:test("a loop stands right after the body of its node, an event leaves no step", function()
    expect([[
        local A = loop "A" { before_x = node(1, "1;"), on_x = node(2), after_x = node(3, "3;") }
        local B = loop "B" { call_on = { A.before_x, A.on_x }, on_i = node(1, "i;") }
        return trainer "t" { A, B }]], "A.before_x B.on_i B.on_i A.after_x")
end)

suite:test("insertions in order, at every site, transitively", function()
    expect([[
        local A = loop "A" { on_x = node(1, "x;"), on_y = node(2, "y;") }
        local B = loop "B" { call_on = { A.on_x, A.on_y }, on_i = node(1, "i;"), on_j = node(2, "j;") }
        local C = loop "C" { call_on = { B.on_i, A.on_y }, order = 5, on_k = node(1, "k;") }
        local late, early = callback "late" { order = 20, i = "c;", k = "c;" }, callback "early" { order = 0, i = "c;" }
        return trainer "t" { A, late, B, C, early }]],
        "A.on_x B.on_i early.i@B.on_i C.on_k late.k@C.on_k late.i@B.on_i B.on_j "
        .. "A.on_y C.on_k late.k@C.on_k B.on_i early.i@B.on_i C.on_k late.k@C.on_k late.i@B.on_i B.on_j")
end)

suite:test("an insertion belongs to the part of its node", function()
    local unit = expect([[
        local A = loop "A" { on_x = node(1, "1;"), failed_x = node(2, "2;"), finally_x = node(3, "3;") }
        local B = loop "B" { call_on = { A.on_x, A.failed_x, A.finally_x }, on_i = node(1, "i;") }
        return trainer "t" { A, B, callback "c" { failed_x = "c;" } }]],
        "A.on_x B.on_i A.failed_x B.on_i c.failed_x@A.failed_x A.finally_x B.on_i")
    local parts = {}
    for _, item in ipairs(unit.list) do
        if item.op == "step" and item.instance.loop.name == "A" or item.op == "loop" and item.part then parts[#parts + 1] = item.part end
    end
    suite:equal(table.concat(parts, " "), "try try failed failed failed finally finally")
end)

suite:test("within narrows a callback to copies at or under its nodes", function()
    expect([[
        local A = loop "A" { on_x = node(1), on_y = node(2) }
        local B = loop "B" { call_on = { A.on_x, A.on_y }, on_i = node(1, "i;") }
        local C = loop "C" { call_on = { B.on_i }, on_j = node(1, "j;") }
        local under = callback "under" { within = { A.on_y }, i = "c;", j = "c;" }
        local at = callback "at" { within = { B.on_i }, i = "c;", y = "c;" }
        return trainer "t" { A, B, C, under, at }]],
        "B.on_i C.on_j at.i@B.on_i B.on_i C.on_j under.j@C.on_j under.i@B.on_i at.i@B.on_i")
end)

suite:test("within several nodes, and several narrowed callbacks", function()
    expect([[
        local A = loop "A" { on_x = node(1), on_y = node(2), on_z = node(3) }
        local B = loop "B" { call_on = { A.on_x, A.on_y, A.on_z }, on_i = node(1) }
        local c = callback "c" { within = { A.on_x, A.on_z }, i = "c;" }
        local d = callback "d" { within = { A.on_y, A.on_z }, i = "d;" }
        return trainer "t" { A, B, d, c }]], "c.i@B.on_i d.i@B.on_i d.i@B.on_i c.i@B.on_i")
end)

suite:test("loops in which nothing happens leave no trace", function()
    local unit = expect([[
        local A = loop "A" { on_x = node(1), on_y = node(2, "y;"), failed_y = node(3), finally_y = node(4) }
        local B = loop "B" { call_on = { A.on_x }, on_i = node(1) }
        local C = loop "C" { call_on = { B.on_i }, on_j = node(1), finally_j = node(2) }
        return trainer "t" { A, B, C }]], "A.on_y")
    suite:check(not dump.text(unit, "flatten"):find("[BC] on"), "B and C are gone")
    suite:check(not dump.text(unit, "flatten"):find("failed"), "so are empty handlers")
end)

suite:test("the run phase wraps the repetition, on_skip stands outside", function()
    local unit = expect([[
        local A = loop "A" { times = 3, skip = "0", on_skip = node(0, "s;"), before_run = node(0, "b;"), on_x = node(1, "x;"),
            after_run = node(5, "a;"), failed_run = node(6, "f;"), finally_run = node(7, "l;") }
        return trainer "t" { A, callback "c" { skip = "c;" } }]],
        "A.on_skip c.skip@A.on_skip A.before_run A.on_x A.after_run A.failed_run A.finally_run")
    suite:equal(dump.text(unit, "flatten"), [[
loop A
  skip A
    step A.on_skip
    step c.skip on A.on_skip
  phase A.run
    step A.before_run
    repeat A
      phase A.x
        step A.on_x
    step A.after_run
  failed A.run
    step A.failed_run
  finally A.run
    step A.finally_run
]])
end)

suite:test("each occurrence has its own number and place", function()
    local unit = suite:good([[
        local A = loop "A" { on_x = node(1), on_y = node(2) }
        local B = loop "B" { call_on = { A.on_x, A.on_y }, on_i = node(1) }
        local C = loop "C" { call_on = { B.on_i }, on_j = node(1, "j;") }
        return trainer "t" { A, B, C }]], "flatten")
    local out = {}
    for _, item in ipairs(unit.list) do
        if item.op == "loop" then
            local instance = item.instance
            local parent = instance.parent and "<" .. instance.parent.loop.name .. instance.parent.index or ""
            out[#out + 1] = ("%s%d%s"):format(instance.loop.name, instance.index, parent)
        end
    end
    suite:equal(table.concat(out, " "), "A1 B1<A1 C1<B1 B2<A1 C2<B2")
end)

suite:test("the limit is exact", function()
    local text = [[
        local A = loop "A" { on_x = node(1, "x;"), on_y = node(2, "y;") }
        local B = loop "B" { call_on = { A.on_x, A.on_y }, on_i = node(1, "i;") }
        return trainer "t" { A, B }]]
    suite:good(text, "flatten", { max_steps = 4 })
    suite:equal(harness.ids((suite:spec(text, "flatten", { max_steps = 3 }))), "too_many_steps")
end)

suite:test("growth is counted, not run into", function()
    for _, depth in ipairs { 60, 70, 500, 1000 } do
        local unit = suite:spec(([[
            local all = {}
            for i = 1, %d do
                local up = all[i - 1]
                all[i] = loop("L" .. i) { call_on = up and { up.on_x, up.on_y }, on_x = node(1, "x;"), on_y = node(2, "y;") }
            end
            return trainer "t" (all)]]):format(depth), "flatten")
        suite:equal(harness.ids(unit), "too_many_steps", tostring(depth))
    end
end)

-- One spec with nearly all that the language has.
local everything = [[
    local A = loop "A" { times = "$n", skip = "0", doc = "d", on_skip = node(0, "puts(\"s\");"), before_run = node(0, "r();"),
        state = { n = i64 { 3, option = true }, x = f32 { report = true } }, batch = { b = i32 }, site = { c = i32 },
        on_x = node(1, "if (1) $stop(); $x = 1; $b = $c;"), failed_x = node(3, "$recover();"), finally_run = node(7, "x;") }
    local B = loop "B" { call_on = { A.on_skip, A.failed_x }, done = "$i > 2", state = { i = i32, names = i32[4] },
        on_i = node(1, SEQ { CALL { "f", "i", into = "i" }, REPEAT { 3, CALL "g();", counter = "i" }, PRINT("%d", "i"),
            WEAVE(1, { CALL "h();", POPEN { "true", into = "i" } }), CHOOSE("$i", { CALL "k();" }),
            BUFFER_REPEAT { 4, CALL "l();", value = "i", into = "names" } }), finally_i = node(2) }
    local c = callback "c" { within = { A.on_x }, x = "$cancel();", ["B.finally_i"] = LOOP(CALL "$stop();"), state = { k = u64 } }
    return trainer "t" { A, B, c, state = { net = mlp { 2, 2 } }, control = { batch = "A" } }]]

local failing = [[
    local A = loop "A" { times = 3, skip = "0", on_skip = node(0, "if (1) $fail(\"x\");"), before_run = node(0, "$fail(\"y\");"),
        on_x = node(1, "if (1) $stop(); if (2) $cancel();"), failed_x = node(3, "$recover();"), finally_run = node(7, "x;") }
    local B = loop "B" { call_on = { A.on_skip, A.failed_x }, on_i = node(1, "if (3) $fail(\"z\");"), finally_i = node(2, "f;") }
    return trainer "t" { A, B }]]

-- Runs the passes one by one and holds the unit to its schema after each of them.
local function fits(unit, title)
    for _, pass in ipairs(pipeline.passes) do
        require(pass[2]).run(unit)
        suite:equal(schema.problem(unit, passes, pass[1]), nil, title .. " " .. pass[1])
    end
    suite:equal(unit.diags.errors, 0, title)
end

local forms = { {}, { step = true }, { step = true, lib = true } }

local function options_of(form)
    local options = { format = "never" }
    for key, value in pairs(form) do options[key] = value end
    return options
end

suite:test("all data fit their schema after every pass, in every form", function()
    for i, form in ipairs(forms) do
        for _, text in ipairs { example, failing, everything } do
            fits(pipeline.unit(suite:file("t.lua", text), options_of(form)), "form " .. i)
        end
    end
end)

suite:test("so do those of the specs", function()
    for _, name in ipairs(host.list "specs") do
        if name:match "%.lua$" then fits(pipeline.unit("specs/" .. name, options_of(forms[1])), name) end
    end
end)

suite:test("a field that no pass describes is found, and one that is missing", function()
    local unit = suite:good(everything, "check")
    suite:equal(schema.problem(unit, passes, "load"), "unit spec.lua has trainer, which no pass up to load describes")
    suite:equal(schema.problem(unit, passes, "flatten"), "unit spec.lua lacks list of flatten")
    local loop = unit.trainer.root
    for _, row in ipairs { { unit, "unit spec.lua" }, { unit.trainer, "trainer t" }, { loop, "loop A" }, { loop.nodes[1], "node A.on_x" },
        { loop.phases[1], "phase A.x" }, { loop.fields[1], "field " .. loop.fields[1].full }, { unit.trainer.callbacks[1], "callback c" },
        { unit.trainer.callbacks[1].listeners[1], "listener " .. unit.trainer.callbacks[1].listeners[1].full } } do
        local object, title = row[1], row[2]
        object.smuggled = true
        suite:equal(schema.problem(unit, passes, "check"), title .. " has smuggled, which no pass up to check describes")
        object.smuggled = nil
    end
    local order = loop.nodes[1].order
    loop.nodes[1].order = nil
    suite:equal(schema.problem(unit, passes, "check"), "node A.on_x lacks order of check")
    loop.nodes[1].order = order
    suite:equal(schema.problem(unit, passes, "check"), nil)
end)

suite:test("wrong items of the step list are found", function()
    local unit = suite:good(example, "flatten")
    suite:equal(schema.problem(unit, passes, "analyse_signals"), "unit spec.lua lacks targets of analyse_signals")
    unit.list[2].op = "pahse"
    suite:equal(schema.problem(unit, passes, "flatten"), "item 2 has the unknown op pahse")
    unit = suite:good(example, "flatten")
    unit.list[2].matching = unit.list[1].matching
    suite:equal(schema.problem(unit, passes, "flatten"), "item 2 (phase) is not matched by its matching bracket")
    unit = suite:good(example, "flatten")
    unit.list[3].instance.smuggled = true
    suite:equal(schema.problem(unit, passes, "flatten"), "instance 1 has smuggled, which no pass up to flatten describes")
    unit.list[3].instance.smuggled = nil
    unit.list[3].instance = nil
    suite:equal(schema.problem(unit, passes, "flatten"), "item 3 lacks instance of flatten")
end)

return suite:finish()

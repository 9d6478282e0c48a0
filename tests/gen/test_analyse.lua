-- gen/analyse/: the meaning of names, the fields that steps read and write, their signals and where those lead.

local dump = require "gen.views.dump"
local harness = require "tests.support.harness"
local suite = harness.suite "analyse"

-- The items of a unit with that op and that name, the first one or all.
local function items(unit, op, name)
    local out = {}
    for _, item in ipairs(unit.list) do
        local owner = item.source or item.phase
        if item.op == op and (owner and owner.full or item.instance.loop.name) == name then out[#out + 1] = item end
    end
    return out
end

local function item(unit, op, name) return items(unit, op, name)[1] or suite:fail(("no %s %s"):format(op, name)) end

local function set(values)
    local out = {}
    for key in next, values or {} do out[#out + 1] = key end
    table.sort(out)
    return table.concat(out, " ")
end

local function flow(text) return suite:good(text, "analyse_flow") end

suite:test("names are looked up inside out", function()
    local unit = flow [[
        local A = loop "A" { times = 2, state = { x = i32(0), y = i32(0) }, on_a = node(1, "$x = $y + $z + $t.x + $iteration;") }
        local B = loop "B" { call_on = { A.on_a }, times = 2, batch = { y = i32(0) }, site = { v = i32(0) },
            on_b = node(1, "$x = $y + $z + $iteration + $v + $A.iteration + $A.y;") }
        local c = callback "c" { state = { z = i32(0), x = i32(0) }, on_b = "$x = $y + $z + $v;" }
        return trainer "t" { A, B, c, state = { z = i32(0), x = i32(0) } }]]
    suite:equal(dump.text(unit, "analyse_fields"), [[
A.on_a: w A.x, r A.y, r z, r x, r A.iteration
B.on_b: w A.x, r B.y, r z, r B.iteration, r B.v, r A.iteration, r A.y
c.on_b on B.on_b: w c.x, r B.y, r c.z, r B.v
]])
end)

suite:test("arrays, aggregates and addresses may be read and written", function()
    local unit = flow [[
        local A = loop "A" { state = { x = f32[3], y = f32(0), r = rng {} },
            on_a = node(1, "$x[1] = 2;"), on_b = node(2, "memset($x, 0, sizeof $x);"), on_c = node(3, "f(&$y);"), on_d = node(4, "g($r);"),
            on_e = node(5, "$y = $x[0];"), on_f = node(6, "$y += 1;") }
        return trainer "t" { A, code = "static void f(float *x) { *x = 1; }" }]]
    suite:equal(dump.text(unit, "analyse_fields"), [[
A.on_a: rw A.x
A.on_b: rw A.x
A.on_c: rw A.y
A.on_d: rw A.r
A.on_e: w A.y, r A.x
A.on_f: rw A.y
]])
end)

suite:test("the same name may mean the same field at many sites", function()
    flow [[
        local A = loop "A" { state = { n = i32(0) }, on_a = node(1), on_b = node(2) }
        local B = loop "B" { call_on = { A.on_a, A.on_b }, on_i = node(1, "$n++;") }
        local C = loop "C" { call_on = { B.on_i, A.on_b }, on_j = node(1, "$n++;") }
        return trainer "t" { A, B, C, callback "c" { ["*.i"] = "$n++;" } }]]
end)

suite:test("a name that one of the sites does not have, or has otherwise", function()
    suite:expect_ids([[
        local A = loop "A" { on_a = node(1), on_b = node(2) }
        local B = loop "B" { call_on = { A.on_a }, state = { n = i32(0) }, on_i = node(1) }
        local C = loop "C" { call_on = { B.on_i, A.on_b }, on_j = node(1, "$n++;") }
        return trainer "t" { A, B, C }]], "unknown_field")
    suite:expect_ids([[
        local A = loop "A" { on_a = node(1), on_b = node(2) }
        local B = loop "B" { call_on = { A.on_a }, state = { n = i32(0) }, on_i = node(1) }
        local C = loop "C" { call_on = { B.on_i, A.on_b }, on_j = node(1, "$n++; $n--;"), done = "$n > 3" }
        return trainer "t" { A, B, C, state = { n = i32(0) } }]], "ambiguous_field ambiguous_field")
end)

suite:test("errors of bodies that come from a function stand where they are made", function()
    local unit = suite:spec([[
        local function body(name)
            return ("int x = 1;\n(void)x;\n$%s = 1;"):format(name)
        end
        return trainer "t" { loop "A" {
            on_a = node(1, body "nothing") } }]], "analyse_fields")
    suite:contains(unit.diags:text(), "spec.lua:5: error: unknown field '$nothing'")
end)

suite:test("signals of steps", function()
    local unit = flow [[
        local A = loop "A" { times = 3,
            on_a = node(1, "if (1) $stop(); if (2) $cancel(); if (3) $stop(A); if (4) $cancel(A.a); if (5) $fail(\"x\");"),
            after_a = node(2, "x();"), failed_a = node(3, "$recover();") }
        return trainer "t" { A, code = "static void x(void) {}" }]]
    suite:equal(set(item(unit, "step", "A.on_a").signals), "CANCEL CANCEL_A_a FAILED STOP STOP_A")
    suite:equal(set(item(unit, "step", "A.after_a").signals), "")
    suite:equal(set(item(unit, "step", "A.failed_a").signals), "RECOVERED")
    suite:equal(table.concat(unit.targets, " "), "STOP_A CANCEL_A_a")
end)

suite:test("a phase consumes cancels of its own, a repetition stops", function()
    local unit = flow [[
        local A = loop "A" { times = 3, on_a = node(1, "if (1) $stop(); if (2) $cancel(); if (3) $fail(\"x\");"), finally_a = node(2, "f;") }
        return trainer "t" { A }]]
    local phase, repetition = item(unit, "phase", "A.a"), item(unit, "repeat", "A")
    suite:equal(set(phase.arrives), "CANCEL FAILED STOP")
    suite:equal(set(phase.out), "FAILED STOP")
    suite:equal(set(repetition.out), "FAILED INTERRUPTED")
    suite:equal(set(item(unit, "loop", "A").out), "FAILED INTERRUPTED")
    suite:check(phase.arrives and phase.fails and not phase.recovers)
end)

suite:test("named targets pass inner phases and loops", function()
    local unit = flow [[
        local A = loop "A" { times = 3, on_a = node(1) }
        local B = loop "B" { call_on = { A.on_a }, times = 2, on_b = node(1, "if (1) $stop(A); if (2) $cancel(A.a);") }
        return trainer "t" { A, B }]]
    suite:equal(set(item(unit, "phase", "B.b").out), "CANCEL_A_a STOP_A")
    suite:equal(set(item(unit, "loop", "B").out), "CANCEL_A_a INTERRUPTED STOP_A")
    suite:equal(set(item(unit, "phase", "A.a").out), "INTERRUPTED STOP_A")
    suite:equal(set(item(unit, "repeat", "A").out), "INTERRUPTED")
end)

suite:test("targets that spell the same in C are told apart", function()
    local unit = suite:good([[
        local A = loop "A" { on_b_c = node(1) }
        local B = loop "A_b" { call_on = { A.on_b_c }, on_c = node(1, "if (1) $cancel(A.b_c); if (2) $cancel(A_b.c);") }
        return trainer "t" { A, B }]], "emit", { format = "never" })
    suite:equal(table.concat(unit.targets, " "), "CANCEL_A_b_c CANCEL_A_b_c_2")
    suite:equal(set(item(unit, "phase", "A_b.c").out), "CANCEL_A_b_c")
    suite:equal(set(item(unit, "phase", "A.b_c").out), "")
end)

suite:test("a recovered phase fails no more; without a failure its handler is dead", function()
    local unit = flow [[
        local A = loop "A" { on_a = node(1, "if (1) $fail(\"x\");"), failed_a = node(2, "$recover();"),
            on_b = node(3, "x;"), failed_b = node(4, "y;"), finally_b = node(5, "z;") }
        local B = loop "B" { call_on = { A.failed_b }, on_i = node(1, "if (1) $fail(\"y\");") }
        return trainer "t" { A, B }]]
    suite:check(item(unit, "phase", "A.a").recovers)
    for _, row in ipairs { { "step", "A.failed_b" }, { "loop", "B" }, { "step", "B.on_i" } } do
        suite:check(item(unit, row[1], row[2]).dead, row[2] .. " is dead")
    end
    for _, row in ipairs { { "step", "A.finally_b" }, { "step", "A.failed_a" } } do
        suite:check(not item(unit, row[1], row[2]).dead, row[2] .. " is not dead")
    end
    suite:equal(set(item(unit, "phase", "A.b").out), "")
    suite:equal(set(item(unit, "phase", "A.b").arrives), "")
end)

suite:test("dead are the handlers of a phase without failures at one site, not those of another", function()
    local unit = flow [[
        local A = loop "A" { on_a = node(1), on_b = node(2), failed_a = node(3 - 3, "") }
        A.failed_a = nil
        local B = loop "B" { call_on = { A.on_a, A.on_b }, on_i = node(1), failed_i = node(2, "h;") }
        local c = callback "c" { within = { A.on_a }, i = "if (1) $fail(\"x\");" }
        return trainer "t" { A, B, c }]]
    local handlers = items(unit, "step", "B.failed_i")
    suite:equal(tostring(handlers[1].dead) .. tostring(handlers[2].dead), "niltrue")
end)

suite:test("failures in handlers go on outwards, cancels of loops in handlers stay there", function()
    local unit = flow [[
        local A = loop "A" { on_a = node(1, "x;"), finally_a = node(2) }
        local B = loop "B" { call_on = { A.finally_a }, times = 2, on_b = node(1, "if (1) $stop(); if (2) $cancel();"),
            finally_b = node(2, "if (3) $fail(\"late\");") }
        return trainer "t" { A, B }]]
    suite:equal(set(item(unit, "phase", "B.b").out), "FAILED STOP")
    suite:equal(set(item(unit, "phase", "A.a").arrives), "")
    suite:check(item(unit, "phase", "A.a").out.FAILED, "a late failure leaves the phase")
end)

suite:test("each signal is complained about once, however many sites its body has", function()
    suite:expect_ids([[
        local A = loop "A" { on_a = node(1), on_b = node(2), on_c = node(3) }
        local B = loop "B" { call_on = { A.on_a, A.on_b, A.on_c }, on_i = node(1, "if (1) $stop(); $cancel(Nothing.at_all);") }
        return trainer "t" { A, B }]], "signal_target signal_target")
end)

suite:test("on_skip stands outside of its loop's phases and repetition", function()
    suite:expect_ids([[
        local A = loop "A" { times = 3, on_a = node(1) }
        local B = loop "B" { call_on = { A.on_a }, times = 2, skip = "1", on_skip = node(0, "if (1) $stop(B);"), on_b = node(1, "x;") }
        return trainer "t" { A, B }]], "signal_target")
    local unit = flow [[
        local A = loop "A" { times = 3, on_a = node(1) }
        local B = loop "B" { call_on = { A.on_a }, times = 2, skip = "1", on_skip = node(0, "if (1) $stop(); if (2) $cancel();"),
            on_b = node(1, "x;") }
        return trainer "t" { A, B }]]
    suite:equal(set(item(unit, "loop", "B").out), "CANCEL INTERRUPTED STOP")
    suite:equal(set(item(unit, "repeat", "A").out), "INTERRUPTED")
end)

suite:test("before_run and after_run stand outside of the repetition, in a phase of their own", function()
    suite:expect_ids([[
        return trainer "t" { loop "A" { times = 3, before_run = node(0, "$stop();"), on_a = node(1, "x;") } }]], "signal_target")
    local unit = flow [[
        return trainer "t" { loop "A" { times = 3, before_run = node(0, "if (1) $cancel();"), on_a = node(1, "if (2) $cancel(A.run);") } }]]
    suite:equal(set(item(unit, "phase", "A.run").out), "INTERRUPTED")
end)

return suite:finish()

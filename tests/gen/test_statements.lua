-- gen/c/statements.lua, render.lua and negate.lua: C as data, and its spelling.

local CWriter = require "gen.c.writer"
local negate = require "gen.c.negate"
local render = require "gen.c.render"
local statements = require "gen.c.statements"
local suite = require("tests.support.harness").suite "statements"

local function lines_of(block)
    local w = CWriter.new(1)
    render.block(w, block)
    return table.concat(w.lines, "\n")
end

suite:test("statements are spelled", function()
    local label = { name = "end" }
    suite:equal(lines_of {
        { op = "comment", lines = { "A title" } },
        { op = "paragraph" },
        { op = "exit", code = "f(s)", leave = { "goto", label } },
        { op = "exit", leave = { "break" } },
        { op = "if", test = "x", block = { { op = "do", code = "g()" } } },
        { op = "if", test = "x", block = { { op = "do", code = "g()" } }, other = { { op = "leave", leave = { "break" } } } },
        { op = "for", start = "", step = "", test = "x", block = {} },
        { op = "suspend", to = "st", code = { "h(", { text = function() return "s" end }, ")" } },
        { op = "label", label = label },
        { op = "return" },
    }, [[
    /* A title */
    if ((st = f(s))) goto end;
    if (st) break;
    if (x) g();
    if (x) {
        g();
    } else {
        break;
    }
    while (x) {
    }
    if ((st = h(s)) == LOOPC_MORE) return LOOPC_MORE;
end:
    return st;]])
end)

suite:test("a label stands before a statement, a declaration in braces", function()
    suite:equal(lines_of { { op = "label", label = { name = "a" } } }, "a:;")
    local declared = { { op = "declare", type = "int", name = "i", value = "0" }, { op = "leave", leave = { "break" } } }
    suite:equal(lines_of { { op = "switch", on = "x", cases = { { heads = { "case 1" }, block = declared } } } }, [[
    switch (x) {
    case 1: {
        int i = 0;
        break;
    }
    }]])
end)

suite:test("the end of a function", function()
    local function ended(...)
        local block = { ... }
        statements.return_pending(block)
        return lines_of(block)
    end
    suite:equal(ended({ op = "set", to = "st", code = "f(s)" }), "    return f(s);")
    suite:equal(ended({ op = "exit", code = "f(s)", leave = { "return" } }), "    return f(s);")
    suite:equal(ended({ op = "exit", leave = { "return" } }), "    return st;")
    suite:equal(ended({ op = "set", to = "st", code = "g(st)", pending = true }), "    st = g(st);\n    return st;")
    local function last(...) return { op = "if", test = "x", block = { { op = "do", code = "f()" }, ... } } end
    suite:equal(ended(last { op = "exit", leave = { "return" } }), "    if (x) f();\n    return st;")
    suite:equal(ended(last { op = "exit", code = "g()", leave = { "return" } }),
        "    if (x) {\n        f();\n        st = g();\n    }\n    return st;")
    suite:equal(ended(last { op = "exit", leave = { "break" } }), "    if (x) {\n        f();\n        if (st) break;\n    }\n    return st;")
end)

suite:test("what needs the pending status", function()
    suite:equal(statements.has_pending { { op = "do", code = "f()" }, { op = "return", code = "g()" } }, false)
    suite:check(statements.has_pending { { op = "for", start = "", step = "", test = "x", block = { { op = "exit", leave = { "break" } } } } })
end)

suite:test("statements that lack something are found", function()
    suite:equal(statements.problem { { op = "do", code = "f()" } }, nil)
    suite:equal(statements.problem { { op = "nothing" } }, "statement 1 has the unknown op nothing")
    suite:equal(statements.problem { { op = "if", test = "x", block = { { op = "set", to = "st" } } } },
        "statement 1 (set) has no code in statement 1 (if)")
end)

suite:test("conditions are negated as a reader would", function()
    for condition, opposite in next, {
        ["strcmp(s->x, \"a == b\") != 0"] = "strcmp(s->x, \"a == b\") == 0", ["a == b"] = "a != b", ["s->on"] = "!s->on",
        ["!s->on"] = "s->on", ["f(a && b)"] = "!f(a && b)", ["!f(a)"] = "f(a)", ["a < b"] = "!(a < b)", ["a == b && c"] = "!(a == b && c)",
        ["a == b == c"] = "!(a == b == c)", ["x = y == 1"] = "!(x = y == 1)", ["a <= b"] = "!(a <= b)", ["a[i] != 1"] = "a[i] == 1",
        ["a & b == c"] = "!(a & b == c)", ["!a || b"] = "!(!a || b)", ["s->n"] = "!s->n",
    } do suite:equal(negate(condition), opposite) end
end)

return suite:finish()

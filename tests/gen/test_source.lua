-- gen/spec/source.lua: bodies and keys are found again in the text of a spec.

local source = require "gen.spec.source"
local suite = require("tests.support.harness").suite "source"

local function file(text) return { text = text } end

suite:test("the line of a body's first character", function()
    local spec = file 'local a = [[one]]\nlocal b = [[\n  two\n  three]]\nlocal c = "four"\n'
    suite:equal(source.line_of(spec, "one", 1), 1)
    suite:equal(source.line_of(spec, "  two\n  three", 1), 3)
    suite:equal(source.line_of(spec, "four", 1), 5)
end)

suite:test("of equal bodies the nearest at or after the line, else the last before", function()
    local spec = file "a = [[x]]\nb = [[x]]\n\nc = [[x]]\n"
    for line, expected in ipairs { 1, 2, 4, 4, 4 } do suite:equal(source.line_of(spec, "x", line), expected) end
end)

suite:test("a text made by code stays where it was made", function()
    local line, lines = source.line_of(file "a = 'x' .. 'y'\n", "xy", 7)
    suite:equal(line, 7)
    suite:equal(lines, nil)
    suite:equal(source.line_of(nil, "x", 3), 3)
end)

suite:test("lines are those of the file, but not of a literal with escapes", function()
    local spec = file 'a = "one\\ntwo"\nb = [[three\nfour]]\nc = "five"\n'
    local function lines(body) return select(2, source.line_of(spec, body, 1)) end
    suite:equal(lines "one\ntwo", 1)
    suite:equal(lines "three\nfour", 2)
    suite:equal(lines "five", 1)
end)

suite:test("a text that begins with a long literal begins where that does", function()
    local line, lines = source.line_of(file 'a = 1\nb = [[\n  two;\n  three;\n]] .. c()\n', "  two;\n  three;\n  four;\n  five;", 2)
    suite:equal(line, 3)
    suite:equal(lines, 3)
end)

suite:test("literals of all kinds", function()
    local spec = file('a = [==[ ]] ]=] ]==] b = "\\65\\x42\\u{43}\\z\n   d" c = \'it\\\'s\' -- "no" [[no]]\n'
        .. '--[[ "no"\n]] e = "e" f = t[g[1]] - -1 .. "h"\n')
    suite:equal(source.line_of(spec, " ]] ]=] ", 1), 1)
    suite:equal(source.line_of(spec, "ABCd", 1), 1)
    suite:equal(source.line_of(spec, "it's", 1), 2)
    suite:equal(source.line_of(spec, "e", 1), 4)
    suite:equal(source.line_of(spec, "h", 1), 4)
    suite:equal(source.line_of(spec, "no", 9), 9)
end)

suite:test("line ends of other systems", function()
    local spec = file 'a = 1\r\nb = [[\r\n  x;\r\n  y;\r\n]]\r\n'
    suite:equal(source.line_of(spec, "  x;\n  y;\n", 1), 3)
end)

suite:test("literals that are not closed end the search, without an error", function()
    for _, text in ipairs { 'a = "x', "a = [[x", "a = 'x\nb = 'y'", "--[[ x", "a = \"\\", "[", "-", '"' } do
        source.line_of(file(text), "y", 1)
    end
    suite:equal(source.line_of(file "a = 'x\nb = 'y'\n", "y", 1), 2)
end)

suite:test("keys", function()
    local spec = file 'loop "A" {\n  times = 3,\n  ["B.on_x"] = [[ times = 4; ]],\n}\nloop "B" {\n  xtimes = 1,\n  times =\n 4, done="x", a == b }\n'
    suite:equal(source.line_of_key(spec, "times", 1), 2)
    suite:equal(source.line_of_key(spec, "times", 3), 7)
    suite:equal(source.line_of_key(spec, "times", 8), 8, "nothing behind the line")
    suite:equal(source.line_of_key(spec, "B.on_x", 1), 3)
    suite:equal(source.line_of_key(spec, "done", 1), 8)
    suite:equal(source.line_of_key(spec, "a", 1), 1, "== is no assignment")
    suite:equal(source.line_of_key(spec, "nothing", 5), 5)
end)

suite:test("many equal bodies take linear time", function()
    local spec = file(("a = [[x]]\n"):rep(20000))
    for line = 1, 20000 do suite:check(source.line_of(spec, "x", line) == line) end
end)

return suite:finish()

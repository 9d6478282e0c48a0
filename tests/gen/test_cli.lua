-- Command lines and texts: the option parser, help, unified differences, clang-format's style.

local cli = require "gen.cli.cli"
local diff = require "gen.base.diff"
local list = require "gen.commands.list"
local format = require "gen.emit.format"
local host = require "host"
local suite = require("tests.support.harness").suite "cli"

local function test(what, run) suite:test(what, run) end
local function equal(actual, expected) suite:same(actual, expected) end
local function has(text, part) suite:contains(text, part) end
local function raises(run, pattern) suite:raises(run, pattern) end

local command = { name = "do", summary = "Does", usage = "FILE", least = 1, most = 2, rest = true, options = {
    { "-o, --out-file", "FILE", "where to" },
    { "--count", "N", "how many", kind = "integer", least = 1 },
    { "--kind", "KIND", "what", values = { "a", "b" } },
    { "--check", "FILE", "compare", optional = true },
    { "-D", "NAME", "define", many = true, key = "defines" },
    { "-v, --verbose", nil, "say more" },
} }

local function parse(...) return cli.parse(command, { ... }) end

test("options and arguments in any order", function()
    equal(parse("a", "-o", "x", "b"), { "a", "b", out_file = "x" })
    equal(parse("--out-file=x=y", "a", "--count", "3"), { "a", out_file = "x=y", count = 3 })
    equal(parse("a", "-v", "--kind", "b", "--check"), { "a", verbose = true, kind = "b", check = "" })
    equal(parse("a", "--check=f", "-D", "x", "-D", "y"), { "a", check = "f", defines = { "x", "y" } })
    equal(parse("-", "--out-file="), { "-", out_file = "" })
end)

test("what follows -- is left alone", function()
    equal(parse("a", "--", "--count", "x"), { "a", rest = { "--count", "x" } })
    local plain = { name = "p", most = 2, options = {} }
    equal(cli.parse(plain, { "--", "-x" }), { "-x" })
end)

test("flags of another program take the next word, unless it is an option", function()
    local other = { name = "o", most = 1, foreign = true, options = { { "-o, --output", "FILE" } } }
    equal(cli.parse(other, { "a", "--eta", "-0.1,0.2", "--slow", "-o", "x", "--fast", "--output", "y" }),
        { "a", output = "y", flags = { { name = "eta", value = "-0.1,0.2" }, { name = "slow", value = "" }, { name = "fast", value = "" } } })
end)

test("--help wins over what is missing", function()
    equal(parse("--help").help, true)
    equal(parse("-h", "--nonsense").help, true)
end)

test("wrong usage", function()
    raises(function() parse() end, "an argument is missing\n    hint: loopc do FILE")
    raises(function() parse("a", "b", "c") end, "unexpected argument 'c'")
    raises(function() parse("a", "--cuont", "3") end, "unknown option '%-%-cuont'; did you mean '%-%-count'")
    raises(function() parse("a", "--count", "x") end, "a whole number, not 'x'")
    raises(function() parse("a", "--count", "0") end, "a whole number from 1")
    raises(function() parse("a", "--count", "99999999999999999999") end, "a whole number")
    raises(function() parse("a", "--kind", "c") end, "takes a, b, not 'c'")
    raises(function() parse("a", "-o") end, "%-o needs a value")
    raises(function() parse("a", "--verbose=1") end, "takes no value")
end)

test("help lists every option", function()
    local text = cli.help(command)
    for _, wanted in ipairs { "usage: loopc do FILE", "-o, --out-file=FILE", "--check[=FILE]", "-D NAME", "-h, --help" } do
        has(text, wanted)
    end
end)

test("every command has what help needs", function()
    for _, name in ipairs(list.names) do
        local it = list.command(name)
        equal(it.name, name)
        equal(type(it.run), "function")
        equal(it.summary:match("^%u.*[^.]$"), it.summary)
        for _, option in ipairs(it.options or {}) do equal(type(option[3]), "string") end
    end
end)

-- The result of patch for `old` and the difference.
local function patched(old, difference)
    local folder = assert(host.tempdir())
    host.write(folder .. "/file", old)
    host.write(folder .. "/diff", difference)
    local status, out = host.run { "patch", "--quiet", "file", "diff", cwd = folder }
    local text = host.read(folder .. "/file")
    host.remove(folder)
    equal({ status, out }, { 0, "" })
    return text
end

local function numbers(from, to, change)
    local out = {}
    for i = from, to do out[#out + 1] = change and change(i) or tostring(i) end
    return table.concat(out, "\n") .. "\n"
end

test("differences have hunks with three lines of context", function()
    local new = numbers(1, 20, function(i) return i == 10 and "ten" or tostring(i) end)
    equal(diff.unified(numbers(1, 20), new, "a", "b"),
        "--- a\n+++ b\n@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n")
    equal(diff.unified("x\n", "x\n", "a", "b"), "")
    equal(diff.unified("x\n", "", "a", "b"), "--- a\n+++ b\n@@ -1 +0,0 @@\n-x\n")
    equal(diff.unified("", "x\n", "a", "b"), "--- a\n+++ b\n@@ -0,0 +1 @@\n+x\n")
    equal(diff.unified("x", "x\n", "a", "b"), "--- a\n+++ b\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n")
end)

test("patch makes the new text of the old and the difference", function()
    local old = numbers(1, 60)
    local function doubled(i) return tostring(i % 9 == 0 and 2 * i or i) end
    local function mixed(i) return i % 7 == 0 and "x\ny" or i % 11 == 0 and "" or tostring(i) end
    local cases = { numbers(5, 60), numbers(1, 50), numbers(0, 70), numbers(1, 60, doubled), numbers(1, 60, mixed), numbers(30, 90),
        "one\n" }
    for _, new in ipairs(cases) do equal(patched(old, diff.unified(old, new, "file", "file")), new) end
end)

test("large differences are shown as a whole", function()
    local old, new = numbers(1, 3000), numbers(5001, 8000)
    has(diff.unified(old, new, "a", "b"), "@@ -1,3000 +1,3000 @@")
end)

test("the style of the emitted C is passed whole", function()
    local style = format.style()
    equal(style:sub(1, 9), "--style={")
    for line in host.script(".clang-format"):gmatch("[^\n]+") do has(style, line) end
end)

return suite:finish()

-- Shared by the Lua tests. A test file opens a suite, runs its cases and returns suite:finish(), the exit code:
--
--   local suite = require("tests.support.harness").suite "ctext"
--   suite:test("strings are passed over", function() suite:equal(1 + 1, 2) end)
--   return suite:finish()
--
-- Each case prints `ok SUITE: NAME` or `not ok SUITE: NAME - why`. Run from the root of the repository:
-- build/loopc --scripts . --test tests/gen/test_ctext.lua

local host = require "host"
local pipeline = require "gen.pipeline"

local harness = {}

local Suite = {}
Suite.__index = Suite

function harness.suite(name) return setmetatable({ name = name, failures = 0, cases = 0 }, Suite) end

-- Runs one case; an error in the test or in the tested code is its failure.
function Suite:test(name, run)
    local ok, why = xpcall(run, function(message)
        if type(message) == "table" and message.failed then return message.failed end
        return debug.traceback(type(message) == "table" and message.text or tostring(message), 2)
    end)
    self.cases = self.cases + 1
    if ok then return host.stdout(("ok %s: %s\n"):format(self.name, name)) end
    self.failures = self.failures + 1
    host.stdout(("not ok %s: %s - %s\n"):format(self.name, name, why))
end

-- Ends a suite: removes its files, returns its exit code.
function Suite:finish()
    if self.folder then host.remove(self.folder) end
    return self.failures > 0 and 1 or 0
end

function Suite:fail(why) error({ failed = why }, 0) end

local function show(value) return type(value) == "string" and ("%q"):format(value):gsub("\\\n", "\\n") or tostring(value) end

function Suite:equal(actual, expected, what)
    if actual == expected then return end
    self:fail(("%s%s instead of %s"):format(what and what .. ": " or "", show(actual), show(expected)))
end

function Suite:check(condition, what)
    if not condition then self:fail(what or "not so") end
end

-- `text` holds `part`.
function Suite:contains(text, part)
    if not text:find(part, 1, true) then self:fail(("%s is not in %s"):format(show(part), show(text))) end
end

-- A table as text, its keys sorted, to compare by content.
local function content(value)
    if type(value) ~= "table" then return show(value) end
    local keys, out = {}, {}
    for key in next, value do keys[#keys + 1] = key end
    table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
    for i, key in ipairs(keys) do out[i] = ("%s = %s"):format(tostring(key), content(value[key])) end
    return "{ " .. table.concat(out, ", ") .. " }"
end

-- Like equal, but tables are compared by content.
function Suite:same(actual, expected) self:equal(content(actual), content(expected)) end

-- `text` has something that the Lua pattern matches.
function Suite:matches(text, pattern)
    if not text:find(pattern) then self:fail(("nothing in %s is like %s"):format(show(text), show(pattern))) end
end

-- `run` raises an error whose message, or the `text` in its table, is like the pattern.
function Suite:raises(run, pattern)
    local ok, message = pcall(run)
    if ok then self:fail("no error") end
    self:matches(tostring(type(message) == "table" and message.text or message), pattern)
end

-- A file in the suite's own folder, which it makes at need: its path.
function Suite:file(name, text)
    self.folder = self.folder or assert(host.tempdir())
    local path = self.folder .. "/" .. name
    if name:find("/", 1, true) then assert(host.mkdirs((path:gsub("/[^/]*$", "")))) end
    assert(host.write(path, text))
    return path
end

-- Runs the passes up to `last` over a spec given as text: the unit, and whether it got there.
function Suite:spec(text, last, options)
    local unit = pipeline.unit(self:file("spec.lua", text), options)
    return unit, pipeline.run(unit, last)
end

-- The same for a spec that must have no errors.
function Suite:good(text, last, options)
    local unit, ok = self:spec(text, last, options)
    if not ok then self:fail(unit.diags:text()) end
    return unit
end

-- The ids of a unit's diagnostics in the order of the source, in one text.
function harness.ids(unit)
    local ids = {}
    for i, row in ipairs(unit.diags:sorted()) do ids[i] = row.id end
    return table.concat(ids, " ")
end

-- The ids of the diagnostics of a spec.
function Suite:expect_ids(text, ids, last)
    local unit = self:spec(text, last or "analyse_signals")
    if harness.ids(unit) ~= ids then self:fail(("'%s' instead of '%s'\n%s"):format(harness.ids(unit), ids, unit.diags:text())) end
    return unit
end

return harness

-- Rules that the emitted C of every spec keeps, tutorial and goldens, in the straight form and in the step form.

local harness = require "tests.support.harness"
local host = require "host"
local pipeline = require "gen.pipeline"

local suite = harness.suite "emitted"

local function tutorial()
    local paths = {}
    for _, name in ipairs(host.list "specs") do
        if name:match "%.lua$" then paths[#paths + 1] = "specs/" .. name end
    end
    return paths
end

local function goldens()
    local paths = {}
    for _, name in ipairs(host.list "tests/golden") do
        local path = "tests/golden/" .. name .. "/spec.lua"
        if host.isfile(path) then paths[#paths + 1] = path end
    end
    return paths
end

local function emitted(path, options)
    options.format = "never"
    if options.lines == nil then options.lines = true end
    local unit = pipeline.unit(path, options)
    if not pipeline.run(unit) then suite:fail(unit.diags:text()) end
    return unit.text
end

-- { path, step, text } of all specs, made once.
local function all_forms()
    local forms = {}
    for _, list in ipairs { tutorial(), goldens() } do
        for _, path in ipairs(list) do
            for _, step in ipairs { false, true } do forms[#forms + 1] = { path, step, emitted(path, { step = step }) } end
        end
    end
    return forms
end

local forms = all_forms()

local function each_line(text, look)
    for line in text:gmatch "[^\n]+" do look(line) end
end

local function count(text, pattern) return select(2, text:gsub(pattern, "")) end

suite:test("there are specs to look at", function() suite:check(#forms > 40, #forms .. " forms") end)

-- In one line, without comments and the default of a switch.
local function flat(text)
    text = text:gsub("\n *default:[^\n]*", ""):gsub("/%*.-%*/", "")
    return (text:gsub("%s+", " "))
end

local function empty_code(text)
    for _, pattern in ipairs { "[%w_]+: return st;", "[%w_]+: [%w_]+: return st;", "if %(st%) return st; }? ?return st;" } do
        local found = flat(text):match(pattern)
        if found then return found end
    end
end

suite:test("no label only returns, and no test does nothing", function()
    suite:equal(empty_code "x\n    Fit_end: /* finally (a.lua:1) */\n        return st;\n", "Fit_end: return st;")
    suite:equal(empty_code "        if (st) return st;\n    }\n    return st;\n", "if (st) return st; } return st;")
    suite:equal(empty_code "    switch (at) {\n    default: return st;\n", nil)
    for _, form in ipairs(forms) do suite:equal(empty_code(form[3]), nil, form[1]) end
end)

suite:test("no for or while calls out of its head", function()
    for _, form in ipairs(forms) do
        each_line(form[3], function(line)
            local head = line:match "^ *for %b()" or line:match "^ *while %b()"
            for _, name in ipairs { "loopc_report", "loopc_ended", "printf", "puts" } do
                suite:check(not (head and head:find(name, 1, true)), form[1] .. ": " .. line)
            end
        end)
    end
end)

-- A function that can be resumed takes resume_at and resets it once, before it looks at it.
suite:test("resume_at is reset once", function()
    local seen = 0
    for _, form in ipairs(forms) do
        local resets = count(form[3], "resume_at = AT_START;")
        if not form[2] then suite:equal(resets, count(form[3], "const int at = s%->loopc%.resume_at;"), form[1]) end
        seen = seen + resets
        each_line(form[3], function(line)
            suite:check(not line:find "switch .*resume_at" and not line:find "if .*resume_at", form[1] .. ": " .. line)
        end)
    end
    suite:check(seen > 0, "nothing is resumed")
end)

-- Not through a macro. Only main, and the bodies of the trainer that a host calls, are seen from other files.
suite:test("static is visible", function()
    for _, form in ipairs(forms) do
        suite:check(not form[3]:find("LOOPC_LEAF", 1, true), form[1])
        for head in form[3]:gmatch "\n([%a_][^\n]*%([^\n]*%))\n{" do
            local is_static = head:find "^static " or head:find "^int main%(" or head:find "^[%a_]*_on_"
            suite:check(form[2] or is_static, form[1] .. ": " .. head)
        end
    end
end)

suite:test("with --no-lines a comment changes nothing", function()
    for _, path in ipairs(tutorial()) do
        local text, name = host.read(path), path:match "[^/]*$"
        local copy = suite:file("moved/" .. name, "-- A line more.\n" .. text)
        for _, lib in ipairs(host.list "specs/lib") do suite:file("moved/lib/" .. lib, host.read("specs/lib/" .. lib)) end
        suite:check(emitted(path, {}) ~= emitted(copy, {}), path .. " says nowhere where things are")
        local after = emitted(copy, { lines = false })
        suite:equal(after, emitted(path, { lines = false }), path)
        suite:check(not after:find(".lua:", 1, true), path .. " has lines of the spec")
    end
end)

return suite:finish()

-- The passes of the compiler, in order: its table of contents.

local Diag = require "gen.diagnostics.diag"

local pipeline = {}

-- Each row: the name of --dump, the module whose run(unit) is the pass, and its help. stop: the compilation ends after this pass
-- when errors have been found. foreign: the pass runs code of the user.
pipeline.passes = {
    { "load", "gen.spec.load", "runs the spec in the sandbox", stop = true, foreign = true },
    { "check", "gen.check.check", "resolves names, fills in defaults, builds the spec tree", stop = true },
    { "optimize", "gen.check.optimize", "merges and drops elements of control flow that change nothing (not with -O0)" },
    { "check_elements", "gen.check.elements", "builds the trees of elements", stop = true },
    { "flatten", "gen.flatten.flatten", "puts insertions in place: the step list", stop = true },
    { "analyse_fields", "gen.analyse.fields", "the field of each $name; the fields that steps read and write" },
    { "check_calls", "gen.check.calls", "the declarations of the functions that elements call", stop = true },
    { "check_device", "gen.check.device", "conversions of printf that the boards of loopc build --device do not have", stop = true },
    { "analyse_feeds", "gen.analyse.feeds", "which data set feeds which net, and whether they go together", stop = true },
    { "analyse_signals", "gen.analyse.signals", "which signals each step gives, and whether it may", stop = true },
    { "analyse_bounds", "gen.analyse.bounds", "which bounds a resumed run may evaluate again" },
    { "analyse_flow", "gen.analyse.flow", "control flow; unreachable code" },
    { "layout", "gen.flatten.layout", "names and places of everything in the emitted C" },
    { "emit", "gen.emit.emit", "the C, straight or step form" },
    { "format", "gen.emit.format", "clang-format", stop = true },
}

-- A unit: the compilation of one spec. options: line, format, max_steps, limits, all optional.
function pipeline.unit(path, options)
    local folder, name = path:match("^(.*/)([^/]*)$")
    local unit = { path = path, folder = folder or "", name = name or path, options = options or {}, files = {}, sources = {}, passed = 0 }
    unit.diags = Diag.new(unit.sources)
    return unit
end

local function index_of(name)
    for i, pass in ipairs(pipeline.passes) do
        if pass[1] == name then return i end
    end
end

function pipeline.has(name) return index_of(name) ~= nil end

-- Reads the modules of all passes, so that the first unit does not wait for them.
function pipeline.prepare()
    for _, pass in ipairs(pipeline.passes) do require(pass[2]) end
end

-- Our own passes allocate data that lives as long as the unit, and little garbage: the collector rests while memory use is small,
-- and starts again with the next unit. Of a long list, what the passes left is collected before the text is made.
local function set_collector(pass)
    local used = collectgarbage("count")
    collectgarbage(not pass.foreign and used < 256 * 1024 and "stop" or "restart")
    if pass[1] == "emit" and used > 96 * 1024 then collectgarbage() end
end

-- Runs the passes up to `last` (all of them when nil) that the unit has not passed yet. Returns whether it got there without an error.
function pipeline.run(unit, last)
    for i = unit.passed + 1, last and index_of(last) or #pipeline.passes do
        local pass = pipeline.passes[i]
        set_collector(pass)
        require(pass[2]).run(unit)
        unit.passed = i
        if pass.stop and unit.diags.errors > 0 then return false end
    end
    return unit.diags.errors == 0
end

return pipeline

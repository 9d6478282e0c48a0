-- From a spec's path to a unit that passes went over: what gen, build, run, check, explain and graph have in common.

local cli = require "gen.cli.cli"
local host = require "host"

local compile = {}

-- Options of every command that reads a spec.
compile.options = {
    { "--max-steps", "N", "the most steps a flattened spec may have (100,000)", kind = "integer", least = 1 },
    { "--max-memory", "MIB", "the most memory a spec may use while it is read (256)", kind = "integer", least = 1 },
    { "--diagnostics", "FORMAT", "how errors are shown: text or json", values = { "text", "json" } },
}

-- The options of a command that reads a spec: its own, then the common ones.
function compile.with(options)
    for _, option in ipairs(compile.options) do options[#options + 1] = option end
    return options
end

-- Unit options from a command's parsed arguments.
function compile.options_of(arguments, more)
    local options = more or {}
    options.max_steps = arguments.max_steps
    options.limits = arguments.max_memory and { memory = arguments.max_memory << 20 } or nil
    return options
end

-- Prints the diagnostics of a unit.
function compile.show(unit, arguments)
    if #unit.diags.rows == 0 and arguments.diagnostics ~= "json" then return end
    host.stderr(arguments.diagnostics == "json" and unit.diags:json() or unit.diags:text())
end

-- Runs the passes up to `last` (all if nil) over the spec at arguments[1]. Returns the unit, or nil after having printed
-- its errors. Without errors the caller prints the warnings, when it has seen what the C compiler says.
function compile.unit(arguments, options, last)
    local pipeline = require "gen.pipeline"
    local path = arguments[1]
    if host.isdir(path) then cli.usage(("'%s' is a folder, not a spec"):format(path)) end
    local unit = pipeline.unit(path, compile.options_of(arguments, options))
    pipeline.run(unit, last)
    if unit.diags.errors == 0 then return unit end
    compile.show(unit, arguments)
end

-- The same, and prints the warnings: for commands that call no C compiler.
function compile.spec(arguments, options, last)
    local unit = compile.unit(arguments, options, last)
    if unit then compile.show(unit, arguments) end
    return unit
end

-- The C text of a spec that compiled before, with other options.
function compile.again(unit, options)
    local pipeline = require "gen.pipeline"
    local again = pipeline.unit(unit.path, options)
    assert(pipeline.run(again), "a spec compiles once and not again")
    return again.text
end

return compile

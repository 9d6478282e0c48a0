-- Compiles a spec as far as a command needs it: the part that gen, build, run, check, explain and graph share.

local cli = require "gen.cli.cli"
local host = require "host"
local pipeline = require "gen.pipeline"
local report = require "gen.cli.report"
local constants = require "gen.spec.constants"

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

-- The values that --lua gives to constants of the spec.
local function constants_of(arguments)
    local out = {}
    for i, text in ipairs(arguments.lua or {}) do
        out[i] = constants.read(text) or cli.usage(("--lua takes NAME=VALUE, not '%s'"):format(text))
    end
    local text = #out > 0 and host.read(arguments[1])
    local _, problem = constants.set(text or "", text and out or {})
    if problem then cli.fail(("%s: --lua: %s"):format(arguments[1], problem), "it replaces a number, a text, true or false") end
    return out
end

-- Unit options from a command's parsed arguments.
function compile.options_of(arguments, more)
    local options = more or {}
    options.max_steps, options.constants, options.shards = arguments.max_steps, constants_of(arguments), arguments.shards
    options.remat = arguments.remat
    options.limits = arguments.max_memory and { memory = arguments.max_memory << 20 } or nil
    return options
end

-- Runs the passes up to `last` (all if nil) over the spec at arguments[1]. Returns the unit; or, when there are errors, prints
-- them and returns nil. Warnings are left to the caller, which may have diagnostics of the C compiler to add.
function compile.unit(arguments, options, last)
    local path = arguments[1]
    if host.isdir(path) then cli.usage(("'%s' is a folder, not a spec"):format(path)) end
    local unit = pipeline.unit(path, compile.options_of(arguments, options))
    pipeline.run(unit, last)
    if unit.diags.errors == 0 then return unit end
    report.show(unit, arguments)
end

-- The same, and prints the warnings: for commands that call no C compiler.
function compile.spec(arguments, options, last)
    local unit = compile.unit(arguments, options, last)
    if unit then report.show(unit, arguments) end
    return unit
end

-- The C text of a spec that was compiled without errors before, with other options.
function compile.again(unit, options)
    local again = pipeline.unit(unit.path, options)
    assert(pipeline.run(again), "the spec compiled before and does not now")
    return again.text
end

return compile

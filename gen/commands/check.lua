-- loopc check: reads specs and reports their errors.

local cli = require "gen.cli.cli"
local compile = require "gen.compile"
local report = require "gen.cli.report"
local toolchain = require "gen.build.toolchain"

local check = {
    name = "check",
    summary = "Checks specs and writes nothing",
    usage = "SPEC...",
    least = 1,
    most = math.huge,
}

check.options = compile.with {
    { "--compile", nil, "also check the bodies with the C compiler" },
    { "--cc", "COMPILER", "the C compiler (default: CC of the environment, else cc)" },
    { "-q, --quiet", nil, "print nothing for specs without errors" },
}

local function check_one(arguments, path)
    local one = setmetatable({ path }, { __index = arguments })
    local unit = compile.unit(one, { format = "never" })
    if not unit then return false end
    if not arguments.compile then report.show(unit, one)
    elseif not toolchain.show(unit, one, toolchain.check(unit, one, compile.again)) then return false end
    if unit.diags.errors > 0 then return false end
    if not arguments.quiet and arguments.diagnostics ~= "json" then
        cli.note(("%s: ok, %d steps"):format(path, unit.step_count))
    end
    return true
end

function check.run(arguments)
    local code = 0
    for _, path in ipairs(arguments) do
        if not check_one(arguments, path) then code = 2 end
    end
    return code
end

return check

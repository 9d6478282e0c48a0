-- loopc run: makes a program of a spec, unless the cache has it, and becomes that program.

local cli = require "gen.cli.cli"
local compile = require "gen.compile"
local host = require "host"
local report = require "gen.cli.report"
local toolchain = require "gen.build.toolchain"

local run = {
    name = "run",
    summary = "Builds a spec into a cache and runs it",
    usage = "SPEC [-- ARGUMENT...]",
    least = 1,
    most = 1,
    rest = true,
    text = "The arguments after -- are passed to the program; its exit code is that of loopc run.\n" ..
        "Programs are kept in loopc/ under XDG_CACHE_HOME, else ~/.cache, and may be deleted at any time.",
}

run.options = compile.with {
    { "--step", nil, "the step form: a program that runs step by step, with a flag --steps N" },
    { "--cc", "COMPILER", "the C compiler (default: CC of the environment, else cc)" },
}

local function cache_folder()
    local root, home = host.getenv("XDG_CACHE_HOME"), host.getenv("HOME")
    if not root or root == "" then root = home and home ~= "" and home .. "/.cache" or nil end
    if not root then cli.fail("no folder for the cache: HOME is not set", "set XDG_CACHE_HOME") end
    return root .. "/loopc"
end

-- Removes the build folders of processes that no longer exist: of runs that were killed.
local function tidy(cache)
    for _, name in ipairs(host.exists "/proc/self" and host.list(cache) or {}) do
        local pid = name:match("%.tmp(%d+)$")
        if pid and not host.exists("/proc/" .. pid) then host.remove(cache .. "/" .. name) end
    end
end

-- Builds in a folder of its own and renames that into place, so that two runs at once do not meet.
local function build_into(unit, arguments, folder)
    local name = unit.trainer.name
    local temporary = ("%s.tmp%d"):format(folder, host.pid())
    local made, message = host.mkdirs(temporary)
    if not made then cli.fail(message, "XDG_CACHE_HOME names another folder for the cache", 1) end
    local ok = toolchain.build(unit, arguments, ("%s/%s.c"):format(temporary, name), temporary .. "/" .. name, compile.again)
    if ok then host.rename(temporary, folder) end
    if host.exists(temporary) then host.remove(temporary) end
    return ok
end

function run.run(arguments)
    local unit = compile.unit(arguments, { format = "never", step = arguments.step })
    if not unit then return 2 end
    local fingerprint = toolchain.fingerprint(unit, arguments) -- nil: it does not even preprocess; the build says why
    local key = fingerprint and host.sha256(fingerprint) or ("broken%d"):format(host.pid())
    local folder = ("%s/%s"):format(cache_folder(), key)
    local program = ("%s/%s"):format(folder, unit.trainer.name)
    if host.exists(program) then report.show(unit, arguments)
    else
        tidy(cache_folder())
        if not build_into(unit, arguments, folder) then return 2 end
    end
    local _, message = host.exec { program, table.unpack(arguments.rest or {}) }
    cli.fail(message, nil, 1)
end

return run

-- loopc run: makes a program of a spec, unless the cache has it, and becomes that program.

local cache = require "gen.build.cache"
local cli = require "gen.cli.cli"
local compile = require "gen.compile"
local firmware = require "gen.build.firmware"
local host = require "host"
local recall = require "gen.build.recall"
local report = require "gen.cli.report"
local target = require "gen.build.target"
local toolchain = require "gen.build.toolchain"
local watch = require "gen.watch"
local web = require "gen.build.web"

local run = {
    name = "run",
    summary = "Builds a spec into a cache and runs it",
    usage = "SPEC [-- ARGUMENT...]",
    least = 1,
    most = 1,
    rest = true,
    text = "The arguments after -- are passed to the program; its exit code is that of loopc run.\n" ..
        "Programs are kept in loopc/ under XDG_CACHE_HOME, else ~/.cache, and may be deleted at any time.\n" ..
        "With --target an emulator runs it: Debian's qemu-user. With --device the board of an emulator does:\n" ..
        "qemu-system-arm, qemu-system-misc. With --target wasm32-wasi node does.",
}

run.options = compile.with(firmware.with(target.with {
    { "--watch", nil, "run again whenever a file of the spec is saved" },
    { "--step", nil, "the step form: a program that runs step by step, with a flag --steps N" },
    { "--lua", "NAME=VALUE", "replace the value of a constant of the spec, local NAME = ...; may be repeated", many = true },
    { "--cc", "COMPILER", "the C compiler (default: CC of the environment, else cc)" },
    { "--measure", nil, "with --device: say how many instructions were executed and how much stack was used" },
}))

-- Builds in a folder of its own, so that two runs at once do not meet. Returns that folder and the files that the program is made
-- of, or nil when it does not compile.
local function build_apart(unit, arguments, place)
    local name, folder = unit.trainer.name, ("%s.tmp%d"):format(place, host.pid())
    local made, message = host.mkdirs(folder)
    if not made then cli.fail(message, nil, 1) end
    local ok, rule = toolchain.build(unit, arguments, ("%s/%s.c"):format(folder, name), folder .. "/" .. name, compile.again)
    if not ok then
        host.remove(folder)
        return nil
    end
    local files = toolchain.files(unit, arguments)
    files[#files + 1] = unit.folder ~= "" and unit.folder or "./"
    local headers = recall.headers(rule or "")
    return folder, table.move(headers, 1, #headers, #files + 1, files)
end

-- Builds the program into the cache. When a file of it changed meanwhile, it is not kept for the next run.
local function build_into(unit, arguments, place, began)
    cache.tidy()
    local apart, files = build_apart(unit, arguments, place)
    if not apart then return nil end
    local stamps, name = recall.stamps(began, files), unit.trainer.name
    if not stamps then return apart .. "/" .. name end
    local folder = ("%s-%s"):format(place:gsub("%.run$", ""), host.sha256(stamps):sub(1, 16))
    if not host.rename(apart, folder) then host.remove(apart) end -- another run was faster
    recall.keep(place, folder .. "/" .. name, stamps)
    return folder .. "/" .. name, files
end

-- The program of a unit, and the files that it is made of: that of the cache, or else one that is built into it; nil when it does
-- not compile.
local function program_of(unit, arguments, began)
    local place = recall.of_inputs(cache.folder(), toolchain.inputs(unit, arguments))
    local program, files = recall.program(place)
    if not program then return build_into(unit, arguments, place, began) end
    report.show(unit, arguments)
    return program, files
end

-- A new file that says when reading begins.
local function begin()
    local began = ("%s/began.tmp%d"):format(cache.made(), host.pid())
    host.write(began, "")
    return began
end

-- Reads the spec and returns its program, or nil when it has errors. A spec with warnings is read each time, to show them.
local function make(arguments, place)
    local began = begin()
    local unit = compile.unit(arguments, { format = "never", step = arguments.step })
    local program, files
    if unit then program, files = program_of(unit, arguments, began) end
    if files and place and #unit.diags.rows == 0 then
        local all = recall.with_folders(unit.files)
        local stamps = recall.stamps(began, table.move(files, 1, #files, #all + 1, all))
        if stamps then recall.keep(place, program, stamps) end
    end
    host.remove(began)
    return program
end

local TERM = 15

-- Ends a program that was started, and waits for it.
local function stop(pid)
    if not pid then return end
    host.kill(pid, TERM)
    repeat local what, ended = host.await(1) until what == "ended" and ended == pid
end

-- The command that runs a program with the arguments behind --: for another processor by way of an emulator.
local function command_of(arguments, program)
    local command, rest = arguments.target and target.runner(arguments) or {}, arguments.rest or {}
    command[#command + 1] = program
    return table.move(rest, 1, #rest, #command + 1, command)
end

-- Starts the program of the spec as it is now; nil when it has errors. The second result: the files to wait for.
local function start(arguments)
    local unit = compile.unit(arguments, { format = "never", step = arguments.step })
    local program = unit and program_of(unit, arguments, begin())
    if not program then return nil, unit and unit.files end
    local command = command_of(arguments, program)
    local pid, message = host.start(command)
    if not pid then cli.fail(message, nil, 1) end
    return pid, unit.files
end

-- --watch: runs again on each save, after an end, too. Returns the exit code when a signal ends it.
local function follow(arguments)
    local files = { arguments[1] }
    while true do
        local stamps = watch.stamps(files)
        local pid, read = start(arguments)
        if read and table.concat(read, "\0") ~= table.concat(files, "\0") then files, stamps = read, watch.stamps(read) end
        if not pid then cli.note "waits for a change" end
        local what, which, status
        repeat
            what, which, status = watch.wait(files, stamps)
            if what == "ended" and which == pid then
                pid = nil
                cli.note(("ended with exit code %d; waits for a change"):format(status))
            end
        until what ~= "ended"
        stop(pid)
        if what == "signal" then return 128 + which end
    end
end

-- On the board of an emulator, which takes our place.
local function run_device(arguments)
    if #(arguments.rest or {}) > 0 then cli.usage("a device has no command line for what is behind --", "--lua sets constants of the spec") end
    local unit = compile.unit(arguments, firmware.unit_options { format = "never" })
    if not unit then return 2 end
    local program = ("%s/%s.elf"):format(cache.made(), firmware.key(unit, arguments))
    local command = firmware.runner(arguments, program)
    if not host.exists(program) and not firmware.build(unit, arguments, program, compile.again) then return 2 end
    local _, message = host.exec(command)
    cli.fail(message, nil, 1)
end

-- In node, which takes our place.
local function run_web(arguments)
    if #(arguments.rest or {}) > 0 then cli.usage("WebAssembly has no command line for what is behind --", "--lua sets constants of the spec") end
    local unit = compile.unit(arguments, web.unit_options { format = "never" })
    if not unit then return 2 end
    local program = ("%s/%s.wasm"):format(cache.made(), web.key(unit, arguments))
    local command = web.runner(program)
    if not host.exists(program) and not web.build(unit, arguments, program, compile.again) then return 2 end
    local _, message = host.exec(command)
    cli.fail(message, nil, 1)
end

function run.run(arguments)
    target.check(arguments)
    firmware.check(arguments)
    web.check(arguments)
    if arguments.target == web.target then return run_web(arguments) end
    if arguments.device then return run_device(arguments) end
    if arguments.watch then return follow(arguments) end
    local place = recall.of_command(cache.folder(), arguments)
    local program = recall.program(place) or make(arguments, place)
    if not program then return 2 end
    local _, message = host.exec(command_of(arguments, program))
    cli.fail(message, nil, 1)
end

return run

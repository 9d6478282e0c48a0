-- Programs for devices: the trainer as a library, the runtime of devices, and a start for the boards of QEMU, compiled into one file.

local boards = require "gen.build.boards"
local cache = require "gen.build.cache"
local c_errors = require "gen.build.c_errors"
local cli = require "gen.cli.cli"
local compiler = require "gen.build.compiler"
local device = require "gen.build.device"
local host = require "host"
local memory = require "gen.build.memory"
local mlp = require "gen.tree.mlp"
local pieces = require "gen.build.pieces"
local stack = require "gen.build.stack"
local toolchain = require "gen.build.toolchain"

local firmware = {}

local options = {
    { "--device", "NAME", "for a microcontroller, on a board of QEMU: " .. table.concat(boards.names, ", "), values = boards.names },
    { "--ram", "SIZE", "with --device: refuse what needs more memory than 64K, or a number of bytes" },
    { "--flash", "SIZE", "with --device: the same for program and constants" },
    { "--remat", nil, "with --device: nets calculate some activations again on the way back, and need less memory" },
}

-- The options of a command that builds: its own, then those for devices.
function firmware.with(own) return table.move(options, 1, #options, #own + 1, own) end

local units = { [""] = 1, K = 1 << 10, k = 1 << 10, M = 1 << 20 }

local function size_of(arguments, key)
    local text = arguments[key]
    if not text then return boards.room end
    local number, unit = text:match "^(%d+)([KkM]?)$"
    local size = number and math.tointeger(tonumber(number)) * units[unit]
    if not size or size < 1024 or size > boards.room then
        cli.usage(("--%s takes a size from 1K to 4M, not '%s'"):format(key, text), "64K, or 65536")
    end
    return size
end

-- Refuses options that go with --device alone, and with it some others.
function firmware.check(arguments)
    if not arguments.device then
        for _, key in ipairs { "ram", "flash", "measure", "remat" } do
            if arguments[key] then cli.usage(("--%s is for --device"):format(key)) end
        end
        return
    end
    for _, key in ipairs { "target", "cpu", "portable", "mpi", "line", "keep", "watch", "cc", "python" } do
        if arguments[key] then cli.usage(("--device and --%s do not go together"):format(key)) end
    end
    size_of(arguments, "ram")
    size_of(arguments, "flash")
end

-- The options of a unit that is made for the device of --device.
function firmware.unit_options(options_of)
    options_of.step, options_of.lib, options_of.device, options_of.firmware = true, true, true, true
    return options_of
end

local function kilo(bytes) return bytes < 10000 and ("%d B"):format(bytes) or ("%.1f KiB"):format(bytes / 1024) end

local function listed(rows)
    local out = {}
    for i, row in ipairs(rows) do out[i] = ("%s %s"):format(row[1], kilo(row[2])) end
    return table.concat(out, ", ")
end

-- What would make a state smaller by `excess` bytes, as a hint; nil when nothing does.
local function help_of(unit, plan, excess)
    local ways = {}
    for _, net in ipairs(unit.nets.nets) do
        local batch = net.batch
        while batch > 1 and plan.of_batch * (net.batch - batch) // net.batch < excess do batch = batch // 2 end
        local saved = plan.of_batch * (net.batch - batch) // net.batch
        if batch < net.batch and saved >= excess then ways[#ways + 1] = ("%s: batch = %d in the place of %d"):format(net.name, batch, net.batch) end
    end
    local again = 0
    for _, net in ipairs(unit.nets.nets) do
        local shared = not net.remat and net.learns and mlp.alternates(net) and mlp.shared_activations(net)
        again = again + (shared and 4 * shared.saved or 0)
    end
    if again >= excess then ways[#ways + 1] = ("--remat, which calculates activations again and saves %d bytes"):format(again) end
    for _, optimizer in ipairs(unit.nets.optimizers) do
        if plan.moments >= excess and optimizer.kind ~= "sgd" then
            ways[#ways + 1] = ('%s: "sgd", which has no moments, in the place of "%s"'):format(optimizer.name, optimizer.kind)
        end
    end
    if plan.largest.size * 2 > excess then
        ways[#ways + 1] = ("a smaller %s, which has %d bytes"):format(plan.largest.name, plan.largest.size)
    end
    if plan.fields < plan.total - plan.fields then ways[#ways + 1] = "narrower layers" end
    if #ways == 0 then return "fewer and shorter fields" end
    return table.concat(ways, "; or ")
end

local function refuse(unit, plan, needed, limit, what)
    cli.fail(("%s needs %d bytes of %s and has %d"):format(unit.path, needed, what, limit), help_of(unit, plan, needed - limit))
end

-- Prints the plan of the state, and refuses one that does not fit.
local function show_state(unit, arguments, plan)
    local rows = {}
    for _, part in ipairs(memory.parts) do rows[#rows + 1] = plan[part] > 0 and { part, plan[part] } or nil end
    cli.note(("memory: state %s (%s)"):format(kilo(plan.total), listed(rows)))
    local ram = size_of(arguments, "ram")
    if plan.total > ram then refuse(unit, plan, plan.total, ram, "RAM for its state alone") end
end

local function fill(text, values) return (text:gsub("@(%u[%u_]*)@", function(name) return values[name] and tostring(values[name]) end)) end

local function append(list, more)
    for _, value in ipairs(more or {}) do list[#list + 1] = value end
    return list
end

local printing = { "stdio.c", "format.h", "format_parts.h", "format.c", "format_float.c", "decimal.h", "decimal.c" }

local function templates_of(unit, board)
    local out = { "parts.h", "main.c", "semihosting.c", board.start, "memory.ld" }
    return append(append(out, board.floats), unit.prints and printing)
end

-- Writes all files of the program into `folder`; returns the names of the sources.
local function write_files(unit, arguments, board, folder)
    local name = unit.trainer.name
    local values = { FLASH_AT = board.flash_at, RAM_AT = board.ram_at, FLASH = size_of(arguments, "flash"), RAM = size_of(arguments, "ram"),
        STACK = 64 }
    local files = { { name .. ".h", unit.header }, { name .. ".c", unit.text } }
    for _, file in ipairs(device.files(unit)) do files[#files + 1] = file end
    for _, file in ipairs(templates_of(unit, board)) do
        files[#files + 1] = { "board_" .. file, fill(assert(host.template("device/" .. file)), values) }
    end
    return pieces.write(folder, files)
end

local flags = { "-std=c11", "-O2", "-ffp-contract=off", "-fno-math-errno", "-ffunction-sections", "-fdata-sections",
    "-fno-tree-loop-distribute-patterns" }

-- What compiles the runtime, which is the same for all trainers.
local function runtime_command(board)
    local command = append(append({ board.compiler }, board.flags), flags)
    append(append(command, c_errors.flags), { "-fcallgraph-info=su" })
    return append(command, compiler.words_of(host.getenv "CFLAGS"))
end

local function compile_command(unit, arguments, board)
    local command = append(runtime_command(board), { ("-DBOARD_TIMER=0x%x"):format(board.timer), ("-DBOARD_STEP=%d"):format(board.step),
        ('-DBOARD_HEADER="%s.h"'):format(unit.trainer.name),
        "-DBOARD_TRAINER=" .. unit.struct, "-DBOARD_SEED=1" })
    if arguments.measure then append(command, { "-DBOARD_MEASURE" }) end
    return append(command, { "-I.", "-I" .. pieces.beside(unit) })
end

local function link_command(board, sources)
    local command = append(append({ board.compiler }, board.flags), { "-nostartfiles" })
    append(command, { "-T", "board_memory.ld", "-Wl,--gc-sections", "-Wl,-Map=program.map", "-o", "program.elf" })
    for _, source in ipairs(sources) do command[#command + 1] = source:gsub("c$", "o") end
    return append(command, { "-lm" })
end

-- The name of a program in the cache: all that it is made of.
function firmware.key(unit, arguments)
    local board = boards.find(arguments.device)
    local parts = { unit.text, unit.header, host.stamp(compiler.which(board.compiler) or "") or "" }
    for _, file in ipairs(device.files(unit)) do parts[#parts + 1] = file[2] end
    for _, name in ipairs(templates_of(unit, board)) do parts[#parts + 1] = assert(host.template("device/" .. name)) end
    for _, key in ipairs { "device", "ram", "flash", "measure", "remat" } do parts[#parts + 1] = tostring(arguments[key]) end
    append(append(parts, compile_command(unit, arguments, board)), link_command(board, {}))
    return host.sha256(table.concat(parts, "\0"))
end

-- Bytes of flash, and of variables, that a program has.
local function sizes_of(board, folder)
    local _, _, out = pieces.run({ board.size, "-A", "program.elf" }, folder)
    local flash, variables = 0, 0
    for section, size in out:gmatch "(%.[%w.]+)%s+(%d+)" do
        local bytes = math.tointeger(tonumber(size))
        if section == ".text" or section == ".ARM.exidx" or section == ".data" then flash = flash + bytes end
        if section == ".data" or section == ".bss" then variables = variables + bytes end
    end
    return flash, variables
end

-- Prints what the program has; refuses it when it does not fit.
local function show_program(unit, arguments, board, plan, folder, sources)
    local flash, variables = sizes_of(board, folder)
    local deepest = stack.deepest(folder, sources)
    local ram = variables + deepest
    local rows = { { "state", plan.total }, { "other variables", variables - plan.total }, { "stack at most", deepest } }
    cli.note(("memory: flash %s; RAM %s (%s)"):format(kilo(flash), kilo(ram), listed(rows)))
    if flash > size_of(arguments, "flash") then
        cli.fail(("%s needs %d bytes of flash and has %d"):format(unit.path, flash, size_of(arguments, "flash")),
            (unit.prints and "bodies without printf take 10 KiB less; or " or "") .. "CFLAGS=-Os")
    end
    if ram > size_of(arguments, "ram") then refuse(unit, plan, ram, size_of(arguments, "ram"), "RAM") end
end

local function link(unit, arguments, board, folder, sources)
    local all = write_files(unit, { device = arguments.device }, board, folder) -- at first with all the room there is
    assert(#all == #sources)
    local status, messages = pieces.run(link_command(board, sources), folder)
    if status ~= 0 then return status, messages end
    return 0, ""
end

local made = { "loopc_device.o", "loopc_device.ci" }

-- Copies what compiling the runtime makes from one folder to another; whether all of it could be.
local function copy_runtime(from, to)
    for _, name in ipairs(made) do
        local bytes = host.read(from .. "/" .. name)
        if not bytes or not host.write(to .. "/" .. name, bytes) then return false end
    end
    return true
end

-- Keeps the runtime in the cache, where there is one; else it is compiled again next time.
local function keep_runtime(folder, kept)
    local beside = ("%s.tmp%d"):format(kept, host.pid())
    local done = host.mkdirs(beside) and copy_runtime(folder, beside) and host.rename(beside, kept)
    if not done then host.remove(beside) end
end

-- Compiles the runtime of devices, or takes it from the cache; returns the status and messages of the compiler.
local function compile_runtime(board, folder)
    local command, root = runtime_command(board), cache.path()
    local parts = { host.stamp(compiler.which(command[1]) or "") or "", table.unpack(command) }
    for _, name in ipairs { "loopc_device.h", "loopc_device.c" } do parts[#parts + 1] = assert(host.read(folder .. "/" .. name)) end
    local kept = root and ("%s/devices/%s"):format(root, host.sha256(table.concat(parts, "\0")))
    if kept and copy_runtime(kept, folder) then return 0, "" end
    local status, messages = pieces.run(append(command, { "-c", "loopc_device.c" }), folder)
    if kept and status == 0 and messages == "" then keep_runtime(folder, kept) end
    return status, messages
end

-- Compiles each source; returns the status and messages of the first that fails.
local function compile_all(unit, arguments, board, folder, sources)
    for _, source in ipairs(sources) do
        local status, messages
        if source == "loopc_device.c" then status, messages = compile_runtime(board, folder)
        else status, messages = pieces.run(append(compile_command(unit, arguments, board), { "-c", source }), folder) end
        if status ~= 0 then return status, messages end
    end
    return 0, ""
end

-- Builds `program`; returns whether that went well. recompile: as for toolchain.check.
function firmware.build(unit, arguments, program, recompile)
    local board, plan = boards.find(arguments.device), memory.plan(unit)
    boards.check_compiler(board)
    show_state(unit, arguments, plan)
    local folder, message = host.tempdir()
    if not folder then cli.fail(message, nil, 1) end
    local sources = write_files(unit, arguments, board, folder)
    local status, messages = compile_all(unit, arguments, board, folder, sources)
    if status == 0 then status, messages = link(unit, arguments, board, folder, sources) end
    if status == 0 then
        show_program(unit, arguments, board, plan, folder, sources)
        write_files(unit, arguments, board, folder)
        status, messages = pieces.run(link_command(board, sources), folder)
    end
    if status ~= 0 then pieces.explain(unit, compile_command(unit, arguments, board), folder, recompile) end
    local ok = toolchain.show(unit, arguments, status, messages)
    if ok then pieces.put(program, assert(host.read(folder .. "/program.elf"))) end
    host.remove(folder)
    return ok
end

-- The command that runs a program on its board.
function firmware.runner(arguments, program) return boards.runner(boards.find(arguments.device), program) end

return firmware

-- loopc build: from a spec to a program.

local cli = require "gen.cli.cli"
local compile = require "gen.compile"
local emit_nets = require "gen.emit.nets"
local firmware = require "gen.build.firmware"
local host = require "host"
local python_package = require "gen.build.python_package"
local target = require "gen.build.target"
local toolchain = require "gen.build.toolchain"
local web = require "gen.build.web"

local build = {
    name = "build",
    summary = "Builds a program from a spec",
    usage = "SPEC [-o PROGRAM]",
    least = 1,
    most = 1,
    text = "Flags: " .. table.concat(toolchain.flags, " ") .. ", " .. table.concat(toolchain.here, " ") ..
        ",\n-fno-var-tracking without --keep and --line, then CFLAGS and LDFLAGS of the environment. Where GNU gold is installed it\n" ..
        "links, in half the time; -fuse-ld=bfd in LDFLAGS asks for GNU ld.\n" ..
        "The program is made for this processor. With --portable it has three versions instead, for any x86-64, for AVX2 and\n" ..
        "for AVX-512, and picks one when it starts (LOOPC_CPU=plain, v3 or v4 in its environment asks for one); elsewhere it\n" ..
        "has one for any processor of that kind. The results are the same, bit for bit.\n" ..
        "--target wasm32-wasi makes WebAssembly, for WASI and for pages, of what a device can have; -o NAME.js makes a script of it.\n" ..
        "The kernels of nets are in the library, compiled for each of these processors.\n" ..
        "LOOPC_HOME names the folder of the runtime when it is not where loopc looks.",
}

build.options = compile.with(firmware.with(target.with {
    { "-o, --output", "PROGRAM", "the program to write (default: the trainer's name)" },
    { "--cc", "COMPILER", "the C compiler (default: CC of the environment, else cc)" },
    { "--step", nil, "the step form: a program that goes step by step, with a flag --steps N" },
    { "-O0", nil, "leave elements of control flow as the spec has them", key = "plain" },
    { "--portable", nil, "a program for other machines, too: picks the fastest code for its processor at start" },
    { "--lua", "NAME=VALUE", "replace the value of a constant of the spec, local NAME = ...; may be repeated", many = true },
    { "--mpi", nil, "a program for mpirun and srun, whose processes share the training of nets that have shards; needs mpicc" },
    { "--python", nil, "a Python package instead: its folder is that of -o, its states are numpy arrays (import NAME; help(NAME))" },
    { "--shards", "N", "the gradients of all nets that do not say it have N shards (loopc help net)", kind = "integer", least = 1 },
    { "--keep", nil, "keep the C beside the program, as PROGRAM.c" },
    { "--line", nil, "debuggers and gcov show the spec; with --keep the rest of the C, too" },
}))

local function check_output(program)
    if host.isdir(program) then cli.usage(("'%s' is a folder"):format(program), "-o names the program") end
    local folder = program:match("^(.*)/[^/]*$")
    if folder and folder ~= "" and not host.isdir(folder) then
        cli.fail(("cannot write %s: there is no folder %s"):format(program, folder), nil, 1)
    end
end

local function check_mpi(arguments, unit)
    if arguments.portable then cli.usage("--mpi and --portable do not go together", "mpicc makes programs for the machines of one cluster") end
    if not emit_nets.shards(unit) then
        cli.fail(("%s: --mpi: no net that is trained has shards, so several processes would share nothing"):format(arguments[1]),
            "mlp { ..., batch = 32, shards = 8 }, or --shards 8")
    end
end

-- The C as debuggers find it from the working folder: where the name of the program is not given, beside it all the same.
local function kept_c(arguments)
    return arguments.keep and arguments.output and arguments.output .. ".c" or nil
end

-- A program that has its own way from a spec (way: firmware or web), under the trainer's name with this ending by default.
local function build_apart(way, ending, arguments)
    local unit = compile.unit(arguments, way.unit_options { format = "never", optimize = not arguments.plain })
    if not unit then return 2 end
    local program = arguments.output or unit.trainer.name .. ending
    check_output(program)
    return way.build(unit, arguments, program, compile.again) and 0 or 2
end

local function build_python(arguments)
    for _, other in ipairs { "portable", "mpi", "target", "keep", "line" } do
        if arguments[other] then cli.usage(("--python and --%s do not go together"):format(other)) end
    end
    local unit = compile.unit(arguments, python_package.options { format = "never", optimize = not arguments.plain })
    if not unit then return 2 end
    local folder = arguments.output or unit.trainer.name
    return python_package.write(unit, arguments, folder, compile.again, function()
        return assert(compile.unit(arguments, { format = "never", optimize = not arguments.plain }))
    end) and 0 or 2
end

function build.run(arguments)
    target.check(arguments)
    firmware.check(arguments)
    web.check(arguments)
    if arguments.device then return build_apart(firmware, ".elf", arguments) end
    if arguments.target == web.target then return build_apart(web, ".wasm", arguments) end
    if arguments.python then return build_python(arguments) end
    local unit = compile.unit(arguments, { format = arguments.keep and "may" or "never", step = arguments.step,
        optimize = not arguments.plain, line = arguments.line, c_file = kept_c(arguments) })
    if not unit then return 2 end
    if arguments.mpi then check_mpi(arguments, unit) end
    local program = arguments.output or unit.trainer.name
    check_output(program)
    if arguments.keep then return toolchain.build(unit, arguments, program .. ".c", program, compile.again) and 0 or 2 end
    local folder, message = host.tempdir()
    if not folder then cli.fail(message, nil, 1) end
    local ok = toolchain.build(unit, arguments, ("%s/%s.c"):format(folder, unit.trainer.name), program, compile.again)
    host.remove(folder)
    return ok and 0 or 2
end

return build

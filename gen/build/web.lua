-- WebAssembly: `--target wasm32-wasi`, the trainer as it is for devices, compiled by clang with Debian's C library of WASI. The program
-- is a command of WASI and has functions for a page (templates/device/web.c); as a script it can be opened without a server.

local c_errors = require "gen.build.c_errors"
local cli = require "gen.cli.cli"
local compiler = require "gen.build.compiler"
local device = require "gen.build.device"
local host = require "host"
local memory = require "gen.build.memory"
local pieces = require "gen.build.pieces"
local toolchain = require "gen.build.toolchain"

local web = {}

web.target = "wasm32-wasi"

local packages = "clang lld wasi-libc libclang-rt-14-dev-wasm32"

-- Refuses options that have no meaning for a program of this kind.
function web.check(arguments)
    if arguments.target ~= web.target then return end
    for _, key in ipairs { "device", "cpu", "portable", "mpi", "line", "keep", "watch", "python" } do
        if arguments[key] then cli.usage(("--target %s and --%s do not go together"):format(web.target, key)) end
    end
end

-- The options of a unit that is made for it.
function web.unit_options(options) options.step, options.lib, options.device, options.firmware = true, true, true, "wasi"; return options end

local function compile_command(unit, arguments)
    local command = compiler.words_of(arguments.cc or "clang")
    for _, word in ipairs { "--target=wasm32-wasi", "--sysroot=" .. (arguments.sysroot or "/usr"), "-std=c11", "-O2", "-ffp-contract=off",
        "-fno-math-errno", "-ffunction-sections", "-fdata-sections" } do command[#command + 1] = word end
    for _, words in ipairs { c_errors.flags, compiler.words_of(host.getenv "CFLAGS") } do table.move(words, 1, #words, #command + 1, command) end
    for _, word in ipairs { ('-DWEB_HEADER="%s.h"'):format(unit.trainer.name), "-DWEB_TRAINER=" .. unit.struct, "-DWEB_SEED=1", "-I.",
        "-I" .. pieces.beside(unit) } do command[#command + 1] = word end
    return command
end

local function link_command(unit, arguments, sources, to)
    local command = compile_command(unit, arguments)
    table.move(sources, 1, #sources, #command + 1, command)
    for _, word in ipairs { "-nostartfiles", "-Wl,--no-entry,--gc-sections,--strip-all", "-lm", "-o", to } do command[#command + 1] = word end
    return command
end

-- Refuses when the compiler, the linker or a library is missing.
local function check_packages(unit, arguments)
    local first = compiler.words_of(arguments.cc or "clang")[1]
    if not compiler.which(first) then cli.fail(("there is no %s to compile for %s"):format(first, web.target), "apt-get install " .. packages) end
    local try = link_command(unit, arguments, { "-x", "c", "-" }, "/dev/null")
    try.input, try.env = "#include <stdio.h>\nint f(void) { return puts(\"\"); }\n", { "LC_ALL=C" }
    if host.run(try) ~= 0 then
        cli.fail(("%s cannot make programs for %s: its linker or C library is missing"):format(first, web.target), "apt-get install " .. packages)
    end
end

local scalar = { float = true, double = true, bool = true, int = true, int32_t = true, uint32_t = true, int64_t = true, uint64_t = true,
    uint8_t = true }

-- Adds the names of the scalars and arrays of a struct, those of its loops as "Loop.name".
local function add_names(out, struct, path)
    for _, member in ipairs(struct.members) do
        if scalar[member.type] then out[#out + 1] = path .. member.name
        elseif not member.type and member.fields and member.name ~= "position" then add_names(out, member.fields, path .. member.name .. ".") end
    end
    return out
end

-- The C of a function for each field, under the field's name, that gives its address.
local function fields_of(unit)
    local state, lines = memory.structs(unit.header)["struct " .. unit.struct], {}
    for i, name in ipairs(add_names({}, state, "")) do
        lines[i] = ('WEB_FIELD(%d, "%s", %s)\n'):format(i, name, name)
    end
    return table.concat(lines)
end

local function files_of(unit)
    local files = device.files(unit)
    table.insert(files, { unit.trainer.name .. ".h", unit.header })
    table.insert(files, { unit.trainer.name .. ".c", unit.text })
    table.insert(files, { "loopc_web.c", assert(host.template "device/web.c") })
    table.insert(files, { "loopc_web_fields.h", fields_of(unit) })
    return files
end

-- The name of a program in the cache: all that it is made of.
function web.key(unit, arguments)
    local parts = link_command(unit, arguments, {}, "x")
    parts[#parts + 1] = host.stamp(compiler.which(parts[1]) or "") or ""
    for _, file in ipairs(files_of(unit)) do parts[#parts + 1] = file[2] end
    return host.sha256(table.concat(parts, "\0"))
end

-- The program as a script of a page, which may not read files when it is one itself.
local function as_script(unit, bytes)
    local status, text = host.run { "base64", "-w", "0", input = bytes }
    if status ~= 0 then cli.fail("a program as a script needs base64, of coreutils", "-o NAME.wasm needs none") end
    return ('const %s = "%s";\n'):format(unit.trainer.name, text)
end

-- Builds `program`, a script where its name ends in ".js"; returns whether that went well. recompile: as for toolchain.check.
function web.build(unit, arguments, program, recompile)
    check_packages(unit, arguments)
    local folder, message = host.tempdir()
    if not folder then cli.fail(message, nil, 1) end
    local sources = pieces.write(folder, files_of(unit))
    local status, messages = pieces.run(link_command(unit, arguments, sources, "program.wasm"), folder)
    if status ~= 0 or messages ~= "" then pieces.explain(unit, compile_command(unit, arguments), folder, recompile) end
    local ok = toolchain.show(unit, arguments, status, messages)
    if ok then
        local bytes = assert(host.read(folder .. "/program.wasm"))
        pieces.put(program, program:find "%.js$" and as_script(unit, bytes) or bytes)
    end
    host.remove(folder)
    return ok
end

local in_node = [[
const { WASI } = require("wasi"), wasi = new WASI({ version: "preview1", returnOnExit: true });
const code = new WebAssembly.Module(require("fs").readFileSync(process.argv[1]));
process.exitCode = wasi.start(new WebAssembly.Instance(code, { wasi_snapshot_preview1: wasi.wasiImport }));]]

-- The command that runs a program.
function web.runner(program)
    if not compiler.which "node" then cli.fail("there is no node to run a program for " .. web.target, "apt-get install nodejs; or loopc build") end
    return { "node", "--no-warnings", "-e", in_node, program }
end

return web

-- Other processors: the compiler, flags and libraries of `--target TRIPLET`, and the runtime built for it.

local cache = require "gen.build.cache"
local cli = require "gen.cli.cli"
local compiler = require "gen.build.compiler"
local host = require "host"
local runtime = require "gen.build.runtime"

local target = {}

local options = {
    { "--target", "TRIPLET", "for another processor, by its cross compiler: aarch64-linux-gnu, arm-linux-gnueabihf, ...; or wasm32-wasi" },
    { "--sysroot", "FOLDER", "with --target: has usr/include and usr/lib with zlib, jansson and minizip of the target" },
    { "--cpu", "NAME", "the processor, for -mcpu or -march of the compiler (default with --target: any of its kind)" },
}

-- The options of a command that builds: its own, then those for other processors.
function target.with(own) return table.move(options, 1, #options, #own + 1, own) end

-- By the first word of a triplet: Debian's name of the architecture, its folder of libraries if that is not the triplet, the name of its
-- emulator, and flags without which floats would have excess precision.
local machines = {
    aarch64 = { debian = "arm64", cpu = "-mcpu=" },
    arm = { debian = "armhf", cpu = "-mcpu=" },
    i686 = { debian = "i386", folder = "i386-linux-gnu", emulator = "i386", flags = { "-msse2", "-mfpmath=sse" } },
    mips64el = { debian = "mips64el" },
    powerpc64le = { debian = "ppc64el", emulator = "ppc64le", cpu = "-mcpu=" },
    riscv64 = { debian = "riscv64" },
    s390x = { debian = "s390x", flags = { "-std=gnu11" } },
}
machines.i386, machines.i586, machines.powerpc = machines.i686, machines.i686, machines.powerpc64le

local packages = { zlib = "zlib1g-dev", jansson = "libjansson-dev", minizip = "libminizip-dev" }

-- { name, header, library }, in the order in which they are linked.
local libraries = { { "minizip", "minizip/unzip.h", "-lminizip" }, { "jansson", "jansson.h", "-ljansson" }, { "zlib", "zlib.h", "-lz" } }

local function machine_of(triplet) return machines[triplet:match "^[^-]+"] or {} end

local function append(list, more)
    for _, value in ipairs(more or {}) do list[#list + 1] = value end
    return list
end

-- The compiler: --cc, or that of the triplet's name.
local function compiler_words(arguments)
    if arguments.cc then return compiler.words(arguments) end
    local name = arguments.target .. "-gcc"
    if compiler.which(name) then return { name } end
    local debian = machine_of(arguments.target).debian
    cli.fail(("there is no %s"):format(name), debian and ("apt-get install gcc-%s libc6-dev-%s-cross; or --cc names a compiler"):format(
        (arguments.target:gsub("_", "-")), debian) or "--cc names a compiler for this target")
end

local function sysroot_flags(arguments)
    local root = arguments.sysroot
    if not root then return {} end
    if not host.isdir(root) then cli.fail(("--sysroot: there is no folder %s"):format(root)) end
    root = host.realpath(root)
    if host.exists(root .. "/usr/include/stdio.h") then return { "--sysroot=" .. root } end
    local lib, include = root .. "/usr/lib", root .. "/usr/include"
    local of_target = "/" .. (machine_of(arguments.target).folder or arguments.target)
    return { "-I" .. include, "-I" .. include .. of_target, "-L" .. lib .. of_target, "-L" .. lib }
end

-- The command line up to the flags of the machine: what compiles the runtime and the program alike.
function target.compiler(arguments)
    local machine = machine_of(arguments.target)
    local command = append(compiler_words(arguments), { "-std=c11" })
    append(command, machine.flags)
    if arguments.cpu then append(command, { (machine.cpu or "-march=") .. arguments.cpu }) end
    return append(command, sysroot_flags(arguments))
end

-- Flags of the machine that have to be behind those of programs.
function target.again(arguments) return machine_of(arguments.target).flags end

local function has_library(command, library)
    local try = append(table.move(command, 1, #command, 1, {}), { "-x", "c", "-", "-o", "/dev/null", library[3] })
    try.input = ('#include <stddef.h>\n#include <%s>\nint main(void)\n{\n    return 0;\n}\n'):format(library[2])
    return host.run(try) == 0
end

-- Refuses a target without its libraries.
local function check_libraries(arguments, command)
    local missing, names = {}, {}
    local debian = machine_of(arguments.target).debian
    for _, library in ipairs(libraries) do
        if not has_library(command, library) then
            missing[#missing + 1] = library[1]
            names[#names + 1] = packages[library[1]] .. (debian and ":" .. debian or "")
        end
    end
    if #missing == 0 then return end
    table.sort(names)
    cli.fail(("%s has no %s"):format(arguments.target, table.concat(missing, ", ")),
        ("--sysroot names a folder with what is in Debian's %s; or %sapt-get install them"):format(table.concat(names, ", "),
            debian and ("dpkg --add-architecture %s and "):format(debian) or ""))
end

-- Sources of the runtime below `folder`, by full path.
local function sources_in(folder, out)
    for _, name in ipairs(host.list(folder) or {}) do
        local path = folder .. "/" .. name
        if host.isdir(path) and name ~= "device" then sources_in(path, out)
        elseif name:match "%.[ch]$" then out[#out + 1] = path end
    end
    return out
end

local compile_flags = { "-D_GNU_SOURCE", "-D_FILE_OFFSET_BITS=64", "-O2", "-ffp-contract=off", "-fno-math-errno", "-ffunction-sections",
    "-fdata-sections", "-pthread" }

local function ar_of(arguments)
    local own = arguments.target .. "-ar"
    return compiler.which(own) and own or compiler.which "llvm-ar" and "llvm-ar" or "ar"
end

local function must_run(command)
    command.env = { "LC_ALL=C" }
    local status, out, err = host.run(command)
    if status == 0 then return end
    host.stderr(status and err or "")
    cli.fail(status and "the runtime does not compile for this target: these are the compiler's own messages" or out)
end

-- Compiles into `folder`, four at a time.
local function compile_into(folder, arguments, command, place, files)
    local objects, list = {}, {}
    for _, path in ipairs(files) do
        if path:match "%.c$" then
            list[#list + 1] = path
            objects[#objects + 1] = path:match("([^/]*)%.c$") .. ".o"
        end
    end
    local all = append({ "xargs", "-d", "\n", "-P", "4", "-n", "4" }, command)
    append(append(all, compile_flags), { "-I" .. place.sources, "-I" .. place.headers, "-c" })
    all.cwd, all.input = folder, table.concat(list, "\n")
    must_run(all)
    must_run(append({ ar_of(arguments), "rcs", "libloopc.a", cwd = folder }, objects))
end

local function key_of(command, files)
    local parts = { table.concat(command, "\0"), host.stamp(compiler.which(command[1]) or "") or "" }
    for _, path in ipairs(files) do parts[#parts + 1] = host.read(path) or "" end
    return host.sha256(table.concat(parts, "\0"))
end

-- The runtime for the target, { headers, library, libraries = words for the linker }: that of the cache, else it is built into it.
local function make(arguments)
    local place, command = runtime.find(), target.compiler(arguments)
    local files = sources_in(place.sources, {})
    table.sort(files)
    local folder = ("%s/targets/%s"):format(cache.made(), key_of(command, files))
    if not host.exists(folder .. "/libloopc.a") then
        check_libraries(arguments, command)
        cli.note(("building the runtime for %s, once"):format(arguments.target))
        local temporary = ("%s.tmp%d"):format(folder, host.pid())
        local made, message = host.mkdirs(temporary)
        if not made then cli.fail(message, nil, 1) end
        compile_into(temporary, arguments, command, place, files)
        host.rename(temporary, folder)
        if host.exists(temporary) then host.remove(temporary) end
    end
    return { headers = place.headers, library = folder .. "/libloopc.a", libraries = { "-lminizip", "-ljansson", "-lz" } }
end

local made = {}

-- The runtime that a program is built with: that of loopc itself, or of --target.
function target.runtime(arguments)
    if not arguments.target then return runtime.find() end
    made[arguments.target] = made[arguments.target] or make(arguments)
    return made[arguments.target]
end

-- Refuses options that go with --target, and with it some others.
function target.check(arguments)
    if not arguments.target then
        if arguments.sysroot then cli.usage "--sysroot is for --target" end
    elseif arguments.portable then cli.usage "--portable makes programs for x86-64; --target is for others" end
end

-- The words before a program of the target that run it: an emulator, which looks for libraries where Debian's cross compiler has them.
function target.runner(arguments)
    local name = "qemu-" .. (machine_of(arguments.target).emulator or arguments.target:match "^[^-]+")
    if not compiler.which(name) then
        cli.fail(("there is no %s to run a program for %s"):format(name, arguments.target), "apt-get install qemu-user; or loopc build")
    end
    local root = arguments.sysroot and host.exists(arguments.sysroot .. "/lib") and arguments.sysroot or "/usr/" .. arguments.target
    return { name, "-L", root }
end

return target

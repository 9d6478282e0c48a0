-- Builds a program from emitted C: finds the runtime and the C compiler, calls it, and maps its messages back to the spec.

local c_errors = require "gen.build.c_errors"
local cli = require "gen.cli.cli"
local host = require "host"
local portable = require "gen.build.portable"
local report = require "gen.cli.report"

local toolchain = {}

-- The bits of a program must not depend on the compiler: no contraction, no reassociation. (No errno for square roots
-- changes no result.)
toolchain.flags = { "-std=c11", "-O2", "-ffp-contract=off", "-fno-math-errno", "-g" }
toolchain.here = { "-march=native" }

local function words(text)
    local out = {}
    for word in (text or ""):gmatch("%S+") do out[#out + 1] = word end
    return out
end

local function append(list, more)
    for _, value in ipairs(more or {}) do list[#list + 1] = value end
    return list
end

local function folder_of(path) return (path:gsub("/[^/]*$", "")) end

-- Where headers and library may be, seen from the folder of the program or of LOOPC_HOME: { headers, library }.
local function places()
    local home = host.getenv("LOOPC_HOME")
    if home and home ~= "" then
        return { { home .. "/include/loopc", home .. "/lib/libloopc.a" }, { home .. "/runtime", home .. "/build/libloopc.a" } }
    end
    local here = folder_of(assert(host.exe()))
    local up, upper = folder_of(here), folder_of(folder_of(here))
    return { { up .. "/runtime", here .. "/libloopc.a" }, { upper .. "/runtime", here .. "/libloopc.a" },
        { up .. "/include/loopc", up .. "/lib/libloopc.a" } }
end

-- The runtime that programs are built with: { headers = folder, library = file }.
local function find_runtime()
    for _, place in ipairs(places()) do
        if host.exists(place[1] .. "/loopc.h") and host.exists(place[2]) then
            return { headers = place[1], library = place[2] }
        end
    end
    cli.fail("cannot find the runtime (loopc.h and libloopc.a)",
        "LOOPC_HOME names the folder that holds include/loopc and lib/libloopc.a")
end

-- The compiler of --mpi. Its name is the same with Open MPI and with MPICH.
local function mpi_compiler(arguments)
    local list = words(arguments.cc or "mpicc")
    if not host.run { list[1], "--version" } then
        cli.fail(("--mpi needs %s, the C compiler of an MPI"):format(list[1]), "apt-get install libopenmpi-dev openmpi-bin, or libmpich-dev mpich")
    end
    return list
end

-- The compiler as a list of words: --cc, CC, cc. CC may carry flags ("ccache gcc").
local function compiler_of(arguments)
    if arguments.mpi then return mpi_compiler(arguments) end
    for _, text in ipairs { arguments.cc or "", host.getenv("CC") or "", "cc" } do
        local list = words(text)
        if #list > 0 then return list end
    end
end

-- The compiler with its flags, those for a processor (default: this one) among them; headers are found beside the spec
-- too. CFLAGS of the environment go after ours.
local function compile_command(unit, arguments, processor)
    local command = append(compiler_of(arguments), toolchain.flags)
    append(append(command, processor or toolchain.here), c_errors.flags)
    append(command, words(host.getenv("CFLAGS")))
    append(command, { "-I" .. find_runtime().headers })
    return append(command, { "-I" .. (unit.folder ~= "" and unit.folder or ".") })
end

-- The objects and archives that the trainer links; they are found beside the spec.
local function link_words(unit)
    local out = {}
    for i, word in ipairs(unit.trainer and unit.trainer.link or {}) do
        local beside = unit.folder .. word
        out[i] = word:sub(1, 1) ~= "-" and word:sub(1, 1) ~= "/" and host.exists(beside) and beside or word
    end
    return out
end

-- The command line that makes `program` of C files and objects, without unused parts of the runtime. LDFLAGS of
-- the environment go after ours.
local function link_command(unit, arguments, files, program, processor)
    local command = compile_command(unit, arguments, processor)
    append(append(command, { "-ffile-prefix-map=" .. folder_of(files[1]) .. "/=", "-o", program }), files)
    append(command, link_words(unit))
    append(command, { find_runtime().library })
    append(command, words(host.getenv("LDFLAGS")))
    return append(command, { "-Wl,--gc-sections", "-ljansson", "-lz", "-lm", "-pthread" })
end

local function run(command, options)
    for key, value in next, options or {} do command[key] = value end
    local status, out, err = host.run(command)
    if not status then cli.fail(out, command[1] == "objcopy" and "--portable needs objcopy, which is of binutils"
        or "a C compiler is needed: --cc, or CC in the environment, names it") end
    return status, err, out
end

-- The files of the compiler: its words as the shell finds them.
local function compiler_files(arguments)
    local out = {}
    for _, word in ipairs(compiler_of(arguments)) do
        local folders = word:find "/" and "" or (host.getenv "PATH" or "") .. ":"
        if word:find "/" then out[#out + 1] = word end
        for folder in word:sub(1, 1) ~= "-" and folders:gmatch "([^:]*):" or function() end do
            local file = (folder == "" and "." or folder) .. "/" .. word
            if host.isfile(file) then out[#out + 1] = file break end
        end
    end
    return out
end

-- All files besides headers that a program is made of.
function toolchain.files(unit, arguments)
    local out = append({ host.exe(), find_runtime().library }, compiler_files(arguments))
    return append(append(out, unit.files), link_words(unit))
end

-- All inputs of a build as text, the key of a cache: the preprocessed source (with headers and the macros of compiler and
-- machine), linked files, and all flags. A rule for make that names the headers goes to the file `rule`.
function toolchain.fingerprint(unit, arguments, rule)
    local command = compile_command(unit, arguments)
    append(command, { "-E", "-dD", "-P", "-MD", "-MF", rule, "-x", "c", "-" })
    local status, _, preprocessed = run(command, { input = unit.text, env = { "LC_ALL=C" } })
    local parts = { table.concat(link_command(unit, arguments, { "x.c" }, "x"), "\0"), preprocessed }
    if status ~= 0 then return nil end
    for _, file in ipairs(append({ find_runtime().library }, link_words(unit))) do
        parts[#parts + 1] = host.read(file) or file
    end
    return table.concat(parts, "\0")
end

-- All that the headers of a spec declare, as the compiler reads them; "" when it does not.
function toolchain.headers(unit, arguments)
    local lines = { '#include "loopc.h"' }
    for i, name in ipairs(unit.trainer.include) do lines[i + 1] = "#include " .. (name:match('^[<"]') and name or '"' .. name .. '"') end
    local command = append(compile_command(unit, arguments), { "-E", "-P", "-x", "c", "-" })
    command.input, command.env = table.concat(lines, "\n") .. "\n", { "LC_ALL=C" }
    local status, out = host.run(command)
    return status == 0 and out or ""
end

-- The emitted text again, with line directives that lead to the spec.
local function with_lines(unit, recompile)
    local options = {}
    for key, value in next, unit.options do options[key] = value end
    options.line, options.format = "path", "never"
    return recompile(unit, options)
end

-- Looks for errors in the C of the bodies and adds them to the unit's diagnostics, as errors of the spec. Returns the compiler's
-- status and messages. recompile(unit, options) is the emitted text of the same spec with other options (gen/compile.lua).
function toolchain.check(unit, arguments, recompile)
    local command, text = compile_command(unit, arguments), with_lines(unit, recompile)
    append(command, { "-fsyntax-only", "-x", "c", "-" })
    local status, messages = run(command, { env = { "LC_ALL=C" }, input = text })
    c_errors.add(unit, messages, text)
    return status, messages
end

-- The first lines of the compiler's messages: after many, the rest says no more.
local function shortened(messages)
    local lines, most = {}, 40
    for line in messages:gmatch("[^\n]+") do lines[#lines + 1] = line end
    local more = #lines > most and ("... and %d lines more\n"):format(#lines - most) or ""
    return table.concat(lines, "\n", 1, math.min(#lines, most)) .. "\n" .. more
end

-- Whether a warning of the unit already explains why the C does not compile.
local function is_explained(unit)
    for _, row in ipairs(unit.diags.rows) do
        if row.id == "unbalanced" then return true end
    end
    return false
end

-- Prints the unit's diagnostics; when they do not explain a failed compilation, the compiler's own messages. Returns whether the
-- compilation succeeded.
function toolchain.show(unit, arguments, status, messages)
    report.show(unit, arguments)
    if status ~= 0 and unit.diags.errors == 0 then
        local explained = is_explained(unit)
        host.stderr(explained and "" or shortened(messages))
        cli.note(("%s does not compile%s"):format(unit.path, explained and "" or " or link: these are the compiler's own messages"))
    end
    return status == 0
end

-- Whether the compiler makes programs for processors that have versions (portable.lua).
local function has_versions(arguments)
    local command = append(compiler_of(arguments), { "-dumpmachine" })
    local _, _, machine = run(command)
    return machine and machine:match("^x86_64") ~= nil
end

-- Makes a program that runs on all processors of this kind. Returns a status and the compiler's messages.
local function build_portable(unit, arguments, source, program)
    local folder, message = host.tempdir()
    if not folder then cli.fail(message, nil, 1) end
    local function compile_for(flags)
        local command = compile_command(unit, arguments, flags)
        return append(command, { "-ffile-prefix-map=" .. folder_of(source) .. "/=", source })
    end
    local function link(files) return link_command(unit, arguments, files, program, {}) end
    local function run_quietly(command) return run(command, { env = { "LC_ALL=C" } }) end
    local status, messages = portable.build(run_quietly, compile_for, link, folder, unit.trainer.name)
    host.remove(folder)
    return status, messages
end

-- Writes the C of ranks over MPI beside the source; returns its path.
local function write_ranks(source)
    local path = source:gsub("%.c$", "") .. "_ranks_mpi.c"
    local ok, message = host.write(path, assert(host.template "ranks_mpi.c"))
    if not ok then cli.fail(message, nil, 1) end
    return path
end

-- Makes `program` of `source`. Returns a status and the compiler's messages.
local function build_program(unit, arguments, source, program)
    if arguments.portable and has_versions(arguments) then return build_portable(unit, arguments, source, program) end
    local processor, sources = arguments.portable and {} or nil, { source }
    if arguments.mpi then sources[2] = write_ranks(source) end
    return run(link_command(unit, arguments, sources, program, processor), { env = { "LC_ALL=C" } })
end

-- Writes unit.text to `source` and compiles it to `program`. Prints the errors; returns whether there were none. recompile: as for
-- check.
function toolchain.build(unit, arguments, source, program, recompile)
    local ok, message = host.write(source, unit.text)
    if not ok then cli.fail(message, nil, 1) end
    local status, messages = build_program(unit, arguments, source, program)
    if status ~= 0 or messages ~= "" then toolchain.check(unit, arguments, recompile) end
    return toolchain.show(unit, arguments, status, messages)
end

return toolchain

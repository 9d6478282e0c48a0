-- Builds a program from emitted C: finds the runtime and the C compiler, calls it, and maps its messages back to the spec.

local c_errors = require "gen.build.c_errors"
local cache = require "gen.build.cache"
local cli = require "gen.cli.cli"
local compiler = require "gen.build.compiler"
local host = require "host"
local portable = require "gen.build.portable"
local report = require "gen.cli.report"
local target = require "gen.build.target"

local toolchain = {}

-- The bits of a program must not depend on the compiler: no contraction, no reassociation. (No errno for square roots
-- changes no result.)
toolchain.flags = { "-std=c11", "-O2", "-ffp-contract=off", "-fno-math-errno", "-g", "-pthread" }
toolchain.here = { "-march=native" }

-- A library for Python: its own functions first, those of runtime/library/foreign.h in any case.
toolchain.shared = { "-shared", "-Wl,-Bsymbolic", "-Wl,-u,loopc_instance_describe" }

local function append(list, more)
    for _, value in ipairs(more or {}) do list[#list + 1] = value end
    return list
end

local function folder_of(path) return (path:gsub("/[^/]*$", "")) end

-- The compiler with its flags, those for a processor (default: this one) among them; headers are found beside the spec
-- too. CFLAGS of the environment go after ours. Where a variable is in optimized code at each place takes an eighth of the time of gcc:
-- only programs whose C (or spec) a debugger shows are compiled with it.
local function compile_command(unit, arguments, processor)
    local command = append(compiler.words(arguments), toolchain.flags)
    if arguments.target then command = append(append(target.compiler(arguments), toolchain.flags), target.again(arguments))
    else append(command, processor or arguments.cpu and { "-march=" .. arguments.cpu } or toolchain.here) end
    if not arguments.keep and not arguments.line then command[#command + 1] = "-fno-var-tracking" end
    append(command, c_errors.flags)
    append(command, compiler.words_of(host.getenv("CFLAGS")))
    if arguments.shared then append(command, { "-fPIC", "-I" .. arguments.shared }) end
    append(command, { "-I" .. target.runtime(arguments).headers })
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

-- The faster linker, where there is one for this processor and nobody has chosen: GNU gold takes half the time of GNU ld.
local function linker(arguments)
    if arguments.target or arguments.mpi then return {} end -- their compilers bring their own
    for _, text in ipairs { arguments.cc or "", host.getenv "CC" or "", host.getenv "CFLAGS" or "", host.getenv "LDFLAGS" or "" } do
        if text:find("-fuse-ld", 1, true) or text:find("-fsanitize", 1, true) then return {} end
    end
    return compiler.which "ld.gold" and { "-fuse-ld=gold" } or {}
end

-- The command line that links objects, or C files, to `program`, without unused parts of the runtime. LDFLAGS of the environment go
-- after ours.
local function link_command(unit, arguments, files, program, processor)
    local command = append(append(compile_command(unit, arguments, processor), { "-o", program }), files)
    append(command, link_words(unit))
    local place = target.runtime(arguments)
    if arguments.shared then append(command, toolchain.shared) end
    append(command, { place.library })
    append(command, linker(arguments))
    append(command, compiler.words_of(host.getenv("LDFLAGS")))
    append(command, { "-Wl,--gc-sections" })
    return append(append(command, place.libraries or { "-ljansson", "-lz" }), { "-lm", "-pthread" })
end

local function run(command, options)
    for key, value in next, options or {} do command[key] = value end
    local status, out, err = host.run(command)
    if not status then cli.fail(out, command[1] == "objcopy" and "--portable needs objcopy, which is of binutils"
        or "a C compiler is needed: --cc, or CC in the environment, names it") end
    return status, err, out
end

-- All files besides headers and Lua that a program is made of.
function toolchain.files(unit, arguments)
    local out = append({ host.exe(), target.runtime(arguments).library }, compiler.files(arguments))
    return append(out, link_words(unit))
end

-- What decides over a program besides the files that it is made of: its C and the command line.
function toolchain.inputs(unit, arguments)
    return { unit.text, table.concat(link_command(unit, arguments, { "x.c" }, "x"), "\0") }
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
function toolchain.with_lines(unit, recompile)
    local options = {}
    for key, value in next, unit.options do options[key] = value end
    options.line, options.format = "path", "never"
    return recompile(unit, options)
end

-- Looks for errors in the C of the bodies and adds them to the unit's diagnostics, as errors of the spec. Returns the compiler's
-- status and messages. recompile(unit, options) is the emitted text of the same spec with other options (gen/compile.lua).
function toolchain.check(unit, arguments, recompile)
    local command, text = compile_command(unit, arguments), toolchain.with_lines(unit, recompile)
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

-- Brackets that do not match are the cause when nothing else of the spec is.
local function blame_brackets(unit)
    for _, row in ipairs(unit.diags.rows) do
        if row.id == "unbalanced" then unit.diags:raise(row) end
    end
end

-- Prints the unit's diagnostics; when they do not explain a failed compilation, the compiler's own messages. Returns whether the
-- compilation succeeded.
function toolchain.show(unit, arguments, status, messages)
    if status ~= 0 and unit.diags.errors == 0 then blame_brackets(unit) end
    report.show(unit, arguments)
    if status ~= 0 and unit.diags.errors == 0 then
        host.stderr(shortened(messages))
        cli.note(("%s does not compile or link: these are the compiler's own messages"):format(unit.path))
    end
    return status == 0 and unit.diags.errors == 0
end

-- Whether the compiler makes programs for processors that have versions (portable.lua).
local function has_versions(arguments)
    local command = append(compiler.words(arguments), { "-dumpmachine" })
    local _, _, machine = run(command)
    return machine and machine:match("^x86_64") ~= nil
end

local function run_quietly(command) return run(command, { env = { "LC_ALL=C" } }) end

-- The command that compiles the source, without names of files to write. The folder of the source is temporary: debuggers see none.
-- With --line they find the C that was kept.
local function source_command(unit, arguments, source, processor)
    local command = compile_command(unit, arguments, processor)
    if not (arguments.line and arguments.keep) then append(command, { "-ffile-prefix-map=" .. folder_of(source) .. "/=" }) end
    return append(command, { source })
end

-- Writes the C of ranks over MPI beside the source; returns its path.
local function write_ranks(source)
    local path = source:gsub("%.c$", "") .. "_ranks_mpi.c"
    local ok, message = host.write(path, assert(host.template "ranks_mpi.c"))
    if not ok then cli.fail(message, nil, 1) end
    return path
end

-- Makes a program that runs on all processors of this kind. Returns a status and the compiler's messages.
local function build_portable(unit, arguments, source, program, folder)
    local function compile_for(flags) return source_command(unit, arguments, source, flags) end
    local function link(files) return link_command(unit, arguments, files, program, {}) end
    return portable.build(run_quietly, compile_for, link, folder, unit.trainer.name)
end

-- Makes `program` of `source`, by way of objects in `folder`: caches of compilers keep objects. Returns a status, the compiler's
-- messages, and a rule for make that names the headers (none of a portable program).
local function build_program(unit, arguments, source, program, folder)
    if arguments.portable and has_versions(arguments) then return build_portable(unit, arguments, source, program, folder) end
    local processor = arguments.portable and {} or nil
    local object, rule = ("%s/%s.o"):format(folder, unit.trainer.name), folder .. "/rule"
    local files = { object, arguments.mpi and write_ranks(source) or nil }
    local status, messages = run_quietly(append(source_command(unit, arguments, source, processor), { "-MD", "-MF", rule, "-c", "-o", object }))
    if status ~= 0 then return status, messages end
    local linked, more = run_quietly(link_command(unit, arguments, files, program, processor))
    return linked, messages .. more, host.read(rule)
end

-- The file to compile: `source`, unless a cache of the compiler looks for the same text at the same path.
local function place_of(unit, arguments, source)
    local stable = not arguments.keep and not arguments.shared and compiler.is_cached(arguments)
    return stable and cache.source(unit.trainer.name .. ".c", unit.text) or source
end

-- Writes unit.text to `source` and compiles it to `program`. Prints the errors; returns whether there were none, and a rule for make
-- that names the headers. recompile: as for check.
function toolchain.build(unit, arguments, source, program, recompile)
    local ok, message = host.write(source, unit.text)
    if not ok then cli.fail(message, nil, 1) end
    local folder, problem = host.tempdir()
    if not folder then cli.fail(problem, nil, 1) end
    local status, messages, rule = build_program(unit, arguments, place_of(unit, arguments, source), program, folder)
    host.remove(folder)
    if status ~= 0 or messages ~= "" then toolchain.check(unit, arguments, recompile) end
    local good = toolchain.show(unit, arguments, status, messages)
    if not good and status == 0 then host.remove(program) end -- of C that only loopc refuses
    return good, rule
end

return toolchain

-- loopc gen: from a spec to C, on standard output or in a file.

local cli = require "gen.cli.cli"
local compile = require "gen.compile"
local device = require "gen.build.device"
local diff = require "gen.base.diff"
local dump = require "gen.views.dump"
local host = require "host"
local pipeline = require "gen.pipeline"
local watch = require "gen.watch"

local gen = {
    name = "gen",
    summary = "Prints the C of a spec",
    usage = "SPEC [-o FILE]",
    least = 1,
    most = 1,
    text = "The same spec gives the same bytes everywhere. FILE is written only when its bytes would change.",
}

gen.options = compile.with {
    { "-o, --output", "FILE", "write to FILE instead of standard output" },
    { "--watch", nil, "compile again whenever a file of the spec is saved, and show what changes in the C" },
    { "--check", "FILE", "compare with FILE (default: that of -o), print the difference, write nothing", optional = true },
    { "-MD", nil, "also write a rule for make that names every Lua file read, to FILE.d", key = "depend" },
    { "-MF", "FILE", "write that rule to FILE", key = "depend_file" },
    { "--line", nil, "#line directives: compilers, debuggers and gcov show the spec" },
    { "--step", nil, "the step form: a program that runs step by step" },
    { "--lib", nil, "with --step: a library, a header beside the source, to be driven by a program of your own" },
    { "--device", nil, "with --lib: for firmware, without files, threads and an allocator; -o names the folder for all of it" },
    { "--remat", nil, "with --device: nets calculate some activations again on the way back, and need less memory" },
    { "-O0", nil, "leave elements of control flow as the spec has them", key = "plain" },
    { "--no-format", nil, "leave out clang-format" },
    { "--no-lines", nil, "leave the lines of the spec out of comments, so that moving code in it changes nothing" },
    { "--dump", "PASS", "print the result of a pass instead: load, check, flatten, ... emit" },
}

local function put(path, text)
    local ok, message = host.write(path, text)
    if not ok then cli.fail(message, nil, 1) end
end

local function escape(path) return (path:gsub("[ #:]", "\\%0"):gsub("%$", "$$")) end

-- The rule; every file but the spec also is a target of its own, so that make does not stop when one is removed.
local function rule(target, files)
    local words, phony = { escape(target) .. ":" }, {}
    for i, file in ipairs(files) do
        if file:sub(1, 1) ~= "<" then -- a module of loopc itself
            words[#words + 1] = escape(file)
            if i > 1 then phony[#phony + 1] = "\n" .. escape(file) .. ":\n" end
        end
    end
    return table.concat(words, " ") .. "\n" .. table.concat(phony)
end

local function write_rule(arguments, unit, target)
    if not (arguments.depend or arguments.depend_file) then return end
    put(arguments.depend_file or target .. ".d", rule(target, unit.files))
end

local function is_same(path, text)
    local old, message = host.read(path)
    if not old then cli.fail(message, "loopc gen -o writes it", 1) end
    if old == text then return true end
    host.stdout(diff.unified(old, text, path, path .. " (from the spec)"))
    cli.note(("%s is out of date"):format(path))
    return false
end

-- Compares all files; the exit code.
local function compare(files)
    local same = true
    for _, file in ipairs(files) do same = is_same(file.path, file.text) and same end
    return same and 0 or 1
end

local function write(path, text)
    if host.isfile(path) and host.read(path) == text then return cli.note(("%s is up to date"):format(path)) end
    put(path, text)
    cli.note(("wrote %s"):format(path))
end

local function check_usage(arguments)
    if arguments.dump and not pipeline.has(arguments.dump) then
        local names = {}
        for i, pass in ipairs(pipeline.passes) do names[i] = pass[1] end
        cli.usage(("there is no pass '%s'"):format(arguments.dump), "the passes are " .. table.concat(names, ", "))
    end
    if arguments.device and not (arguments.lib and arguments.output) then
        cli.usage("--device is a form of --lib, and needs a folder", "loopc gen --lib --device SPEC -o FOLDER")
    end
    if arguments.device then arguments.step = true end
    if arguments.remat and not arguments.device then cli.usage "--remat is for --device" end
    if arguments.lib and not arguments.step then cli.usage("--lib is a form of --step", "loopc gen --step --lib SPEC -o NAME.c") end
    if arguments.watch and arguments.check then cli.usage "--watch and --check do not go together" end
    if arguments.check == "" and not arguments.output then cli.usage("--check needs a file: --check=FILE, or -o FILE") end
    if (arguments.depend or arguments.depend_file) and not arguments.output then cli.usage("-MD needs -o FILE") end
end

-- The source to be written or compared, nil for standard output. A library is always a file.
local function target_of(arguments)
    local path = arguments.check ~= "" and arguments.check or arguments.output
    if arguments.device then return path end
    if path and arguments.lib and not arguments.dump then return (path:gsub("%.c$", "")) .. ".c" end
    return path
end

-- The folder of a device: the trainer, and the runtime.
local function device_files(unit, folder)
    local name = unit.trainer.name
    local files = { { path = ("%s/%s.h"):format(folder, name), text = unit.header }, { path = ("%s/%s.c"):format(folder, name), text = unit.text } }
    for _, file in ipairs(device.files(unit)) do files[#files + 1] = { path = folder .. "/" .. file[1], text = file[2] } end
    return files
end

-- The files to write: { path, text }; a library has a header beside its source.
local function files_of(arguments, unit, target)
    if arguments.dump then return { { path = target, text = dump.text(unit, arguments.dump) } } end
    if arguments.device then return device_files(unit, target) end
    if not arguments.lib then return { { path = target, text = unit.text } } end
    target = target or unit.trainer.name .. ".c"
    return { { path = target:gsub("c$", "h"), text = unit.header }, { path = target, text = unit.text } }
end

-- Compiles once. Returns the exit code, the files as they are written, and those that were read.
local function generate(arguments, target)
    local format = (arguments.no_format or arguments.dump) and arguments.dump ~= "format" and "never" or "must"
    local unit = compile.spec(arguments, { line = arguments.line, lines = not arguments.no_lines, format = format, step = arguments.step,
        lib = arguments.lib, device = arguments.device, c_file = target,
        header = arguments.lib and not arguments.device and target and target:match("[^/]*$"):gsub("c$", "h") or nil,
        optimize = not arguments.plain }, arguments.dump)
    if not unit then return 2 end
    return 0, files_of(arguments, unit, target), unit
end

local function write_all(arguments, files, unit, target)
    if arguments.device then
        local made, message = host.mkdirs(target)
        if not made then cli.fail(message, nil, 1) end
    end
    for _, file in ipairs(files) do
        if file.path then write(file.path, file.text) else host.stdout(file.text) end
    end
    write_rule(arguments, unit, target)
end

-- --watch: on each save compiles again, writes, and shows what has changed in the C, until a signal comes; the exit code.
local function follow(arguments, target)
    local before, read = {}, { arguments[1] }
    while true do
        local stamps = watch.stamps(read)
        local _, files, unit = generate(arguments, target)
        for i, file in ipairs(files or {}) do
            local name = file.path or unit.trainer.name .. ".c"
            host.stdout(before[i] and diff.unified(before[i], file.text, name .. " (before)", name) or "")
            before[i] = file.text
            if file.path then write(file.path, file.text) end
        end
        if unit then
            write_rule(arguments, unit, target)
            if table.concat(unit.files, "\0") ~= table.concat(read, "\0") then read, stamps = unit.files, watch.stamps(unit.files) end
        end
        cli.note(unit and ("%s: ok, waits for a change"):format(arguments[1]) or "waits for a change")
        host.flush()
        local what, number = watch.wait(read, stamps)
        if what == "signal" then return 128 + number end
    end
end

function gen.run(arguments)
    check_usage(arguments)
    local target = target_of(arguments)
    if arguments.watch then return follow(arguments, target) end
    local code, files, unit = generate(arguments, target)
    if code ~= 0 then return code end
    if arguments.check then return compare(files) end
    write_all(arguments, files, unit, target)
    return 0
end

return gen

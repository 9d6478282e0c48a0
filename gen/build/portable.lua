-- Builds one program for all x86-64 processors: versions of a trainer for several instruction sets, and a main function
-- (templates/portable/main.c) that starts the best one that the processor supports.

local host = require "host"

local portable = {}

local avx2 = { "-march=x86-64", "-mavx2", "-mfma" }
local avx512 = { "-mavx512f", "-mavx512bw", "-mavx512cd", "-mavx512dq", "-mavx512vl" }

portable.versions = {
    { name = "plain", flags = { "-march=x86-64" } },
    { name = "v3", flags = avx2 },
    { name = "v4", flags = table.move(avx512, 1, #avx512, #avx2 + 1, table.move(avx2, 1, #avx2, 1, {})) },
}

-- Compiles one version to `object` and hides all its symbols except the main function: the versions share their names.
local function make_object(run, compile, version, object)
    local main = "loopc_main_" .. version.name
    local command = compile(version.flags)
    table.move({ "-Dmain=" .. main, "-c", "-o", object }, 1, 4, #command + 1, command)
    local status, messages = run(command)
    if status ~= 0 then return status, messages end
    return run { "objcopy", "--keep-global-symbol=" .. main, object }
end

-- Builds in `folder`. run(command) -> status, messages runs a program; compile(flags) is the command that compiles the
-- trainer, link(files) the one that links these files to it. Returns a status, 0 when it worked, and the compiler's messages.
function portable.build(run, compile, link, folder, name)
    local files = {}
    for i, version in ipairs(portable.versions) do
        files[i] = ("%s/%s-%s.o"):format(folder, name, version.name)
        local status, messages = make_object(run, compile, version, files[i])
        if status ~= 0 then return status, messages end
    end
    local main = ("%s/%s-main.c"):format(folder, name)
    local ok, message = host.write(main, (host.template "portable/main.c":gsub("@NAME@", name)))
    if not ok then return 1, message end
    table.insert(files, 1, main)
    return run(link(files))
end

return portable

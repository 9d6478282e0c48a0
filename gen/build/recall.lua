-- Which program was built of a spec, so that an unchanged spec is not read again, and unchanged C is not compiled again.
--
-- A record has the program's path and the stamp (size, time, place on the disk) of every file that it was made of: the headers, the
-- library, what is linked, the compiler, loopc, and the Lua where the record is that of a command line. Records are found by the
-- command line or by the emitted C, and by what the environment tells a compiler. One stamp that differs makes a record void, and
-- the program is built as if there were none.

local host = require "host"

local recall = {}

-- What else decides over the program: the environment of the compiler and of loopc.
local VARIABLES = { "CC", "CFLAGS", "LDFLAGS", "PATH", "LOOPC_HOME", "CPATH", "C_INCLUDE_PATH", "LIBRARY_PATH",
    "COMPILER_PATH", "GCC_EXEC_PREFIX", "SOURCE_DATE_EPOCH" }

-- The processor, for which programs are made: a cache may be that of several machines.
local function processor()
    local lines = {}
    for line in (host.read "/proc/cpuinfo" or ""):gmatch "[^\n]+" do
        if line == "" or lines[4] then break end
        for _, key in ipairs { "model name", "flags", "Features", "CPU part" } do
            if line:sub(1, #key) == key then lines[#lines + 1] = line end
        end
    end
    return table.concat(lines, "\n")
end

local function sorted_options(arguments)
    local out = {}
    for key, value in next, arguments do
        local text = type(value) == "table" and table.concat(value, "\1") or tostring(value)
        if type(key) == "string" and key ~= "rest" then out[#out + 1] = key .. "=" .. text end
    end
    table.sort(out)
    return table.concat(out, "\0")
end

local function place_of(cache, parts)
    table.move({ host.cwd() or "", host.exe(), processor() }, 1, 3, #parts + 1, parts)
    for _, name in ipairs(VARIABLES) do parts[#parts + 1] = ("%s=%s"):format(name, host.getenv(name) or "") end
    return cache .. "/" .. host.sha256(table.concat(parts, "\0")) .. ".run"
end

-- The name of a command line's record in this folder; nil where there is no spec, and where loopc itself is read from a folder.
function recall.of_command(cache, arguments)
    local spec = host.realpath(arguments[1])
    if not spec or (host.getenv "LOOPC_SCRIPTS" or "") ~= "" then return nil end
    return place_of(cache, { spec, sorted_options(arguments) })
end

-- The name of the record of emitted C. inputs: toolchain.inputs
function recall.of_inputs(cache, inputs) return place_of(cache, inputs) end

-- The files of a folder that a spec, a header or a link could take in the place of others, as one stamp.
local function names_in(folder)
    local out = {}
    for _, name in ipairs(host.list(folder) or {}) do
        if name:match "%.lua$" or name:match "%.[hcoa]$" or name:match "%.so$" then out[#out + 1] = name end
    end
    return host.sha256(table.concat(out, "\0"))
end

local function stamp_of(path)
    if path:sub(-1) == "/" then return names_in(path) end
    return (host.stamp(path))
end

-- The program of a record that still holds, or nil, and the files that it was made of.
function recall.program(place)
    local lines = (place and host.isfile(place) and host.read(place) or ""):gmatch "[^\n]+"
    local program, paths = lines(), {}
    if not program or not host.isfile(program) then return nil end
    for line in lines do
        local stamp, path = line:match "^(%S+) (.*)$"
        if not stamp or stamp_of(path) ~= stamp then return nil end
        paths[#paths + 1] = path
    end
    return program, paths
end

-- The headers in a rule for make, as compilers write it: all that the target depends on but the first, the source.
function recall.headers(rule)
    local out = {}
    local text = rule:gsub("\\\n", " "):gsub("^.-:%s", " "):gsub("\\ ", "\1"):gsub("%$%$", "$"):gsub("^%s*%S+", "")
    for word in text:gmatch "%S+" do out[#out + 1] = (word:gsub("\1", " "):gsub("\\#", "#")) end
    return out
end

-- A file that was written while it was read may have been another one: its record would hold for the wrong program.
local function all_older(paths, began)
    for _, path in ipairs(paths) do
        local _, time = host.stamp(path)
        if path:sub(-1) ~= "/" and time and time >= began then return false end
    end
    return true
end

-- The stamps of files as lines, or nil where one may have changed since `began`, a file that was written before any of them was read.
function recall.stamps(began, paths)
    local _, start = host.stamp(began)
    if not start or not all_older(paths, start) then return nil end
    local lines = {}
    for i, path in ipairs(paths) do lines[i] = ("%s %s\n"):format(stamp_of(path) or "none", path) end
    return table.concat(lines)
end

-- Files and the folders that they are in, where a new file could take the place of another.
function recall.with_folders(files)
    local out, seen = table.move(files, 1, #files, 1, {}), {}
    for _, path in ipairs(files) do
        local folder = path:match "^(.*/)[^/]*$" or "./"
        if not seen[folder] then out[#out + 1] = folder end
        seen[folder] = true
    end
    return out
end

-- Remembers that files with these stamps made the program.
function recall.keep(place, program, stamps) host.write(place, program .. "\n" .. stamps) end

return recall

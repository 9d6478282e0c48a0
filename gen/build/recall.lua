-- Which program an unchanged spec was built to, so that it starts without being read, or compiled, again.
--
-- A record has the program's path and the stamp (size, time, place on the disk) of every file that it was made of: the Lua, the
-- headers, the library, what is linked, the compiler, and loopc. Records are found by the command line and by what the
-- environment tells a compiler. One stamp that differs makes a record void, and the spec is built as if there were none.

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

-- The name of the record in this folder; nil where there is no spec, and where loopc itself is read from a folder.
function recall.place(cache, arguments)
    if (host.getenv "LOOPC_SCRIPTS" or "") ~= "" then return nil end
    local parts = { host.realpath(arguments[1]), host.cwd(), host.exe(), sorted_options(arguments), processor() }
    if not parts[1] or not parts[2] then return nil end
    for _, name in ipairs(VARIABLES) do parts[#parts + 1] = ("%s=%s"):format(name, host.getenv(name) or "") end
    return cache .. "/" .. host.sha256(table.concat(parts, "\0")) .. ".run"
end

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

-- The program of a record that still holds, or nil.
function recall.program(place)
    local lines = (place and host.isfile(place) and host.read(place) or ""):gmatch "[^\n]+"
    local program = lines()
    if not program or not host.isfile(program) then return nil end
    for line in lines do
        local stamp, path = line:match "^(%S+) (.*)$"
        if not stamp or stamp_of(path) ~= stamp then return nil end
    end
    return program
end

-- The files that a rule for make depends on, as compilers write it.
local function headers_of(rule)
    local out = {}
    local text = rule:gsub("\\\n", " "):gsub("^.-:%s", " "):gsub("\\ ", "\1"):gsub("%$%$", "$")
    for word in text:gmatch "%S+" do
        local path = word:gsub("\1", " "):gsub("\\#", "#")
        if path ~= "-" then out[#out + 1] = path end
    end
    return out
end

-- A file that was written while it was read may have been another one: its record would hold for the wrong program.
local function all_older(paths, began)
    for _, path in ipairs(paths) do
        local _, time = host.stamp(path)
        if time and time >= began then return false end
    end
    return true
end

-- Remembers that these files made the program. began: a file that was written before any of them was read.
function recall.keep(place, began, program, paths, rule)
    local all = table.move(headers_of(rule), 1, #headers_of(rule), #paths + 1, table.move(paths, 1, #paths, 1, {}))
    local _, start = host.stamp(began)
    if not start or not all_older(all, start) then return end
    local lines, folders = { program }, {}
    for _, path in ipairs(all) do
        lines[#lines + 1] = ("%s %s"):format(stamp_of(path) or "none", path)
        local folder = path:match "^(.*/)[^/]*$" or "./"
        if not folders[folder] and path:match "%.lua$" then lines[#lines + 1] = ("%s %s"):format(stamp_of(folder), folder) end
        folders[folder] = true
    end
    host.write(place, table.concat(lines, "\n") .. "\n")
end

return recall

-- loopc state: the contents of a checkpoint, and the differences between two.

local cli = require "gen.cli.cli"
local host = require "host"
local json = require "gen.base.json"
local safetensors = require "gen.views.safetensors"
local tensor = require "gen.views.tensor"

local state = {
    name = "state",
    summary = "Lists the contents of a checkpoint",
    usage = "FILE | --diff FILE FILE",
    least = 1,
    most = 2,
    text = "A line a key: type, shape, and the value, or the least, the mean and the greatest of many.\n" ..
        "FILE may be any safetensors file. With --diff the exit code is 0 when nothing differs, 1 when something does; the\n" ..
        "checkpoint's number, the time it took and the length of the metrics file are not compared.",
    options = {
        { "--diff", nil, "compare two: list the keys that differ, and by how much" },
    },
}

-- "layer 10" comes after "layer 2".
local function natural(name)
    return (name:gsub("%d+", function(digits) return ("%020d"):format(math.tointeger(tonumber(digits)) or 0) end))
end

local function sort_rows(rows)
    for _, row in ipairs(rows) do row.sort = natural(row[1]) end
    table.sort(rows, function(a, b)
        if a.sort ~= b.sort then return a.sort < b.sort end
        return a[1] < b[1]
    end)
    return rows
end

local function clean(text) return (text:gsub("%c", "?")) end

-- Rows of texts as lines, their columns one under the other.
local function columns(rows)
    local widths, lines = {}, {}
    for _, row in ipairs(rows) do
        for i = 1, #row - 1 do widths[i] = math.max(widths[i] or 0, utf8.len(row[i]) or #row[i]) end
    end
    for _, row in ipairs(rows) do
        local out = {}
        for i = 1, #row - 1 do out[i] = row[i] .. (" "):rep(widths[i] - (utf8.len(row[i]) or #row[i])) end
        out[#row] = row[#row]
        lines[#lines + 1] = table.concat(out, "  "):gsub(" +$", "") .. "\n"
    end
    return table.concat(lines)
end

-- Metadata of the run for the first line: { key, format, digits shown }.
local about = { { "loopc.number", "checkpoint %s" }, { "loopc.position", "position %s" }, { "loopc.steps", "%s steps" },
    { "loopc.epochs", "%s epochs" }, { "loopc.seconds", "%s s", 3 }, { "loopc.best", "best %s", 6 }, { "loopc.seed", "seed %s" } }

local function headline(file)
    local out = { file.meta["loopc.program"] and clean(file.meta["loopc.program"]) or "no checkpoint of loopc" }
    for _, entry in ipairs(about) do
        local t = file.by_name[entry[1]]
        local value = t and tensor.summary(t, file.text)
        if value and entry[3] and tonumber(value) then value = ("%." .. entry[3] .. "g"):format(value) end
        if value and value ~= "nan" then out[#out + 1] = entry[2]:format(value) end
    end
    if file.meta["loopc.version"] then out[#out + 1] = "loopc " .. clean(file.meta["loopc.version"]) end
    out[#out + 1] = file.checksum == "none" and "without checksum" or "checksum " .. file.checksum
    return ("%s: %s\n"):format(file.path, table.concat(out, ", "))
end

local function text_of_bytes(hex) return '"' .. hex:gsub("%x%x", "\\x%0") .. '"' end

-- Fields kept as metadata, by the kind of their key: the type, and a function that shows the value.
local kinds = {
    text = { "str", json.string },
    bytes = { "str", text_of_bytes },
    none = { "str", function() return "none" end },
    data = { "dataset", function(value) return (clean(value):gsub("^(%S+) (%S+) (%S+) (%S+)$",
        "rows %1, columns %2, classes %3, targets %4")) end },
}

-- A row: name, type, shape, value; of other metadata, key and text.
local function row_of_meta(key, value)
    local kind, name = key:match("^(%l+):(.+)$")
    local entry = kinds[kind]
    if entry then return { clean(name), entry[1], "", entry[2](value) } end
    return { clean(key), "text", "", json.string(value) }
end

local function own(key) return key:sub(1, 6) == "loopc." end

local function list(file)
    local rows = {}
    for _, t in ipairs(file.tensors) do
        if not own(t.name) then
            rows[#rows + 1] = { clean(t.name), t.dtype:lower(), tensor.shape(t), tensor.summary(t, file.text) }
        end
    end
    for _, meta in ipairs(file.metadata) do
        if not own(meta[1]) then rows[#rows + 1] = row_of_meta(meta[1], meta[2]) end
    end
    host.stdout(headline(file) .. columns(sort_rows(rows)))
end

local function read(path)
    local file, message = safetensors.read(path)
    if not file then
        cli.fail(message, host.isdir(path) and "name a file in it" or "a checkpoint is a safetensors file")
    end
    return file
end

-- Two runs that end in the same state differ in these.
local not_compared = { ["loopc.number"] = true, ["loopc.seconds"] = true, ["loopc.metrics"] = true }

local function diff_tensors(rows, a, b)
    for _, t in ipairs(a.tensors) do
        local other = b.by_name[t.name]
        local what = not other and "only in the first" or tensor.difference(t, a.text, other, b.text)
        if what and not not_compared[t.name] then rows[#rows + 1] = { clean(t.name), what } end
    end
    for _, t in ipairs(b.tensors) do
        if not a.by_name[t.name] and not not_compared[t.name] then rows[#rows + 1] = { clean(t.name), "only in the second" } end
    end
end

-- The fields that metadata hold, by name, and the names in order.
local function metas(file)
    local by_name, names = {}, {}
    for _, meta in ipairs(file.metadata) do
        if not own(meta[1]) or meta[1] == "loopc.program" or meta[1] == "loopc.hash" then
            local row = row_of_meta(meta[1], meta[2])
            by_name[row[1]] = row[4]
            names[#names + 1] = row[1]
        end
    end
    return by_name, names
end

local function diff_metas(rows, a, b)
    local before, names = metas(a)
    local after, names_after = metas(b)
    for _, name in ipairs(names) do
        if not after[name] then
            rows[#rows + 1] = { name, "only in the first" }
        elseif before[name] ~= after[name] then
            rows[#rows + 1] = { name, ("%s -> %s"):format(before[name], after[name]) }
        end
    end
    for _, name in ipairs(names_after) do
        if not before[name] then rows[#rows + 1] = { name, "only in the second" } end
    end
end

local function diff(a, b)
    local rows = {}
    diff_tensors(rows, a, b)
    diff_metas(rows, a, b)
    host.stdout(columns(sort_rows(rows)))
    return #rows > 0 and 1 or 0
end

-- A damaged file is listed all the same, as far as it can be read.
local function refuse_damage(...)
    local code = 0
    for _, file in ipairs { ... } do
        if file.checksum == "wrong" then
            host.stderr(("loopc: error: %s: it is damaged: its checksum is not that of its bytes\n"):format(file.path))
            code = 2
        end
    end
    return code
end

function state.run(arguments)
    if arguments.diff and #arguments ~= 2 then cli.usage("--diff needs two files", "loopc state --diff A B") end
    if not arguments.diff and #arguments ~= 1 then
        cli.usage("one file, or two to compare", "loopc state FILE, loopc state --diff A B")
    end
    local first = read(arguments[1])
    local second = arguments.diff and read(arguments[2])
    local code = second and diff(first, second) or 0
    if not second then list(first) end
    return math.max(code, refuse_damage(first, second or nil))
end

return state

-- The runs in a folder, as `loopc observe RUNS/` shows them: files of --metrics, and folders of --checkpoint. Nothing else is needed; the
-- folder of a sweep is one.
--
--   runs.read(folder)  -> list of { name, state, parameters = list of { name, value }, series = list of { name, x, y } }, by name
--   runs.json(list)    -> that as text; a series has at most points_most points
--
-- A run is a file NAME.jsonl; of a metrics.jsonl the folder gives the name. Its checkpoints are in the folder `checkpoints` beside it, or
-- in one of its own name. A folder with checkpoints that no such file is beside is a run without curves.
-- Parameters are the words name=value in its name, between commas, as sweeps give them, or underscores; and, from the newest
-- checkpoint, the seed and the single values of the trainer. The state is that of the last line of the file, or the exit code that a
-- sweep has noted; "" where neither is there. A file that is damaged says so in its state.

local host = require "host"
local json = require "gen.base.json"
local plot_read = require "gen.views.plot_read"
local safetensors = require "gen.views.safetensors"
local tensor = require "gen.views.tensor"

local runs = {}

local points_most = 600
local deepest = 4
local longest = 64 << 20 -- bytes of a checkpoint that is opened for its parameters

local function checkpoints_in(folder)
    local out = {}
    for _, name in ipairs(host.list(folder) or {}) do
        if name:match "%-%d+%.safetensors$" then out[#out + 1] = folder .. "/" .. name end
    end
    table.sort(out, function(a, b) return tonumber(a:match "(%d+)%.%w+$") < tonumber(b:match "(%d+)%.%w+$") end)
    return out
end

local function add_named(parameters, seen, name, value)
    if not seen[name] then parameters[#parameters + 1] = { name = name, value = value } end
    seen[name] = true
end

-- The seed, and the fields of the trainer with one value: those of loops change while it runs.
local function add_saved(parameters, seen, path)
    local text = host.read(path)
    local file = text and #text <= longest and safetensors.read(path)
    if not file then return end
    for _, t in ipairs(file.tensors) do
        local name = t.name == "loopc.seed" and "seed" or not t.name:find(".", 1, true) and t.name
        if name and t.count == 1 then add_named(parameters, seen, name, tensor.summary(t, file.text)) end
    end
end

local function parameters_of(name, checkpoints)
    local out, seen = {}, {}
    for piece in name:gmatch "[^,/]+" do
        local only = piece:match "^[^=]+=[^=]*$"
        for word in piece:gmatch(only and ".+" or "[^_]*=[^_]*") do
            local key, value = word:match "^([^=]+)=(.*)$"
            if key then add_named(out, seen, key, value) end
        end
    end
    if #checkpoints > 0 then add_saved(out, seen, checkpoints[#checkpoints]) end
    return out
end

-- The lines before that of a number.
local function lines_before(text, number)
    local at = 1
    for _ = 2, number do at = (text:find("\n", at, true) or #text) + 1 end
    return text:sub(1, at - 1)
end

-- What of a file of JSON lines can be shown; nil for one of times, or of others. Of one that is damaged, the lines before.
local function curves(path)
    local text = host.read(path) or ""
    local read, why, number = plot_read.run(text)
    if not read and why:find "^byte %d" then
        read = plot_read.run(lines_before(text, number))
        if read then read.damage = ("damaged: line %d, %s"):format(number, why) end
    end
    if not read or #read.series == 0 then return nil end
    return read
end

local function state_of(read, folder)
    local exit = host.read(folder .. "/exit")
    local code = exit and exit:match "^[^\n]*"
    if read and read.damage then return read.damage end
    if read and read.summary then return read.summary:match "^[^,]*" end
    return code == "0" and "ok" or code and (code:match "^%d+$" and "exit code " or "") .. code or ""
end

local function add_run(found, name, folder, metrics, checkpoints)
    local read = metrics and curves(metrics)
    if metrics and not read and #checkpoints == 0 then return end
    found[#found + 1] = { name = name, parameters = parameters_of(name, checkpoints), series = read and read.series or {},
        state = state_of(read, folder) }
end

local function scan(folder, name, found, depth)
    local names, claimed = host.list(folder) or {}, {}
    table.sort(names)
    for _, entry in ipairs(names) do
        local base = entry:match "^(.+)%.jsonl$"
        if base then
            local own = base == "metrics" and "checkpoints" or base
            local title = base == "metrics" and name or (name and name .. "/" or "") .. base
            claimed[own] = true
            add_run(found, title or folder:match "[^/]*$", folder, folder .. "/" .. entry, checkpoints_in(folder .. "/" .. own))
        end
    end
    local here = checkpoints_in(folder)
    if #here > 0 and not claimed.checkpoints then add_run(found, name or folder:match "[^/]*$", folder, nil, here) end
    for _, entry in ipairs(depth < deepest and names or {}) do
        if not claimed[entry] and host.isdir(folder .. "/" .. entry) then
            scan(folder .. "/" .. entry, (name and name .. "/" or "") .. entry, found, depth + 1)
        end
    end
end

function runs.read(folder)
    local found = {}
    scan(folder:gsub("/+$", ""), nil, found, 0)
    return found
end

-- Of the points that fall into one part of a long series the lowest and the highest, in their order.
local function thin(series)
    local x, y, count = {}, {}, #series.y
    local parts = points_most // 2
    local function put(i) x[#x + 1], y[#y + 1] = series.x[i], series.y[i] end
    if count <= points_most then return series.x, series.y end
    for part = 0, parts - 1 do
        local first, last = part * count // parts + 1, (part + 1) * count // parts
        local low, high = first, first
        for i = first, last do
            if series.y[i] < series.y[low] then low = i end
            if series.y[i] > series.y[high] or series.y[i] ~= series.y[i] then high = i end -- nan is a gap
        end
        put(math.min(low, high))
        if low ~= high then put(math.max(low, high)) end
    end
    return x, y
end

local function number(value) return json.raw(math.abs(value) < math.huge and ("%.9g"):format(value) or "null") end

local function numbers(values)
    local out = {}
    for i, value in ipairs(values) do out[i] = number(value) end
    return json.list(out)
end

local function series_json(series)
    local x, y = thin(series)
    return json.object { { "name", series.name }, { "last", number(series.y[#series.y]) }, { "x", numbers(x) }, { "y", numbers(y) } }
end

local function list_of(values, form)
    local out = {}
    for i, value in ipairs(values) do out[i] = form(value) end
    return json.list(out)
end

function runs.json(list)
    local out = {}
    for i, run in ipairs(list) do
        out[i] = json.object { { "name", run.name }, { "state", run.state },
            { "parameters", list_of(run.parameters, function(one) return json.list { one.name, tostring(one.value) } end) },
            { "series", list_of(run.series, series_json) } }
    end
    return json.array(out) .. "\n"
end

return runs

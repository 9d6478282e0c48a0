-- Part of plot: checkpoints. From the files of runs to the track of their weights, and to a surface over an option.
--
-- plot_checkpoints.read(paths)   -> list of runs { name, states = list of { step, file } in the order of their numbers }; or nil,
--                                   why. A path is a folder of --checkpoint, or one of its files: those of a folder are one run
-- plot_checkpoints.panels(runs)  -> the panels of plot_svg: the weights over the steps, a line each or, of many, the root mean square
--                                   of each array; and their track, projected on the two directions in which it is longest
-- plot_checkpoints.surface(runs, across, value) -> { title, x_name, y_name, value_name, rows = list of { y, x = {...}, values = {...} } }
--                                   of two fields: a row is a run with its value of `across`; or nil, why

local host = require "host"
local nearest = require "gen.base.nearest"
local safetensors = require "gen.views.safetensors"
local tensor = require "gen.views.tensor"

local plot_checkpoints = {}

local states_most, weights_most, lines_most = 200, 4096, 40

local function is_checkpoint(path) return path:match("%.safetensors$") ~= nil end

-- Whether that is something with checkpoints, by its name.
function plot_checkpoints.is_meant(path) return is_checkpoint(path) or host.isdir(path) end

local function files_in(folder)
    local out = {}
    for _, name in ipairs(host.list(folder) or {}) do
        if name:match("%-%d+%.safetensors$") then out[#out + 1] = folder:gsub("/$", "") .. "/" .. name end
    end
    return out
end

local function value_of(file, name)
    local t = file.by_name[name]
    return t and t.count == 1 and tensor.numbers(t, file.text, 1, 1)[1] or nil
end

local function read_state(path)
    local file, why = safetensors.read(path)
    if not file then return nil, why end
    if file.checksum == "wrong" then return nil, path .. ": it is damaged: its checksum is not that of its bytes" end
    local step = value_of(file, "loopc.steps")
    if not step then return nil, path .. ": it is not a checkpoint of loopc: it has no loopc.steps" end
    return { step = step, number = value_of(file, "loopc.number") or 0, file = file }
end

-- At most so many, evenly taken; the last one always.
local function thinned(list)
    local out, count = {}, math.min(#list, states_most)
    for i = 1, count do out[i] = list[#list - (count - i) * #list // count] end
    return out
end

local function read_run(name, paths)
    local states = {}
    table.sort(paths, function(a, b)
        local m, n = tonumber(a:match("(%d+)%.%w+$")) or 0, tonumber(b:match("(%d+)%.%w+$")) or 0
        if m ~= n then return m < n end
        return a < b
    end)
    for _, path in ipairs(thinned(paths)) do
        local state, why = read_state(path)
        if not state then return nil, why end
        states[#states + 1] = state
    end
    table.sort(states, function(a, b) return a.number < b.number end)
    return { name = name, states = states }
end

function plot_checkpoints.read(paths)
    local runs, groups, by_folder = {}, {}, {}
    for _, path in ipairs(paths) do
        local folder = is_checkpoint(path) and (path:match("^(.*)/[^/]*$") or ".") or path:gsub("/$", "")
        local group = by_folder[folder]
        if not group then
            group = { name = folder, paths = {} }
            by_folder[folder], groups[#groups + 1] = group, group
        end
        local found = is_checkpoint(path) and { path } or files_in(path)
        if #found == 0 then return nil, path .. ": there are no checkpoints in it" end
        table.move(found, 1, #found, #group.paths + 1, group.paths)
    end
    for i, group in ipairs(groups) do
        local run, why = read_run(group.name, group.paths)
        if not run then return nil, why end
        runs[i] = run
    end
    return runs
end

-- The arrays that are weights of nets, by name.
local function weights_of(file)
    local out = {}
    for _, t in ipairs(file.tensors) do
        local kind = t.name:match("layers%.%d+%.(%l+)$")
        if t.dtype == "F32" and (kind == "weight" or kind == "bias") and not t.name:match("%.rule%.") then out[#out + 1] = t end
    end
    return out
end

-- As many numbers of a state as are looked at, evenly taken of all its weights.
local function vector_of(state, arrays)
    local all, out = 0, {}
    for _, t in ipairs(arrays) do all = all + t.count end
    local every, at = math.max(1, math.ceil(all / weights_most)), 0
    for _, like in ipairs(arrays) do
        local t = state.file.by_name[like.name]
        if not t or t.count ~= like.count then return nil end
        local numbers = tensor.numbers(t, state.file.text, 1, t.count)
        for i = 1, t.count do
            if at % every == 0 then out[#out + 1] = numbers[i] end
            at = at + 1
        end
    end
    return out
end

local function root_mean_square(t, text)
    local sum = 0
    for _, value in ipairs(tensor.numbers(t, text, 1, t.count)) do sum = sum + value * value end
    return math.sqrt(sum / math.max(1, t.count))
end

-- The lines of the weights of one run.
local function weight_lines(run, index, arrays, few)
    local lines = {}
    for k, like in ipairs(arrays) do
        for e = 1, few and like.count or 1 do
            local line = { run = index, dash = (k - 1) % 6 + 1, x = {}, y = {} }
            for i, state in ipairs(run.states) do
                local t = state.file.by_name[like.name]
                line.x[i], line.y[i] = state.step, 0 / 0
                if t and t.count == like.count then
                    line.y[i] = few and tensor.numbers(t, state.file.text, e, e)[1] or root_mean_square(t, state.file.text)
                end
            end
            lines[#lines + 1] = line
        end
    end
    return lines
end

local function dot(a, b)
    local sum = 0
    for i = 1, #a do sum = sum + a[i] * b[i] end
    return sum
end

-- The first eigenvector of a symmetric matrix and its value, by power iteration.
local function first_direction(matrix)
    local n, vector, value = #matrix, {}, 0
    for i = 1, n do vector[i] = 1 + i / n end
    for _ = 1, 100 do
        local out = {}
        for i = 1, n do out[i] = dot(matrix[i], vector) end
        value = math.sqrt(dot(out, out))
        if value < 1e-30 then return nil end
        for i = 1, n do vector[i] = out[i] / value end
    end
    return vector, value
end

-- The places of points along the two directions in which they are farthest apart: principal components, from the matrix of the
-- scalar products of the centred points.
local function principal(points)
    local n, mean = #points, {}
    for k = 1, #points[1] do
        local sum = 0
        for i = 1, n do sum = sum + points[i][k] end
        mean[k] = sum / n
    end
    for i = 1, n do
        for k = 1, #mean do points[i][k] = points[i][k] - mean[k] end
    end
    local matrix, out = {}, {}
    for i = 1, n do
        matrix[i] = {}
        for j = 1, i do
            matrix[i][j] = dot(points[i], points[j])
            matrix[j][i] = matrix[i][j]
        end
    end
    for c = 1, 2 do
        local vector, value = first_direction(matrix)
        out[c] = {}
        for i = 1, n do out[c][i] = vector and vector[i] * math.sqrt(value) or 0 end
        for i = 1, vector and n or 0 do
            for j = 1, n do matrix[i][j] = matrix[i][j] - value * vector[i] * vector[j] end
        end
    end
    return out[1], out[2]
end

local function track(runs, arrays)
    local points, lines = {}, {}
    for _, run in ipairs(runs) do
        for _, state in ipairs(run.states) do
            points[#points + 1] = vector_of(state, arrays)
            if not points[#points] then return nil end
        end
    end
    local x, y = principal(points)
    local at = 0
    for r, run in ipairs(runs) do
        local count = #run.states
        lines[r] = { run = r, dash = 1, x = table.move(x, at + 1, at + count, 1, {}), y = table.move(y, at + 1, at + count, 1, {}) }
        at = at + count
    end
    return { title = "track of the weights", x_name = "along the longest direction; upwards: the second", lines = lines }
end

function plot_checkpoints.panels(runs)
    local arrays, all, panel = weights_of(runs[1].states[1].file), 0, { lines = {} }
    if #arrays == 0 then return {} end
    for _, t in ipairs(arrays) do all = all + t.count end
    local few = all <= lines_most
    panel.title, panel.x_name = few and "weights" or "weights: root mean square of each array", "steps"
    for r, run in ipairs(runs) do
        for _, line in ipairs(weight_lines(run, r, arrays, few)) do table.insert(panel.lines, line) end
    end
    return { panel, track(runs, arrays) }
end

-- The name of a field of one number in the file: that very one, or the only one that ends so.
local function find_number(file, name)
    local found, names = nil, {}
    for _, t in ipairs(file.tensors) do
        if t.count == 1 and t.dtype ~= "BOOL" and not t.name:match("^loopc%.") then
            names[#names + 1] = t.name
            if t.name == name then return name end
            if t.name:sub(-#name - 1) == "." .. name then found = t.name end
        end
    end
    return found, names
end

function plot_checkpoints.surface(runs, across, value)
    local first, chosen = runs[1].states[1].file, {}
    for i, name in ipairs { across, value } do
        local found, names = find_number(first, name)
        if not found then return nil, ("there is no field '%s' that is a number%s"):format(name, nearest.suggest(name, names)) end
        chosen[i] = found
    end
    local rows = {}
    for _, run in ipairs(runs) do
        local row = { y = value_of(run.states[1].file, chosen[1]), x = {}, values = {} }
        for _, state in ipairs(run.states) do
            local i = #row.x + (state.step == row.x[#row.x] and 0 or 1)
            row.x[i], row.values[i] = state.step, value_of(state.file, chosen[2]) or 0 / 0
        end
        if not row.y then return nil, ("%s: there is no field '%s'"):format(run.name, chosen[1]) end
        rows[#rows + 1] = row
    end
    table.sort(rows, function(a, b) return a.y < b.y end)
    return { x_name = "steps", y_name = chosen[1], value_name = chosen[2], rows = rows }
end

return plot_checkpoints

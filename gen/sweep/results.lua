-- The values that the runs of a sweep have reported, and the table of the last ones over the seeds.
--
-- A run is { settings, folder, ... } as gen/commands/sweep.lua makes them.

local grid = require "gen.sweep.grid"
local host = require "host"
local plot_read = require "gen.views.plot_read"
local run_folder = require "gen.sweep.run_folder"

local results = {}

-- The series of a run: list of { name, x, y }; empty when it has reported nothing.
function results.series(run)
    local text = host.read(run_folder.path(run.folder, "metrics.jsonl"))
    local read = text and plot_read.run(text)
    return read and read.series or {}
end

-- As run_folder.state; of a run whose end could not be noted there, the state that it ended in.
function results.state(run) return run.ended_as or run_folder.state(run.folder) end

-- The runs in groups that differ in the seed alone: list of { settings, runs }, in the order of their first runs.
function results.groups(runs)
    local groups, by_name = {}, {}
    for _, run in ipairs(runs) do
        local settings = grid.group(run.settings)
        local name = grid.name(settings)
        if not by_name[name] then
            by_name[name] = { settings = settings, runs = {} }
            groups[#groups + 1] = by_name[name]
        end
        table.insert(by_name[name].runs, run)
    end
    return groups
end

-- The mean and the standard deviation of a sample; the second is nil for one value. In the order of the list.
function results.spread(values)
    local sum, squares = 0.0, 0.0
    for _, value in ipairs(values) do sum = sum + value end
    local mean = sum / #values
    for _, value in ipairs(values) do squares = squares + (value - mean) ^ 2 end
    return mean, #values > 1 and math.sqrt(squares / (#values - 1)) or nil
end

local function cell(values)
    if #values == 0 then return "-" end
    local mean, deviation = results.spread(values)
    return deviation and ("%.4g ± %.2g"):format(mean, deviation) or ("%.4g"):format(mean)
end

-- The last value of each field of a run, and the fields in their order added to `fields`.
local function last_values(run, fields)
    local out = {}
    for _, series in ipairs(results.series(run)) do
        if not fields[series.name] then
            fields[series.name] = true
            fields[#fields + 1] = series.name
        end
        out[series.name] = series.y[#series.y]
    end
    return out
end

local function counts(group)
    local count = { done = 0 }
    local others = {}
    for _, run in ipairs(group.runs) do
        local state = results.state(run)
        if not count[state] then
            count[state] = 0
            others[#others + 1] = state
        end
        count[state] = count[state] + 1
    end
    local text = ("%d"):format(count.done)
    for _, state in ipairs(others) do text = text .. (", %d %s"):format(count[state], state) end
    return text
end

-- Texts in columns, two blanks apart.
local function aligned(rows)
    local width, out = {}, {}
    for _, row in ipairs(rows) do
        for c, text in ipairs(row) do width[c] = math.max(width[c] or 0, utf8.len(text) or #text) end
    end
    for _, row in ipairs(rows) do
        local line = {}
        for c, text in ipairs(row) do line[c] = text .. (" "):rep(width[c] - (utf8.len(text) or #text)) end
        out[#out + 1] = table.concat(line, "  "):gsub("%s+$", "") .. "\n"
    end
    return table.concat(out)
end

-- The values of a field in the runs of a group that are done.
local function collected(group, lasts, field)
    local out = {}
    for _, run in ipairs(group.runs) do
        local value = results.state(run) == "done" and lasts[run][field]
        if value then out[#out + 1] = value end
    end
    return out
end

-- The table: a row for each setting of the flags that vary, how many of its runs are done, and of each reported field the mean and the
-- standard deviation of the last values of these.
function results.table(runs)
    local varied, fields, lasts, head, rows = grid.varied(runs), {}, {}, {}, {}
    for _, run in ipairs(runs) do lasts[run] = last_values(run, fields) end
    for _, group in ipairs(results.groups(runs)) do
        local row = {}
        head = {}
        for _, setting in ipairs(group.settings) do
            if varied[setting.name] then
                head[#head + 1], row[#row + 1] = setting.name, setting.value
            end
        end
        head[#head + 1], row[#row + 1] = "runs done", counts(group)
        for _, field in ipairs(fields) do
            head[#head + 1], row[#row + 1] = field, cell(collected(group, lasts, field))
        end
        rows[#rows + 1] = row
    end
    table.insert(rows, 1, head)
    return aligned(rows)
end

return results

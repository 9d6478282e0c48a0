-- The picture of a sweep: a curve for each setting, the mean over its seeds, in a band from the lowest to the highest value; then the
-- settings and the last values of each run on parallel axes.

local host = require "host"
local plot = require "gen.views.plot"
local plot_across = require "gen.views.plot_across"
local plot_read = require "gen.views.plot_read"
local run_folder = require "gen.sweep.run_folder"

local curves = {}

local function metrics_of(folder, name) return ("%s/%s/metrics.jsonl"):format(folder, name) end

-- Whether a folder is that of a sweep.
function curves.is_meant(folder)
    for _, name in ipairs(host.isdir(folder) and host.list(folder) or {}) do
        if host.exists(metrics_of(folder, name)) then return true end
    end
    return false
end

-- The runs of a folder as plot reads them, in groups: list of { name, list of runs }. nil and a message when a file is damaged.
function curves.groups(folder)
    local groups, by_name = {}, {}
    for _, name in ipairs(host.list(folder) or {}) do
        local text, group = host.read(metrics_of(folder, name)), run_folder.group(name)
        local run, why, line = plot_read.run(text or "")
        if not run then return nil, ("%s:%d: %s"):format(metrics_of(folder, name), line, why) end
        if text and not by_name[group] then
            by_name[group] = { name = group == "" and "all" or group }
            groups[#groups + 1] = by_name[group]
        end
        if text then
            run.settings = run_folder.settings(name)
            table.insert(by_name[group], run)
        end
    end
    return groups
end

-- The values of all runs of a group at each x, x ascending. Runs may have ended at different ones.
local function values_at(lines)
    local xs, at = {}, {}
    for _, line in ipairs(lines) do
        for i, x in ipairs(line.x) do
            if not at[x] then
                at[x] = {}
                xs[#xs + 1] = x
            end
            if line.y[i] == line.y[i] then table.insert(at[x], line.y[i]) end
        end
    end
    table.sort(xs)
    return xs, at
end

-- The lines of one element of a metric as one: { run = index, x, y = means, low, high }.
local function merged(index, lines)
    local xs, at = values_at(lines)
    local out = { run = index, dash = lines[1].dash, element = lines[1].element, x = xs, y = {}, low = {}, high = {} }
    for i, x in ipairs(xs) do
        local sum = 0.0
        for _, y in ipairs(at[x]) do sum = sum + y end
        out.y[i] = sum / #at[x] -- NaN where no run has a number
        out.low[i], out.high[i] = math.min(out.y[i], table.unpack(at[x])), math.max(out.y[i], table.unpack(at[x]))
    end
    out.band = #lines > 1
    return out
end

local function by_element(lines)
    local list, of = {}, {}
    for _, line in ipairs(lines) do
        local key = line.element or ""
        if not of[key] then
            of[key] = {}
            list[#list + 1] = of[key]
        end
        table.insert(of[key], line)
    end
    return list
end

-- The names of the settings that differ between runs, but for the seed.
local function varied(groups)
    local names, first, differs = {}, {}, {}
    for _, group in ipairs(groups) do
        for _, run in ipairs(group) do
            for _, name in ipairs(run.settings) do
                local value = run.settings[name]
                if first[name] == nil then
                    first[name] = value
                    names[#names + 1] = name
                    differs[name] = run ~= groups[1][1] and groups[1][1].settings[name] == nil
                end
                differs[name] = differs[name] or first[name] ~= value
            end
        end
    end
    local out = {}
    for _, name in ipairs(names) do
        if differs[name] and name ~= "seed" then out[#out + 1] = name end
    end
    return out
end

-- The metrics that have one value, not several elements: at most so many have axes.
local axes_most = 4

local function metrics_of_all(panels)
    local out = {}
    for _, panel in ipairs(panels) do
        if #out < axes_most and panel.lines[1] and not panel.lines[1].element then out[#out + 1] = panel.title end
    end
    return out
end

-- The values of a run on the axes: of its settings, then its last ones.
local function values_of(run, settings, metrics, last)
    local out = {}
    for i, name in ipairs(settings) do out[i] = tonumber(run.settings[name]) or run.settings[name] end
    for i, title in ipairs(metrics) do out[#settings + i] = last[title] end
    return out
end

-- The last value of each metric of a run.
local function last_values(run, options)
    local out = {}
    for _, panel in ipairs(plot.metrics({ run }, options)) do out[panel.title] = panel.lines[1].y[#panel.lines[1].y] end
    return out
end

-- A panel with the settings and the last values of all runs, or nil where no setting differs.
local function parallel_panel(groups, panels, options)
    local settings, metrics = varied(groups), metrics_of_all(panels)
    local axes = table.move(metrics, 1, #metrics, #settings + 1, table.move(settings, 1, #settings, 1, {}))
    local panel = { title = "settings and last values", parallel = axes, lines = {} }
    if #settings == 0 or #metrics == 0 then return nil end
    for g, group in ipairs(groups) do
        for _, run in ipairs(group) do
            table.insert(panel.lines, { run = g, values = values_of(run, settings, metrics, last_values(run, options)) })
        end
    end
    return panel
end

local function go_across(groups, options)
    for _, group in ipairs(groups) do plot_across.apply(group, options.across) end
end

-- The panels of groups. Options are those of plot.metrics, and across (plot_across.lua).
function curves.panels(groups, options)
    local panels, by_key = {}, {}
    if options.across then go_across(groups, options) end
    for g, group in ipairs(groups) do
        for _, panel in ipairs(plot.metrics(group, options)) do
            local ours = by_key[panel.key]
            if not ours then
                ours = { title = panel.title, x_name = panel.x_name, log = panel.log, log_x = panel.log_x, lines = {} }
                by_key[panel.key] = ours
                panels[#panels + 1] = ours
            end
            for _, lines in ipairs(by_element(panel.lines)) do table.insert(ours.lines, merged(g, lines)) end
        end
    end
    panels[#panels + 1] = parallel_panel(groups, panels, options)
    return panels
end

return curves

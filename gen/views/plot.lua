-- The picture of runs: from the data of plot_read to the panels of plot_svg.
--
-- A metric is a panel, with a line a run; elements of an array share theirs. Times are panels of their own: the share of the time
-- between two rows that phases, callbacks and steps have taken, a band each.

local plot_align = require "gen.views.plot_align"
local plot_svg = require "gen.views.plot_svg"

local plot = {}

local bands_most, intervals_most = 9, 120

-- "Train.loss[3]" -> "Train.loss", 4, "[3]"
local function place_of(name)
    local base, index = name:match("^(.-)%[(%d+)%]")
    if base then return base, tonumber(index) + 1, name:sub(#base + 1) end
    return name, 1, nil
end

-- Whether a metric is meant by "Train.loss", "loss".
local function is_meant(title, names)
    for _, name in ipairs(names) do
        if title == name or title:sub(-#name - 1) == "." .. name then return true end
    end
    return false
end

plot.is_meant = is_meant

-- The group of metrics with which this one shares a panel, and its place among them; nil when it has a panel of its own.
local function shared(title, groups)
    for _, group in ipairs(groups or {}) do
        for i, name in ipairs(group) do
            if is_meant(title, { name }) then return group, i end
        end
    end
end

-- Whether names mean a panel: by its title, or by the name of a metric in it, each with or without its loop.
local function means(names, title, group)
    local found = is_meant(title, names)
    for _, metric in ipairs(group or {}) do
        found = found or is_meant(metric, names)
        for _, name in ipairs(names) do found = found or is_meant(name, { metric }) end
    end
    return found
end

-- The mean over the last `count` values; one that is not a number is left out.
function plot.smooth(values, count)
    local out, sum, known = {}, 0, 0
    local function add(value, times)
        if value and value == value and math.abs(value) < math.huge then sum, known = sum + times * value, known + times end
    end
    for i, value in ipairs(values) do
        add(value, 1)
        add(values[i - count], -1)
        out[i] = known > 0 and sum / known or value
    end
    return out
end

-- For each group the series of a run whose loop is the axis of its panel.
local function references(run, groups)
    local lists, out = {}, {}
    for _, series in ipairs(run.series) do
        local group = shared(place_of(series.name), groups)
        if group then
            lists[group] = lists[group] or {}
            table.insert(lists[group], series)
        end
    end
    for _, group in ipairs(groups or {}) do out[group] = lists[group] and plot_align.reference(lists[group]) end
    return out
end

-- The panels of the metrics, in the order in which they appear. runs: list of { name, series, times }. options: only, log, log_x;
-- together, a list of lists of names that share a panel; smooth, a number of rows.
function plot.metrics(runs, options)
    local panels, by_title = {}, {}
    for r, run in ipairs(runs) do
        local axes = references(run, options.together)
        for _, series in ipairs(run.series) do
            local title, dash, element = place_of(series.name)
            local group, place = shared(title, options.together)
            local key, axis = group and table.concat(group, ", ") or title, group and axes[group] or series
            if group then title, dash, element = key:match "([^.]*)$", place, series.name end
            local panel = by_title[key]
            if not panel and (not options.only or means(options.only, title, group)) then
                panel = { title = title, key = key, x_name = axis.x_name, lines = {}, log_x = options.log_x,
                    log = options.log and (#options.log == 0 or means(options.log, title, group)) }
                by_title[key] = panel
                panels[#panels + 1] = panel
            end
            local y = options.smooth and plot.smooth(series.y, options.smooth) or series.y
            local x = axis == series and series.x or plot_align.along(series, axis)
            if panel then table.insert(panel.lines, { run = r, dash = dash, element = element, x = x, y = y }) end
        end
    end
    return panels
end

-- Times.

-- The rows that a step counts for: its phase; its callback or loop; itself.
local owners = {
    { title = "phases", name = function(row) return row.within end },
    { title = "callbacks and loops", name = function(row) return row.place:match("^[^.]+") end },
    { title = "steps", name = function(row) return row.place end },
}

-- All times, neighbours merged until there are not more than can be seen.
local function chosen_times(rows)
    local all, chosen = {}, { 0.0 }
    for _, row in ipairs(rows) do
        if row.time ~= all[#all] then all[#all + 1] = row.time end
    end
    local every = math.ceil(#all / intervals_most)
    for i, time in ipairs(all) do
        if (i % every == 0 or i == #all) and time > chosen[#chosen] then chosen[#chosen + 1] = time end
    end
    return chosen
end

-- The seconds that each band had taken at each time: { [name] = { [time] = seconds } }, and the names in the order of places.
local function sums(rows, owner)
    local taken, names = {}, {}
    for _, row in ipairs(rows) do
        if row.kind == "step" then
            local name = owner.name(row)
            if not taken[name] then
                taken[name] = {}
                names[#names + 1] = name
            end
            taken[name][row.time] = (taken[name][row.time] or 0) + row.self
        end
    end
    return taken, names
end

local function band_of(name, taken, times)
    local band, before = { name = name, values = {} }, 0
    for i = 2, #times do
        local now = taken[times[i]] or before
        band.values[i - 1] = 100 * math.max(0, now - before) / (times[i] - times[i - 1])
        before = now
    end
    band.share = 100 * before / times[#times]
    return band
end

-- The largest bands first; beyond the number of distinct colours the smallest are merged into one.
local function gather(bands)
    table.sort(bands, function(a, b) return a.share > b.share or (a.share == b.share and a.name < b.name) end)
    if #bands <= bands_most + 1 then return bands end
    local others = { name = "others", others = true, share = 0, values = {} }
    for i = #bands, bands_most + 1, -1 do
        others.share = others.share + bands[i].share
        for k, value in ipairs(bands[i].values) do others.values[k] = (others.values[k] or 0) + value end
        bands[i] = nil
    end
    bands[#bands + 1] = others
    return bands
end

-- The panels of the times of one run.
function plot.times(run, several)
    local panels, times = {}, chosen_times(run.times)
    if #times < 2 then return panels end
    for _, owner in ipairs(owners) do
        local taken, names = sums(run.times, owner)
        local bands = {}
        for _, name in ipairs(names) do bands[#bands + 1] = band_of(name, taken[name], times) end
        if #bands > 0 then
            panels[#panels + 1] = { title = "share of the time, " .. owner.title .. (several and ": " .. run.name or ""), times = times,
                bands = gather(bands) }
        end
    end
    return panels
end

-- All panels, and the text of the SVG file.
function plot.panels(runs, options)
    local panels = plot.metrics(runs, options)
    for _, run in ipairs(runs) do
        for _, panel in ipairs(plot.times(run, #runs > 1)) do panels[#panels + 1] = panel end
    end
    return panels
end

function plot.svg(title, runs, panels)
    local names = {}
    for i, run in ipairs(runs) do names[i] = run.name .. (run.summary and ": " .. run.summary or "") end
    local lines = #runs > 1
    for _, panel in ipairs(panels) do lines = lines or panel.lines end
    return plot_svg.page(title, lines and names or {}, panels)
end

return plot

-- Metrics over another metric in the place of iterations: a loss over the learning rate that was tried.
--
-- In:  runs with their series (plot_read.lua), the metric that goes across.
-- Out: the same runs with the other series of its loop over its values, from the smallest to the largest; the other loops and the
--      metric itself are left out.

local plot = require "gen.views.plot"

local plot_across = {}

local function find(run, metric)
    for _, series in ipairs(run.series) do
        if plot.is_meant(series.name, { metric }) then return series end
    end
end

-- The value of the metric at each x.
local function values_at(series)
    local out = {}
    for i, x in ipairs(series.x) do
        local value = series.y[i]
        if value == value then out[x] = value end
    end
    return out
end

local function moved(series, at, x_name)
    local points, out = {}, { name = series.name, x_name = x_name, x = {}, y = {} }
    for i, x in ipairs(series.x) do
        if at[x] then points[#points + 1] = { at[x], series.y[i], i } end
    end
    table.sort(points, function(a, b) return a[1] < b[1] or a[1] == b[1] and a[3] < b[3] end)
    for i, point in ipairs(points) do out.x[i], out.y[i] = point[1], point[2] end
    return out
end

function plot_across.apply(runs, metric)
    for _, run in ipairs(runs) do
        local across, series = find(run, metric), {}
        local at = across and values_at(across)
        for _, one in ipairs(across and run.series or {}) do
            if one ~= across and one.x_name == across.x_name then
                series[#series + 1] = moved(one, at, across.name)
            end
        end
        run.series, run.times = series, {}
    end
end

return plot_across

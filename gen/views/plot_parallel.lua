-- Part of plot: parallel axes. A panel { title, parallel = axes, lines = list of { run, values } }: an axis for each of the `axes`, { name,
-- log }, side by side, and a line for each run from value to value. Values are numbers or texts; a run without one has a gap there.

local plot_axis = require "gen.views.plot_axis"

local plot_parallel = {}

local room = { left = 30, right = 70, top = 46, bottom = 24 }

local function is_finite(value) return math.type(value) ~= nil and value == value and value > -math.huge and value < math.huge end

-- Whether all values are numbers, and their range.
local function range(lines, index)
    local low, high, numbers = math.huge, -math.huge, true
    for _, line in ipairs(lines) do
        local value = line.values[index]
        if is_finite(value) then low, high = math.min(low, value), math.max(high, value) end
        numbers = numbers and type(value) ~= "string"
    end
    return numbers and low <= high, low, high
end

-- Texts, in the order in which they appear, at equal distances.
local function texts_axis(lines, index)
    local places, ticks = {}, {}
    for _, line in ipairs(lines) do
        local text = line.values[index] ~= nil and tostring(line.values[index]) or nil
        if text and not places[text] then
            ticks[#ticks + 1] = { value = text, text = text == "" and "yes" or text }
            places[text] = #ticks
        end
    end
    return { ticks = ticks, at = function(value) return (places[tostring(value)] - 0.5) / #ticks end }
end

-- Positive values over more than a decade have a logarithmic scale.
local function axis_of(lines, index)
    local numbers, low, high = range(lines, index)
    if not numbers then return texts_axis(lines, index) end
    return (low > 0 and high > 10 * low and plot_axis.logarithmic or plot_axis.linear)(low, high, 5)
end

local function draw_axis(drawing, area, axis, name, x)
    drawing:add('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="axis"/>', x, area.top, x, area.bottom)
    drawing:text(x, area.top - 8, "note", "middle", name)
    for _, tick in ipairs(axis.ticks) do
        local y = area.bottom - axis.at(tick.value) * (area.bottom - area.top)
        drawing:add('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="axis"/>', x - 3, y, x + 3, y)
        drawing:text(x + 6, y + 4, "note", "start", tick.text)
    end
end

-- The points of a run in one piece or several: it has a gap where it has no value.
local function pieces_of(line, axes, place)
    local pieces, points = {}, {}
    for i, axis in ipairs(axes) do
        local value = line.values[i]
        local at = value ~= nil and (type(value) == "string" or is_finite(value)) and axis.at(value) or nil
        if at then points[#points + 1] = place(i, at) end
        if #points > 0 and (not at or i == #axes) then
            pieces[#pieces + 1] = table.concat(points, " ")
            points = {}
        end
    end
    return pieces
end

function plot_parallel.draw(drawing, panel, at, colour_of)
    local area = { left = at.x + room.left, right = at.x + at.width - room.right, top = at.y + room.top,
        bottom = at.y + at.height - room.bottom }
    local axes, step = {}, (area.right - area.left) / math.max(1, #panel.parallel - 1)
    drawing:text(area.left, at.y + 16, "name", "start", panel.title)
    for i = 1, #panel.parallel do axes[i] = axis_of(panel.lines, i) end
    local function place(i, up) return ("%.1f,%.1f"):format(area.left + (i - 1) * step, area.bottom - up * (area.bottom - area.top)) end
    for _, line in ipairs(panel.lines) do
        for _, piece in ipairs(pieces_of(line, axes, place)) do
            drawing:add('<polyline class="line parallel" stroke="%s" points="%s"/>', colour_of(line.run), piece)
        end
    end
    for i, name in ipairs(panel.parallel) do draw_axis(drawing, area, axes[i], name, area.left + (i - 1) * step) end
end

return plot_parallel

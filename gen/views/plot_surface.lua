-- Part of plot: a surface as a picture, seen from above. A row is a run, the one with the highest value on top; along it the colour
-- tells the other value from one checkpoint to the next, on a logarithmic scale where values are far apart.
--
-- In:  a surface of plot_checkpoints, a title or nil. Out: the text of an SVG file.

local plot_axis = require "gen.views.plot_axis"

local plot_surface = {}

local left, top, width, row_height, right = 110, 52, 620, 26, 130

local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }
local function escape(text) return (text:gsub('[&<>"]', escapes):gsub("[%z\1-\8\11-\31]", "")) end

-- From low (dark blue) to high (yellow), as viridis has it.
local stops = { { 68, 1, 84 }, { 59, 82, 139 }, { 33, 145, 140 }, { 94, 201, 98 }, { 253, 231, 37 } }

local function colour_at(share)
    local place = math.min(math.max(share, 0), 1) * (#stops - 1)
    local i = math.min(math.floor(place), #stops - 2)
    local a, b, t, out = stops[i + 1], stops[i + 2], place - i, {}
    for k = 1, 3 do out[k] = math.floor(a[k] + (b[k] - a[k]) * t + 0.5) end
    return ("#%02x%02x%02x"):format(out[1], out[2], out[3])
end

-- The range of finite numbers, and whether all are above 0 and far apart.
local function range_of(lists)
    local low, high = math.huge, -math.huge
    for _, list in ipairs(lists) do
        for _, value in ipairs(list) do
            if value == value and value < math.huge and value > -math.huge then low, high = math.min(low, value), math.max(high, value) end
        end
    end
    return low, high, low > 0 and high > 4 * low
end

-- A cell for each checkpoint: from the one before to it.
local function add_row(out, row, y, x_axis, shade)
    local before = 0
    for i, x in ipairs(row.x) do
        local from, to = left + x_axis.at(before) * width, left + x_axis.at(x) * width
        local value = row.values[i]
        out[#out + 1] = ('<rect x="%.1f" y="%.1f" width="%.1f" height="%d" fill="%s"><title>%s, %.6g: %.6g</title></rect>'):format(from, y,
            math.max(to - from, 1), row_height - 2, shade(value), ("%.6g"):format(row.y), x, value)
        before = x
    end
end

local function add_scale(out, shade, low, high, log, y)
    local x, height = left + width + 24, 120
    for i = 0, 19 do
        local share = 1 - i / 19
        local value = log and low * (high / low) ^ share or low + (high - low) * share
        out[#out + 1] = ('<rect x="%d" y="%.1f" width="14" height="%.1f" fill="%s"/>'):format(x, y + i * height / 20, height / 20 + 0.5, shade(value))
    end
    out[#out + 1] = ('<text x="%d" y="%d">%.4g</text>'):format(x + 20, y + 10, high)
    out[#out + 1] = ('<text x="%d" y="%d">%.4g</text>'):format(x + 20, y + height, low)
end

function plot_surface.svg(surface, title)
    local steps, values, out = {}, {}, {}
    for i, row in ipairs(surface.rows) do steps[i], values[i] = row.x, row.values end
    local _, last = range_of(steps)
    local low, high, log = range_of(values)
    if low > high then low, high = 0, 1 end
    local x_axis = plot_axis.linear(0, math.max(last, 1), 6, true)
    local function shade(value)
        if value ~= value or value == math.huge or value == -math.huge then return "#d8433f" end
        if low == high then return colour_at(0) end
        return colour_at(log and math.log(value / low) / math.log(high / low) or (value - low) / (high - low))
    end
    for i, row in ipairs(surface.rows) do
        local y = top + (#surface.rows - i) * row_height
        out[#out + 1] = ('<text x="%d" y="%.1f" text-anchor="end">%.4g</text>'):format(left - 8, y + row_height / 2 + 3, row.y)
        add_row(out, row, y, x_axis, shade)
    end
    local bottom = top + #surface.rows * row_height
    for _, tick in ipairs(x_axis.ticks) do
        out[#out + 1] = ('<text x="%.1f" y="%d" text-anchor="middle">%s</text>'):format(left + x_axis.at(tick.value) * width, bottom + 16, tick.text)
    end
    out[#out + 1] = ('<text x="%d" y="%d" text-anchor="middle">%s</text>'):format(left + width // 2, bottom + 34, surface.x_name)
    out[#out + 1] = ('<text x="12" y="%d">%s</text>'):format(top - 10, escape(surface.y_name))
    add_scale(out, shade, low, high, log, top)
    local height = math.max(bottom + 46, top + 140)
    local heading = escape(title or surface.value_name .. " over " .. surface.y_name)
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s" '
        .. 'font-family="system-ui, DejaVu Sans, sans-serif" font-size="12" fill="#24292f">\n<rect width="100%%" height="100%%" fill="#ffffff"/>\n'
        .. '<text x="12" y="22" font-size="16" font-weight="bold">%s</text>\n%s\n</svg>\n'):format(left + width + right, height,
        left + width + right, height, heading, heading, table.concat(out, "\n"))
end

return plot_surface

-- Part of plot: the picture. In: a title or nil, the runs' names and the panels; out: the text of an SVG file.
--
-- A panel is { title, x_name, log = boolean, log_x = boolean, guide = boolean (the diagonal), lines = list of { run, dash, x, y, band, low, high } };
-- low and high are the edges of a band around y, drawn where `band` is true; or
-- { title, bands = list of { name, values, share }, times = list }: the share of each band between two times, stacked; or one with parallel
-- axes (plot_parallel.lua).
-- Colours are for light and dark alike; which of the two it is, the viewer says.

local plot_axis = require "gen.views.plot_axis"
local plot_downsample = require "gen.views.plot_downsample"
local plot_parallel = require "gen.views.plot_parallel"

local plot_svg = {}

local panel_width, panel_height, gap = 520, 260, 34
local margin = { left = 62, right = 14, top = 30, bottom = 40 }
local head, band_legend, character, digit = 26, 220, 6.6, 7.7

plot_svg.colours = { "#3b7dd8", "#e0762f", "#2f9e5b", "#c44fb0", "#b8930f", "#d8433f", "#1f9fb5", "#8a63d2", "#7c8a3a", "#96705c" }
local dashes = { "", "6 3", "2 3", "9 3 2 3", "4 4", "1 2" }

local style = [[
    svg { font: 12px system-ui, "DejaVu Sans", sans-serif; fill: #24292f; }
    .page { fill: #ffffff; }
    .title { font-size: 16px; font-weight: bold; }
    .name { font-size: 13px; font-weight: bold; }
    .note { fill: #6a737d; }
    .grid { stroke: #6a737d; stroke-opacity: 0.25; }
    .axis { stroke: #6a737d; }
    .line { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
    .band { fill-opacity: 0.18; }
    .pale { stroke-width: 1; stroke-opacity: 0.35; }
    .lost { stroke: #d8433f; stroke-width: 2; }
    @media (prefers-color-scheme: dark) {
        svg { fill: #d7dde3; }
        .page { fill: #16191d; }
        .note { fill: #97a1ab; }
    }
]]

local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

-- Text for XML; characters that XML does not allow are left out.
local function escape(text) return (text:gsub('[&<>"]', escapes):gsub("[%z\1-\8\11-\31]", "")) end

local function cut(text, most)
    if (utf8.len(text) or #text) <= most then return text end
    return text:sub(1, (utf8.offset(text, most) or most) - 1) .. "…"
end

local Drawing = {}
Drawing.__index = Drawing

function Drawing:add(format, ...) table.insert(self, ("  "):rep(self.depth) .. format:format(...)) end

function Drawing:text(x, y, class, anchor, text)
    self:add('<text x="%.1f" y="%.1f" class="%s" text-anchor="%s">%s</text>', x, y, class, anchor, escape(text))
end

function Drawing:open(format, ...)
    self:add(format, ...)
    self.depth = self.depth + 1
end

function Drawing:close()
    self.depth = self.depth - 1
    self:add "</g>"
end

-- Pixels of the widest of an axis' labels.
local function label_width(axis)
    local widest = 0
    for _, tick in ipairs(axis.ticks) do widest = math.max(widest, #tick.text * digit) end
    return widest
end

-- An axis from left to right with as many ticks as there is room for, at most `most`.
local function axis_across(area, low, high, most, log)
    local axis
    for count = most, 1, -1 do
        axis = (log and plot_axis.logarithmic or plot_axis.linear)(low, high, count, true)
        if #axis.ticks * (label_width(axis) + digit) <= area.width then break end
    end
    return axis
end

local function axes(drawing, area, x_axis, y_axis, x_name)
    for _, tick in ipairs(y_axis.ticks) do
        local y = area.bottom - y_axis.at(tick.value) * area.height
        drawing:add('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="grid"/>', area.left, y, area.right, y)
        drawing:text(area.left - 6, y + 4, "note", "end", tick.text)
    end
    drawing:add('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="axis"/>', area.left, area.bottom, area.right, area.bottom)
    for _, tick in ipairs(x_axis.ticks) do
        local x = area.left + x_axis.at(tick.value) * area.width
        drawing:add('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="axis"/>', x, area.bottom, x, area.bottom + 4)
        drawing:text(x, area.bottom + 17, "note", "middle", tick.text)
    end
    drawing:text((area.left + area.right) / 2, area.bottom + 33, "note", "middle", x_name)
end

-- The range of the values that can be shown: finite ones, on a logarithmic axis those above 0.
local function range(lines, key, log)
    local low, high = math.huge, -math.huge
    for _, line in ipairs(lines) do
        local values = line[key]
        for i = 1, #values do
            local value = values[i]
            if value < low and value > (log and 0 or -math.huge) then low = value end
            if value > high and value < math.huge then high = value end
        end
    end
    return low, high
end

local function colour_of(index) return plot_svg.colours[(index - 1) % #plot_svg.colours + 1] end

local function draw_pieces(drawing, line, class, pieces)
    local dash = line.dash > 1 and (' stroke-dasharray="%s"'):format(dashes[(line.dash - 1) % #dashes + 1]) or ""
    for _, piece in ipairs(pieces) do
        if piece.single then
            drawing:add('<circle cx="%.1f" cy="%.1f" r="2.5" fill="%s"/>', piece.x, piece.y, colour_of(line.run))
        else
            drawing:add('<polyline class="%s" stroke="%s"%s points="%s"/>', class, colour_of(line.run), dash, piece.points)
        end
    end
end

-- All values, pale where they are dense; then the means of dense ones, above everything.
local function draw_all(drawing, area, lines, x_axis, y_axis)
    for _, line in ipairs(lines) do
        local pieces, lost = plot_downsample.pieces(line, x_axis, y_axis, area)
        draw_pieces(drawing, line, plot_downsample.is_dense(line, area) and "line pale" or "line", pieces)
        for _, x in ipairs(lost) do
            drawing:add('<path class="lost" d="M%.1f %.1fl6 6m0 -6l-6 6"><title>no finite number</title></path>', x - 3, area.top)
        end
    end
    for _, line in ipairs(lines) do
        if plot_downsample.is_dense(line, area) then
            draw_pieces(drawing, line, "line", (plot_downsample.pieces(plot_downsample.means(line, x_axis, y_axis), x_axis, y_axis, area)))
        end
    end
end

-- The area of the lines: without the labels left of it and `right` of it.
local function area_of(x, y, y_axis, right)
    local left = math.max(margin.left, label_width(y_axis) + 12)
    local area = { left = x + left, top = y + margin.top, right = x + panel_width - margin.right - (right or 0),
        bottom = y + panel_height - margin.bottom }
    area.width, area.height = area.right - area.left, area.bottom - area.top
    return area
end

-- Names of the elements of an array, by their dash.
local function element_names(panel)
    local names = {}
    for _, line in ipairs(panel.lines) do
        if line.element then names[line.dash] = line.element end
    end
    return #names > 1 and "  (" .. table.concat(names, ", ", 1, math.min(#names, 6)) .. (#names > 6 and ", ..." or "") .. ")" or ""
end

-- The range of the values and of the edges of their bands.
local function range_of_all(panel)
    local low, high = range(panel.lines, "y", panel.log)
    for _, line in ipairs(panel.lines) do
        local edges = line.band and { line, { y = line.low }, { y = line.high } } or {}
        local edge_low, edge_high = range(edges, "y", panel.log)
        low, high = math.min(low, edge_low), math.max(high, edge_high)
    end
    return low, high
end

-- The band around a line: along its high edge, and back along its low one. Every nth point is enough for the eye.
local function draw_band(drawing, area, line, x_axis, y_axis)
    local points, back, every = {}, {}, math.max(1, #line.x // 400)
    local function put(list, x, y)
        if not x_axis.at(x) then return end
        local up = math.max(0, math.min(1, y_axis.at(y)))
        list[#list + 1] = ("%.1f,%.1f"):format(area.left + x_axis.at(x) * area.width, area.bottom - up * area.height)
    end
    for i = 1, #line.x do
        local is_finite = line.high[i] < math.huge and line.low[i] > -math.huge
        if is_finite and (i % every == 0 or i == 1 or i == #line.x) then
            put(points, line.x[i], line.high[i])
            put(back, line.x[i], line.low[i])
        end
    end
    for i = #back, 1, -1 do points[#points + 1] = back[i] end
    drawing:add('<polygon class="band" fill="%s" points="%s"/>', colour_of(line.run), table.concat(points, " "))
end

local function draw_lines(drawing, panel, x, y)
    local low, high = range_of_all(panel)
    local x_low, x_high = range(panel.lines, "x", panel.log_x)
    local is_empty = low > high or x_low > x_high
    local y_axis = is_empty and { ticks = {} } or (panel.log and plot_axis.logarithmic or plot_axis.linear)(low, high, 6)
    local area = area_of(x, y, y_axis)
    drawing:text(area.left, y + 16, "name", "start", cut(panel.title .. element_names(panel), 60))
    if is_empty then
        drawing:text((area.left + area.right) / 2, (area.top + area.bottom) / 2, "note", "middle",
            (panel.log or panel.log_x) and "nothing above 0" or "no finite number")
        return
    end
    local x_axis = axis_across(area, x_low, x_high, 7, panel.log_x)
    axes(drawing, area, x_axis, y_axis, panel.x_name)
    if panel.guide then
        drawing:add('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" class="grid"/>', area.left, area.bottom - y_axis.at(x_low) * area.height,
            area.right, area.bottom - y_axis.at(x_high) * area.height)
    end
    for _, line in ipairs(panel.lines) do
        if line.band then draw_band(drawing, area, line, x_axis, y_axis) end
    end
    draw_all(drawing, area, panel.lines, x_axis, y_axis)
end

-- One closed shape a band: along its top, and back along its bottom; a share holds from one time to the next.
local function band_points(area, x_axis, y_axis, times, bottom, top)
    local out = {}
    local function put(time, share)
        out[#out + 1] = ("%.1f,%.1f"):format(area.left + x_axis.at(time) * area.width, area.bottom - y_axis.at(share) * area.height)
    end
    for i = 1, #top do
        put(times[i], top[i])
        put(times[i + 1], top[i])
    end
    for i = #bottom, 1, -1 do
        put(times[i + 1], bottom[i])
        put(times[i], bottom[i])
    end
    return table.concat(out, " ")
end

local function draw_bands(drawing, panel, x, y)
    local y_axis = plot_axis.linear(0, 100, 5, true)
    local area = area_of(x, y, y_axis, band_legend)
    local x_axis = axis_across(area, panel.times[1], panel.times[#panel.times], 5)
    drawing:text(area.left, y + 16, "name", "start", cut(panel.title, 60))
    axes(drawing, area, x_axis, y_axis, "seconds")
    local bottom = {}
    for i = 1, #panel.times - 1 do bottom[i] = 0 end
    for b, band in ipairs(panel.bands) do
        local top, colour = {}, band.others and "#97a1ab" or colour_of(b)
        for i = 1, #bottom do top[i] = math.min(100, bottom[i] + band.values[i]) end
        drawing:add('<polygon fill="%s" points="%s"><title>%s</title></polygon>', colour,
            band_points(area, x_axis, y_axis, panel.times, bottom, top), escape(band.name))
        local row = area.top + 6 + (b - 1) * 17
        drawing:add('<rect x="%.1f" y="%.1f" width="10" height="10" fill="%s"/>', area.right + 12, row - 1, colour)
        drawing:text(area.right + 27, row + 8, "", "start", cut(band.name, 20))
        drawing:text(area.right + band_legend, row + 8, "note", "end", ("%.1f %%"):format(band.share))
        bottom = top
    end
end

-- The names of the runs, in a line or several; returns where the next line is.
local function draw_names(drawing, names, width, y)
    local x = 20
    for run, name in ipairs(names) do
        local needs = 30 + (utf8.len(name) or #name) * character
        if x > 20 and x + needs > width then x, y = 20, y + 18 end
        drawing:add('<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="3"/>', x, y - 4, x + 16, y - 4,
            colour_of(run))
        drawing:text(x + 22, y, "", "start", name)
        x = x + needs + 12
    end
    return #names > 0 and y + 10 or y - 20
end

local function draw_panel(drawing, panel, x, y)
    if panel.parallel then
        plot_parallel.draw(drawing, panel, { x = x, y = y, width = panel_width, height = panel_height }, colour_of)
    elseif panel.bands then draw_bands(drawing, panel, x, y)
    else draw_lines(drawing, panel, x, y) end
end

-- What a screen reader says of the picture.
local function label_of(title, panels)
    local titles = {}
    for i, panel in ipairs(panels) do titles[i] = panel.title .. (panel.x_name and " over " .. panel.x_name or "") end
    return escape((title and title .. ": " or "") .. table.concat(titles, ", "))
end

function plot_svg.page(title, names, panels)
    local columns = #panels == 1 and 1 or 2
    if columns == 1 then panel_width, panel_height = 860, 420 else panel_width, panel_height = 520, 260 end
    local width = columns * panel_width + (columns - 1) * gap + 20
    local drawing = setmetatable({ depth = 1 }, Drawing)
    if title then drawing:text(20, head, "title", "start", title) end
    local top = draw_names(drawing, names, width, title and head + 26 or head)
    for i, panel in ipairs(panels) do
        local x = (i - 1) % columns * (panel_width + gap)
        local y = top + (i - 1) // columns * (panel_height + 10)
        drawing:open('<g id="panel-%d">', i)
        draw_panel(drawing, panel, x, y)
        drawing:close()
    end
    local height = top + math.ceil(#panels / columns) * (panel_height + 10) + 6
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">\n' ..
        '  <style>\n%s  </style>\n' ..
        '  <rect class="page" width="100%%" height="100%%"/>\n%s\n</svg>\n'):format(width, height, width, height, label_of(title, panels), style,
        table.concat(drawing, "\n"))
end

return plot_svg

-- The confusion table of `PROG predict --metrics` as a picture: a row a class of the file, a column a predicted one.
--
-- In:  the text of such a file, a title or nil. Out: the text of an SVG file; or nil when the file has no such table.
-- The shade of a cell is its share of its row; right answers are on the diagonal.

local json_read = require "gen.base.json_read"

local plot_confusion = {}

local cell, head, character = 56, 64, 7

local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }
local function escape(text) return (text:gsub('[&<>"]', escapes):gsub("[%z\1-\8\11-\31]", "")) end

-- The table in a text: { classes, confusion, accuracy, rows }, or nil.
function plot_confusion.read(text)
    local line = text:match("^[^\n]*")
    local value = line:find('"confusion"', 1, true) and json_read.parse(line)
    if not value or not json_read.is_object(value) or not json_read.is_array(value.confusion) then return nil end
    return json_read.is_array(value.classes) and #value.classes == #value.confusion and value or nil
end

local function width_of(classes)
    local longest = 4
    for _, name in ipairs(classes) do longest = math.max(longest, utf8.len(name) or #name) end
    return math.min(longest, 30) * character + 16
end

local function sum_of(row)
    local sum = 0
    for _, count in ipairs(row) do sum = sum + count end
    return sum
end

local function add_row(out, found, i, left)
    local row, y = found.confusion[i], head + (i - 1) * cell
    local sum = math.max(sum_of(row), 1)
    out[#out + 1] = ('<text x="%d" y="%d" text-anchor="end">%s</text>'):format(left - 8, y + cell // 2 + 4, escape(found.classes[i]))
    for k, count in ipairs(row) do
        local x, share = left + (k - 1) * cell, count / sum
        out[#out + 1] = ('<rect x="%d" y="%d" width="%d" height="%d" fill="%s" fill-opacity="%.3f" stroke="#6a737d" stroke-opacity="0.25"/>')
            :format(x, y, cell, cell, i == k and "#2f9e5b" or "#d8433f", share)
        out[#out + 1] = ('<text x="%d" y="%d" text-anchor="middle">%d</text>'):format(x + cell // 2, y + cell // 2 + 4, count)
    end
end

function plot_confusion.svg(found, title)
    local count, left = #found.classes, width_of(found.classes)
    local width, height = left + count * cell + 24, head + count * cell + 24
    local heading = title or ("accuracy %.4f of %d rows; across: predicted"):format(found.accuracy, found.rows)
    width = math.max(width, #heading * character + 24)
    local out = { ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" '):format(width, height, width, height)
        .. ('role="img" aria-label="%s" '):format(escape(heading))
        .. 'font-family="system-ui, DejaVu Sans, sans-serif" font-size="12" fill="#24292f">',
        ('<rect width="%d" height="%d" fill="#ffffff"/>'):format(width, height),
        ('<text x="12" y="20" font-weight="bold">%s</text>'):format(escape(heading)) }
    for k, name in ipairs(found.classes) do
        out[#out + 1] = ('<text x="%d" y="%d" text-anchor="middle">%s</text>'):format(left + (k - 1) * cell + cell // 2, head - 10,
            escape(utf8.len(name) and utf8.len(name) > 8 and name:sub(1, utf8.offset(name, 8) - 1) .. "." or name))
    end
    for i = 1, count do add_row(out, found, i, left) end
    out[#out + 1] = "</svg>\n"
    return table.concat(out, "\n")
end

return plot_confusion

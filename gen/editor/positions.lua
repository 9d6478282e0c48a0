-- Places in a text as the protocol has them, { line, character } from 0, characters in units of UTF-16, and as byte offsets from 1.

local positions = {}

-- The offsets of all lines.
function positions.lines(text)
    local out = { 1 }
    for at in text:gmatch "\n()" do out[#out + 1] = at end
    return out
end

local function units(text)
    local count = 0
    for _, code in utf8.codes(text, true) do count = count + (code > 0xffff and 2 or 1) end
    return count
end

local function line_end(text, lines, line) return (lines[line + 2] or #text + 2) - 1 end

function positions.offset(text, lines, position)
    local first = lines[position.line + 1]
    if not first then return #text + 1 end
    local last = line_end(text, lines, position.line) -- of its newline
    local part = text:sub(first, last - 1)
    if not part:find "[\128-\255]" or not utf8.len(part) then return math.min(first + position.character, last) end
    local left, at = position.character, first
    for _, code in utf8.codes(part) do
        if left <= 0 then break end
        left, at = left - (code > 0xffff and 2 or 1), at + #utf8.char(code)
    end
    return at
end

function positions.of(text, lines, offset)
    local low, high = 1, #lines
    while low < high do
        local middle = (low + high + 1) // 2
        if lines[middle] <= offset then low = middle else high = middle - 1 end
    end
    local part = text:sub(lines[low], offset - 1)
    return { line = low - 1, character = utf8.len(part) and units(part) or #part }
end

return positions

-- Wraps a call, or the head of a function, at the right margin as clang-format does: further arguments are aligned with the first
-- one, as many per line as fit.

local cwrap = {}

local margin = 100

-- Fills lines with the arguments and `tail`, as many as fit between column `start` and the margin.
local function fill(start, args, tail)
    local lines, length = { "" }, start
    for i, arg in ipairs(args) do
        local text = arg .. (i < #args and "," or tail)
        local first = lines[#lines] == ""
        if not first and length + 1 + #text > margin then
            lines[#lines + 1] = ""
            length, first = start, true
        end
        lines[#lines] = lines[#lines] .. (first and "" or " ") .. text
        length = length + #text + (first and 0 or 1)
    end
    return lines
end

local function write_aligned(w, head, lines)
    for i, line in ipairs(lines) do w:line("%s%s", i == 1 and head .. "(" or (" "):rep(#head + 1), line) end
end

-- Writes `head(args)tail` through the writer; `column` is where the writer's indentation ends. tail is at most a ";".
function cwrap.line(w, column, head, args, tail)
    write_aligned(w, head, fill(column + #head + 1, args, ")" .. tail))
end

-- Writes `left = head(args);` on one line or, in this order, broken after "=", after "(" where that saves a line, or between
-- arguments.
function cwrap.assign(w, column, left, head, args)
    local right = ("%s(%s);"):format(head, table.concat(args, ", "))
    local whole = left .. " = " .. head
    local aligned, indented = fill(column + #whole + 1, args, ");"), fill(column + 4, args, ");")
    if #aligned == 1 then return write_aligned(w, whole, aligned) end
    if column + 4 + #right <= margin then whole, indented = left .. " =", { right }
    elseif #indented + 1 < #aligned then whole = whole .. "("
    else return write_aligned(w, whole, aligned) end
    w:open("%s", whole)
    for _, line in ipairs(indented) do w:line("%s", line) end
    w.depth = w.depth - 1
end

return cwrap

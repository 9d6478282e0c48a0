-- A call, or the head of a function, that fits the line: where it would pass the right margin, the arguments go on
-- below the first one, as many to a line as fit (what clang-format makes of it).

local cfit = {}

local margin = 100

-- Writes `head(args)tail` through the writer; `column` is where the writer's indentation ends. tail is at most a ";".
function cfit.line(w, column, head, args, tail)
    local start = column + #head + 1
    local line, length = head .. "(", start
    for i, arg in ipairs(args) do
        local text = arg .. (i < #args and "," or ")" .. tail)
        local first = line == head .. "(" or line:match("^ *$")
        if not first and length + 1 + #text > margin then
            w:line("%s", line)
            line, length, first = (" "):rep(#head + 1), start, true
        end
        line = line .. (first and "" or " ") .. text
        length = length + #text + (first and 0 or 1)
    end
    w:line("%s", line)
end

-- Writes `left = head(args);`, which goes on after the equals sign when the whole does not fit the line.
function cfit.assign(w, column, left, head, args)
    local right = ("%s(%s);"):format(head, table.concat(args, ", "))
    if column + #left + 3 + #right <= margin or column + 4 + #right > margin then
        return cfit.line(w, column, left .. " = " .. head, args, ";")
    end
    w:open("%s =", left)
    w:line("%s", right)
    w.depth = w.depth - 1
end

return cfit

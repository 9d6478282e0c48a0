-- The C of one loop: its functions, and its part of the run, cut out of the emitted file by the comments there.

local shown_c = {}

local function lines_of(text)
    local out = {}
    for line in (text .. "\n"):gmatch "([^\n]*)\n" do out[#out + 1] = line end
    return out
end

local function indent_of(line) return #line:match "^ *" end

-- The name in a comment before a part of the run or a function: "/* Fit.batch (x.lua:3), on ... */".
local function named(line) return line:match "^%s*/%* ([%a_][%w_.]*) %([^%s]*:%d+%)" end

local function belongs(name, loop) return name == loop or name:sub(1, #loop + 1) == loop .. "." end

-- The last line of the part that begins at `from`: up to a line further left, or to the comment of another loop at the same place.
local function end_of(lines, from, loop)
    local indent = indent_of(lines[from])
    for i = from + 1, #lines do
        local line, name = lines[i], named(lines[i])
        local left = line ~= "" and indent_of(line) < indent and not line:match "^%s*[%a_][%w_]*:$" and not line:match "^#"
        if left or (name and indent_of(line) == indent and not belongs(name, loop)) then return i - 1 end
        if indent == 0 and line:match "^}" then return i end
    end
    return #lines
end

local function copy(out, lines, from, to)
    while to > from and lines[to] == "" do to = to - 1 end
    local indent = indent_of(lines[from])
    for i = from, to do
        local line = lines[i]
        out[#out + 1] = indent_of(line) >= indent and line:sub(indent + 1) or line
    end
    out[#out + 1] = ""
end

-- nil when the text has nothing of such a loop.
function shown_c.of(text, loop)
    local lines, out, i = lines_of(text), {}, 1
    while i <= #lines do
        local name = named(lines[i])
        if name and belongs(name, loop) then
            local last = end_of(lines, i, loop)
            copy(out, lines, i, last)
            i = last
        end
        i = i + 1
    end
    return #out > 0 and table.concat(out, "\n") or nil
end

return shown_c

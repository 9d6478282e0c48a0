-- The difference of two texts as a unified diff (three lines of context). Out: "" when they are equal.
--
-- Myers' greedy algorithm (An O(ND) Difference Algorithm and Its Variations, 1986) on lines, after the equal lines at both
-- ends are put aside. Texts with more than `most` differences are shown as wholly replaced.

local diff = {}

local context, most = 3, 1000

local function lines_of(text)
    local out = {}
    for line in text:gmatch("[^\n]*\n") do out[#out + 1] = line:sub(1, -2) end
    local rest = text:match("[^\n]*$")
    if rest ~= "" then out[#out + 1] = rest .. "\n\\ No newline at end of file" end
    return out
end

-- How far x gets along diagonal k (x - y) in `d` steps, following equal lines.
local function advance(a, b, reach, k, d)
    local x
    if k == -d or (k ~= d and reach[k - 1] < reach[k + 1]) then x = reach[k + 1] else x = reach[k - 1] + 1 end
    while x < #a and x - k < #b and a[x + 1] == b[x - k + 1] do x = x + 1 end
    return x
end

-- The reach of every diagonal before each round of edits, or nil when there are too many.
local function rounds(a, b)
    local reach, trace = { [1] = 0 }, {}
    for d = 0, math.min(#a + #b, most) do
        local before = {}
        for k = -d - 1, d + 1 do before[k] = reach[k] end
        trace[d] = before
        for k = -d, d, 2 do
            reach[k] = advance(a, b, reach, k, d)
            if reach[k] >= #a and reach[k] - k >= #b then return trace, d end
        end
    end
end

local function replaced(a, b)
    local out = {}
    for _, line in ipairs(a) do out[#out + 1] = { "-", line } end
    for _, line in ipairs(b) do out[#out + 1] = { "+", line } end
    return out
end

-- The edits from a to b, in order: { " " | "-" | "+", line }.
local function edits(a, b)
    local trace, last = rounds(a, b)
    if not trace then return replaced(a, b) end
    local out, x, y = {}, #a, #b
    for d = last, 0, -1 do
        local reach, k = trace[d], x - y
        local down = k == -d or (k ~= d and reach[k - 1] < reach[k + 1])
        local from_k = down and k + 1 or k - 1
        local from_x = d > 0 and reach[from_k] or 0
        local from_y = d > 0 and from_x - from_k or 0
        while x > from_x and y > from_y and a[x] == b[y] do
            out[#out + 1] = { " ", a[x] }
            x, y = x - 1, y - 1
        end
        if d > 0 then out[#out + 1] = down and { "+", b[y] } or { "-", a[x] } end
        x, y = from_x, from_y
    end
    for i = 1, #out // 2 do out[i], out[#out + 1 - i] = out[#out + 1 - i], out[i] end
    return out
end

-- How many lines a and b have in common at their beginning and, beyond these, at their end.
local function common(a, b)
    local head, tail = 0, 0
    while head < #a and head < #b and a[head + 1] == b[head + 1] do head = head + 1 end
    while tail < #a - head and tail < #b - head and a[#a - tail] == b[#b - tail] do tail = tail + 1 end
    return head, tail
end

local function all_edits(a, b)
    local head, tail = common(a, b)
    local out = {}
    for i = math.max(1, head - context + 1), head do out[#out + 1] = { " ", a[i] } end
    local first = head - #out
    for _, edit in ipairs(edits(table.move(a, head + 1, #a - tail, 1, {}), table.move(b, head + 1, #b - tail, 1, {}))) do
        out[#out + 1] = edit
    end
    for i = #a - tail + 1, math.min(#a, #a - tail + context) do out[#out + 1] = { " ", a[i] } end
    return out, first
end

local Hunks = {}
Hunks.__index = Hunks

function Hunks:close()
    if #self.lines == 0 then return end
    local function range(first, count) return count == 1 and ("%d"):format(first) or ("%d,%d"):format(first, count) end
    local first_a = self.count_a == 0 and self.first_a - 1 or self.first_a
    local first_b = self.count_b == 0 and self.first_b - 1 or self.first_b
    table.insert(self.out, ("@@ -%s +%s @@\n"):format(range(first_a, self.count_a), range(first_b, self.count_b)))
    table.insert(self.out, table.concat(self.lines))
    self.lines = {}
end

function Hunks:add(edit)
    if #self.lines == 0 then
        self.first_a, self.first_b, self.count_a, self.count_b = self.a, self.b, 0, 0
    end
    table.insert(self.lines, edit[1] .. edit[2] .. "\n")
    if edit[1] ~= "+" then self.count_a = self.count_a + 1 end
    if edit[1] ~= "-" then self.count_b = self.count_b + 1 end
end

-- Whether the edit at i is within `context` lines of a change.
local function near_change(list, i)
    for j = math.max(1, i - context), math.min(#list, i + context) do
        if list[j][1] ~= " " then return true end
    end
    return false
end

-- The unified diff from text `old` to text `new` under these names.
function diff.unified(old, new, old_name, new_name)
    if old == new then return "" end
    local list, first = all_edits(lines_of(old), lines_of(new))
    local hunks = setmetatable({ out = { ("--- %s\n+++ %s\n"):format(old_name, new_name) }, lines = {}, a = first + 1,
        b = first + 1 }, Hunks)
    for i, edit in ipairs(list) do
        if near_change(list, i) then hunks:add(edit) else hunks:close() end
        if edit[1] ~= "+" then hunks.a = hunks.a + 1 end
        if edit[1] ~= "-" then hunks.b = hunks.b + 1 end
    end
    hunks:close()
    return table.concat(hunks.out)
end

return diff

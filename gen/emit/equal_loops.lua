-- Whether two instances of a loop have the same C, by their items: so a loop that is inlined in a thousand places is written once, and
-- not a thousand times to find out (functions.key) that the texts are the same.
--
-- This compares all that emit_run looks at. It says no where a text has the name of its place in it: fields of sites, results, resume
-- points, and the step form.

local equal_loops = {}

local most = 8 -- different texts of one loop that are tried

-- Fields of an item that are equal or refer to the same object.
local plain = { "op", "source", "node", "phase", "part", "dead", "fails", "recovers", "in_handler" }

-- Sets and lists of statuses.
local statuses = { "signals", "out", "arrives", "cancelled", "stopped" }

local function same_table(a, b)
    if a == b then return true end
    if not a or not b then return false end
    for key, value in next, a do
        if b[key] ~= value then return false end
    end
    for key in next, b do
        if a[key] == nil then return false end
    end
    return true
end

local function is_named_by_place(item)
    return item.at_name or item.end_name or item.results or item.instance and item.instance.site or item.source and #item.source.sites > 0
end

-- Two items at the same distance from the beginnings `first` of their loops: { a's, b's }. `on`: the node of an instance counts, too.
local function same_item(a, b, first, on)
    for _, name in ipairs(plain) do
        if a[name] ~= b[name] then return false end
    end
    for _, name in ipairs(statuses) do
        if not same_table(a[name], b[name]) then return false end
    end
    if (a.matching or 0) - (b.matching or 0) ~= (a.matching and first.a - first.b or 0) then return false end
    if (a.func == nil) ~= (b.func == nil) or is_named_by_place(a) or is_named_by_place(b) then return false end
    local one, other = a.instance, b.instance
    return one == other or one.loop == other.loop and (not on or one.on == other.on)
end

local function same_range(list, first)
    local base = { list[first.a].point, list[first.b].point }
    for i = 0, list[first.a].matching - first.a do
        local a, b = list[first.a + i], list[first.b + i]
        if not same_item(a, b, first, i > 0 and a.op == "loop") then return false end
        if a.point and a.point.index - base[1].index ~= b.point.index - base[2].index then return false end
    end
    return true
end

local function first_of(list, item) return list[item.matching].matching end

-- The function (a run of emit_run) that was kept for an equal instance, or nil.
function equal_loops.find(known, list, item)
    for _, run in ipairs(known[item.instance.loop] or {}) do
        if same_range(list, { a = first_of(list, run.root), b = first_of(list, item) }) then return run end
    end
end

-- Keeps a function for instances that are equal to its own. It has no resume points.
function equal_loops.keep(known, run)
    local loop = run.root.instance.loop
    known[loop] = known[loop] or {}
    if #known[loop] < most and #run.positions == 0 and #run.points == 0 then table.insert(known[loop], run) end
end

return equal_loops

-- The environment of a spec's Lua code besides the words: the base library, `string`, `table`, `math` and `utf8`, as
-- copies that a spec may change without harm to us or to the next spec, and with nothing in them that differs from run
-- to run: pairs and next walk in the order of the keys, sort is stable, random numbers start from a constant.
-- Out: sandbox.environment(), a fresh table for host.sandbox.

local host = require "host"

local sandbox = {}

local ranks = { number = 1, string = 2, boolean = 3 }

local function before(a, b)
    local rank_a, rank_b = ranks[type(a)], ranks[type(b)]
    if rank_a ~= rank_b then return rank_a < rank_b end
    if rank_a == 3 then return b and not a end
    return a < b
end

-- The keys of a table: numbers, strings, booleans, each in their order; one other key may follow.
local function keys_of(values)
    local keys, others, position = {}, {}, {}
    for key in next, values do
        local list = ranks[type(key)] and keys or others
        list[#list + 1] = key
    end
    table.sort(keys, before)
    if #others > 1 then
        error(("the order of a table with several %s keys is not fixed: use a list"):format(type(others[1])), 3)
    end
    keys[#keys + 1] = others[1]
    for i, key in ipairs(keys) do position[key] = i end
    return { keys = keys, position = position, values = values }
end

-- The first key from index `i` on that still has a value, and the value.
local function from(snapshot, i)
    local key = snapshot.keys[i]
    while key ~= nil do
        local value = rawget(snapshot.values, key)
        if value ~= nil then return key, value end
        i = i + 1
        key = snapshot.keys[i]
    end
end

-- pairs: a snapshot of the keys at the start; fields may be cleared and assigned on the way.
local function ordered_pairs(values)
    local meta = getmetatable(values)
    local custom = type(meta) == "table" and rawget(meta, "__pairs")
    if custom then return custom(values) end
    if type(values) ~= "table" then error(("bad argument #1 to 'pairs' (table expected, got %s)"):format(type(values)), 2) end
    local snapshot = keys_of(values)
    return function(_, key)
        if key == nil then return from(snapshot, 1) end
        return from(snapshot, snapshot.position[key] + 1)
    end, values, nil
end

-- next: keeps the keys of the current walk, so that a whole walk sorts once.
local function new_next()
    local snapshot = { position = {} }
    return function(values, key)
        if type(values) ~= "table" then error(("bad argument #1 to 'next' (table expected, got %s)"):format(type(values)), 2) end
        if key == nil or snapshot.values ~= values or not snapshot.position[key] then snapshot = keys_of(values) end
        if key == nil then return from(snapshot, 1) end
        if not snapshot.position[key] then error("invalid key to 'next'", 2) end
        return from(snapshot, snapshot.position[key] + 1)
    end
end

local function merge(values, buffer, first, middle, last, less)
    local left, right = first, middle + 1
    for i = first, last do
        if right > last or (left <= middle and not less(values[right], values[left])) then
            buffer[i] = values[left]
            left = left + 1
        else
            buffer[i] = values[right]
            right = right + 1
        end
    end
    for i = first, last do values[i] = buffer[i] end
end

-- table.sort by merging: stable, and the same whatever the comparison says (Lua's own takes random pivots).
local function stable_sort(values, less)
    less = less or function(a, b) return a < b end
    local count, buffer, width = #values, {}, 1
    while width < count do
        for first = 1, count - width, 2 * width do
            merge(values, buffer, first, first + width - 1, math.min(first + 2 * width - 1, count), less)
        end
        width = 2 * width
    end
end

-- Finalizers would run at any time, and the contents of weak tables depend on that time.
local function safe_setmetatable(values, meta)
    if type(meta) == "table" and (rawget(meta, "__gc") ~= nil or rawget(meta, "__mode") ~= nil) then
        error("a spec's metatables have no __gc and no __mode", 2)
    end
    return setmetatable(values, meta)
end

-- xpcall, but no handler runs for a limit: hooks are off in there, so nothing could end it.
local function safe_xpcall(call, handler, ...)
    return xpcall(call, function(message)
        if host.spent() then return message end
        return handler(message)
    end, ...)
end

local base = { "_VERSION", "assert", "error", "getmetatable", "ipairs", "pcall", "print", "rawequal", "rawget", "rawlen",
    "rawset", "select", "tonumber", "tostring", "type" }

local libraries = { "string", "table", "math", "utf8" }

local function copy(library)
    local out = {}
    for name, value in next, library do out[name] = value end
    return out
end

local function seeded(seed)
    if type(seed) ~= "number" then error("math.randomseed takes a number: a spec gives the same program every time", 2) end
    math.randomseed(seed)
end

function sandbox.environment()
    local environment = {}
    for _, name in ipairs(base) do environment[name] = _G[name] end
    for _, name in ipairs(libraries) do environment[name] = copy(_G[name]) end
    environment._G = environment
    environment.pairs, environment.next = ordered_pairs, new_next()
    environment.setmetatable, environment.xpcall = safe_setmetatable, safe_xpcall
    environment.table.sort = stable_sort
    environment.math.randomseed = seeded
    math.randomseed(0)
    return environment
end

-- Takes the metatables off all tables that can be reached from the list `roots`, but those that are keys of `keep`: what
-- a spec returned is data from then on, and reading it runs none of the spec's functions.
function sandbox.make_plain(roots, keep)
    local seen, waiting, count = {}, { roots }, 1
    local function visit(value)
        if seen[value] then return end
        seen[value] = true
        host.strip(value, keep)
        count = count + 1
        waiting[count] = value
    end
    while count > 0 do
        local values = waiting[count]
        waiting[count], count = nil, count - 1
        for key, value in next, values do
            if type(key) == "table" then visit(key) end
            if type(value) == "table" then visit(value) end
        end
    end
end

-- Runs a chunk in a fresh environment: host.sandbox without words, for tests and tools.
function sandbox.run(text, name, limits) return host.sandbox(text, "=" .. name, sandbox.environment(), limits or {}) end

return sandbox

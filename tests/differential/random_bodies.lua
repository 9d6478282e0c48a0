-- The random part of a graph that is C text: fields, the conditions of loops, and bodies that count, print and signal.

local graph = require "tests.differential.graph"
local valid = require "tests.differential.valid"

local bodies = {}

-- Before the loop is attached: its fields, and whether and how it repeats. Expressions are placeholders (true) until all
-- places are known.
function bodies.shape(dice, loop)
    if dice:chance(0.6) then loop.state[1] = { name = "n", initial = dice:int(0, 2) } end
    if dice:chance(0.3) then loop.site[1] = { name = "s", initial = dice:int(0, 1) } end
    if dice:chance(0.25) then loop.batch[1] = { name = "b", initial = 0 } end
    local way = dice:int(1, 10)
    if way <= 4 then loop.times = dice:pick { 0, 1, 2, 2, 3, 3, 4 } end
    if way == 5 then loop.times = true end
    if way == 6 or way == 7 then loop.done = true end
    if way == 8 then loop.times, loop.done = dice:pick { 2, 3, true }, true end
    if dice:chance(0.15) then loop.skip = true end
end

-- The references that are valid at all places of a body or expression: `fields`, and among them the `counters` that it
-- may count in. The nearest n comes first.
local function references(g, places, done)
    local out, counters = {}, {}
    local function try(reference, counts)
        if not valid.reference(g, reference, places, done) then return end
        out[#out + 1] = reference
        if counts then counters[#counters + 1] = reference end
    end
    for _, name in ipairs { "n", "s", "b", "t", "u" } do try({ name = name }, true) end
    for _, name in ipairs { "iteration", "total" } do try({ name = name }) end
    for _, loop in ipairs(g.loops) do
        for _, name in ipairs { "n", "s", "b" } do try({ name = name, loop = loop.name }, true) end
        for _, name in ipairs { "iteration", "total" } do try({ name = name, loop = loop.name }) end
    end
    return out, counters
end

-- The conditions of loops -------------------------------------------------------------------------------------------

local function remainder(dice, field)
    local modulus = dice:int(2, 4)
    return { "==", { "%", field, modulus }, dice:int(0, modulus - 1) }
end

local function times(dice, fields)
    local field = dice:chance(0.5) and fields[1] or dice:pick(fields)
    local way = dice:int(1, 4)
    if way == 1 then return { "%", field, dice:int(2, 5) } end
    if way == 2 then return { "-", { "%", field, 4 }, 1 } end
    if way == 3 then return { "+", { "%", field, 2 }, dice:int(1, 2) } end
    return { "-", dice:int(2, 4), { "%", field, 3 } }
end

local function done(dice, loop, fields)
    if dice:chance(0.6) then
        local name = dice:chance(0.3) and loop.name or nil
        return { ">=", { name = "iteration", loop = name }, dice:int(0, 3) }
    end
    return dice:chance(0.5) and remainder(dice, dice:pick(fields)) or { ">=", dice:pick(fields), dice:int(2, 9) }
end

local function fill_loop(dice, g, site)
    local loop = site.loop
    if loop.times == true then loop.times = times(dice, (references(g, site.places))) end
    if loop.skip == true then loop.skip = remainder(dice, dice:pick((references(g, site.places)))) end
    if loop.done == true then loop.done = done(dice, loop, (references(g, site.places, true))) end
end

-- Bodies ------------------------------------------------------------------------------------------------------------

local function condition(dice, fields, counter)
    local field = counter and dice:chance(0.7) and counter or dice:pick(fields)
    local way = dice:int(1, 10)
    if way <= 4 then return { "==", field, dice:int(1, 4) } end
    if way <= 8 then return remainder(dice, field) end
    return { ">=", field, dice:int(2, 6) }
end

-- The signals that a body may give at all its places, each { kind, target }.
local function signals(site)
    local out, seen = {}, {}
    local function try(kind, target)
        local signal = { op = "signal", kind = kind, target = target }
        local id = kind .. (target or "")
        if seen[id] or not valid.signal(signal, site.places) then return end
        seen[id] = true
        out[kind] = out[kind] or {}
        table.insert(out[kind], signal)
    end
    for _, kind in ipairs { "fail", "recover", "cancel", "stop" } do try(kind) end
    local phases, loops = valid.targets(site.places[1].at)
    for _, phase in ipairs(phases) do try("cancel", phase) end
    for _, loop in ipairs(loops) do try("stop", loop) end
    return out
end

-- Some of the fields, for a body to print.
local function some(dice, fields)
    local out = {}
    while #out < 3 and dice:chance(0.5) do out[#out + 1] = dice:pick(fields) end
    return out
end

-- The form of the signal in its body's C text (write.lua); it means the same in all of them.
local styles = { "plain", "plain", "plain", "plain", "for", "do", "else", "comment" }

local function add_signal(dice, site, fields, counter, mood)
    local possible, kinds = signals(site), {}
    for _, kind in ipairs { "fail", "recover", "cancel", "stop" } do
        for _ = 1, possible[kind] and mood[kind] or 0 do kinds[#kinds + 1] = kind end
    end
    if #kinds == 0 then return end
    local signal = graph.copy(dice:pick(possible[dice:pick(kinds)]))
    local always = signal.kind == "recover" and 0.5 or mood.always or 0.12
    if not dice:chance(always) then signal.when = condition(dice, fields, counter) end
    if signal.kind == "fail" then
        signal.message = dice:pick { "broken", "100% lost", "no $fail() here:", 'it is "off"' }
        signal.fields = dice:chance(0.5) and { dice:pick(fields) } or {}
    end
    signal.style = dice:pick(styles)
    table.insert(site.holder.body, signal)
end

local function fill_body(dice, g, site, mood)
    local fields, counters = references(g, site.places)
    local counter = dice:chance(0.75) and (dice:chance(0.35) and counters[1] or dice:pick(counters)) or nil
    local body = {}
    site.holder.body = body
    if counter then body[1] = { op = "count", field = counter } end
    body[#body + 1] = { op = "print", text = site.name, fields = some(dice, fields) }
    local in_failed = valid.signal({ kind = "recover" }, site.places)
    for _ = 1, 2 do
        if not dice:chance(in_failed and 0.6 or mood.share) then break end
        add_signal(dice, site, fields, counter, mood)
    end
    if #body > 1 and dice:chance(0.1) then body[#body + 1] = { op = "print", text = site.name .. " ends", fields = {} } end
end

-- How willing the bodies of a graph are to signal (`share` of them do; `always`: without a condition), and which way:
-- weights.
local moods = {
    { share = 0.15, fail = 3, recover = 6, cancel = 2, stop = 2 },
    { share = 0.3, fail = 1, recover = 5, cancel = 3, stop = 3 },
    { share = 0.3, fail = 4, recover = 8, cancel = 1, stop = 1 },
    { share = 0.05, fail = 2, recover = 6, cancel = 1, stop = 1 },
    { share = 0.4, fail = 3, recover = 9, cancel = 1, stop = 2 },
    { share = 0.3, fail = 0, recover = 1, cancel = 3, stop = 3 },
    { share = 0.5, fail = 6, recover = 2, cancel = 1, stop = 1, always = 0.5 },
}

-- Fills in all bodies and expressions of a graph whose places are settled.
function bodies.fill(dice, g)
    local mood = dice:pick(moods)
    local sites = assert(valid.sites(g))
    for _, site in ipairs(sites) do
        if site.loop then fill_loop(dice, g, site) end
    end
    for _, site in ipairs(sites) do
        local is_node = site.holder and site.holder.prefix
        if site.holder and (not is_node or dice:chance(0.85)) then fill_body(dice, g, site, mood) end
    end
end

return bodies

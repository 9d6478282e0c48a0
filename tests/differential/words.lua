-- Short words for writing graphs (graph.lua) by hand: for the known-answer cases.
--
--   loop("Inner", { "before_step", { "on_step", fail() }, { "after_step", event = true } }, { call_on = {...}, times = 2 })
--
-- Nodes get the orders 1, 2, ... as they are listed. A body prints the node's full name, then does the actions behind
-- the name. `count = "n"` counts in that field first; a field is given as "n" or "Loop.n".

local words = {}

local function field(text)
    local loop, name = text:match("^([%w_]+)%.([%w_]+)$")
    return { name = name or text, loop = loop }
end

words.field = field

-- The condition that a field has that value.
function words.at(name, value) return { "==", field(name), value } end

function words.fail(when) return { op = "signal", kind = "fail", message = "broken", when = when } end
function words.recover(when) return { op = "signal", kind = "recover", when = when } end

-- cancel(), cancel("Loop.phase"), cancel(nil, condition); stop likewise.
function words.cancel(target, when) return { op = "signal", kind = "cancel", target = target, when = when } end
function words.stop(target, when) return { op = "signal", kind = "stop", target = target, when = when } end

-- The body that prints `text` and then does what `entry` lists from 2 on.
local function body(text, entry)
    local out = {}
    if entry.count then out[1] = { op = "count", field = field(entry.count) } end
    local fields = {}
    for i, name in ipairs(entry.show or {}) do fields[i] = field(name) end
    out[#out + 1] = { op = "print", text = text, fields = fields }
    table.move(entry, 2, #entry, #out + 1, out)
    return out
end

local function fields(values)
    local out = {}
    for _, name in ipairs(values or {}) do out[#out + 1] = { name = name, initial = 0 } end
    return out
end

local function places(list)
    local out = {}
    for i, text in ipairs(list or {}) do
        local loop, node = text:match("^(.+)%.(.+)$")
        out[i] = { loop = loop, node = node }
    end
    return out
end

local function nodes(name, list, bare)
    local out = {}
    for i, entry in ipairs(list) do
        if type(entry) == "string" then entry = { entry } end
        local prefix, phase = entry[1]:match("^(%a+)_(.+)$")
        out[i] = { prefix = prefix, phase = phase, order = i }
        if not entry.event then out[i].body = body(bare and entry[1] or name .. "." .. entry[1], entry) end
    end
    return out
end

-- keys: call_on, times, done, skip, order, state, site, batch (lists of names), bare: bodies print only the node's name.
function words.loop(name, list, keys)
    keys = keys or {}
    return { kind = "loop", name = name, nodes = nodes(name, list, keys.bare), call_on = places(keys.call_on),
        times = keys.times, done = keys.done, skip = keys.skip, order = keys.order,
        state = fields(keys.state), site = fields(keys.site), batch = fields(keys.batch) }
end

-- list: { "K", signals..., order = n } entries; keys: order, within, state.
function words.callback(name, list, keys)
    keys = keys or {}
    local out = { kind = "callback", name = name, keys = {}, order = keys.order, state = fields(keys.state) }
    if keys.within then out.within = places(keys.within) end
    for i, entry in ipairs(list) do
        if type(entry) == "string" then entry = { entry } end
        out.keys[i] = { key = entry[1], order = entry.order, body = body(name .. "." .. entry[1]:match("[%w_]+$"), entry) }
    end
    return out
end

-- The trainer of these loops and callbacks, listed in this order; `state`: names of its fields.
function words.graph(name, members, state)
    local g = { name = name, state = fields(state), loops = {}, callbacks = {}, entries = {} }
    for i, member in ipairs(members) do
        table.insert(member.kind == "loop" and g.loops or g.callbacks, member)
        g.entries[i] = member.name
    end
    return g
end

return words

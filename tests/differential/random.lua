-- Makes a random graph (graph.lua) from a seed: first the loops and their places, then the callbacks, and last the
-- bodies, whose fields and signals are chosen among those that are valid at all their places.

local Dice = require "tests.differential.dice"
local bodies = require "tests.differential.random_bodies"
local graph = require "tests.differential.graph"
local interpret = require "tests.differential.interpret"
local place = require "tests.differential.place"
local valid = require "tests.differential.valid"

local random = { fuel = 1200, most_failures = 60 }

local sizes = {
    { loops = { 1, 2 }, phases = { 1, 2 }, callbacks = { 0, 1 }, steps = 30 },
    { loops = { 2, 4 }, phases = { 1, 2 }, callbacks = { 0, 2 }, steps = 60 },
    { loops = { 3, 6 }, phases = { 1, 3 }, callbacks = { 0, 3 }, steps = 110 },
    { loops = { 5, 10 }, phases = { 1, 3 }, callbacks = { 1, 5 }, steps = 160 },
}

-- One graph in fifty is one of these, for effects of long programs and deep insertions.
local huge = { loops = { 8, 16 }, phases = { 1, 3 }, callbacks = { 2, 8 }, steps = 390 }

local phase_names = { "step", "jump", "pass", "epoch", "sweep", "turn" }

-- Loops -------------------------------------------------------------------------------------------------------------

-- The nodes of one phase: some of the five prefixes, at least one, in their order.
local function phase_nodes(dice, phase, orders)
    local out, shares = {}, { before = 0.4, on = 0.8, after = 0.45, failed = 0.5, finally = 0.5 }
    for _, prefix in ipairs { "before", "on", "after", "failed", "finally" } do
        if phase == "run" and prefix == "on" then goto continue end
        if dice:chance(shares[prefix]) then
            out[#out + 1] = { prefix = prefix, phase = phase, order = orders(), long = dice:chance(0.1) or nil }
        end
        ::continue::
    end
    if #out == 0 then out[1] = { prefix = phase == "run" and "finally" or "on", phase = phase, order = orders() } end
    return out
end

-- Ascending orders from `first`, with gaps.
local function ascending(dice, first)
    local order = first - 1
    return function()
        order = order + (dice:chance(0.8) and 1 or dice:int(2, 9))
        return order
    end
end

-- The run phase and on_skip are outside of the others, and so may their orders: below, above or around them.
local function outer_nodes(dice, loop)
    local low, high = ascending(dice, 0), ascending(dice, 2000)
    local side = dice:int(1, 3)
    if dice:chance(0.45) then
        local count = 0
        for _, node in ipairs(phase_nodes(dice, "run", function() return 0 end)) do
            count = count + 1
            local below = side == 1 or (side == 2 and count <= 2)
            node.order = (below and low or high)()
            table.insert(loop.nodes, node)
        end
    end
    if loop.skip and dice:chance(0.7) then
        table.insert(loop.nodes, { prefix = "on", phase = "skip", order = high() })
    end
end

local function make_loop(dice, size, index)
    local loop = { kind = "loop", name = "L" .. index, nodes = {}, call_on = {}, state = {}, site = {}, batch = {} }
    local names, orders = { table.unpack(phase_names) }, ascending(dice, 100)
    dice:shuffle(names)
    for i = 1, dice:int(table.unpack(size.phases)) do
        for _, node in ipairs(phase_nodes(dice, names[i], orders)) do table.insert(loop.nodes, node) end
    end
    bodies.shape(dice, loop)
    outer_nodes(dice, loop)
    dice:shuffle(loop.nodes)
    return loop
end

-- Insertion ---------------------------------------------------------------------------------------------------------

-- A node of one of the loops: handlers and the phases outside of the repetition are asked for more often than they are.
local function random_node(dice, loops)
    local loop = dice:pick(loops)
    for _ = 1, 3 do
        local node = dice:pick(loop.nodes)
        if node.prefix ~= "before" or node.phase == "run" then return { loop = loop.name, node = graph.node_name(node) } end
    end
    return { loop = loop.name, node = graph.node_name(dice:pick(loop.nodes)) }
end

local function random_order(dice) return dice:chance(0.35) and dice:pick { 1, 5, 10, 10, 20, 30 } or nil end

local function steps_of(g, limit) return place.each(g, limit, function() end) end

-- Adds a place to the list, once.
local function add_site(list, site)
    for _, other in ipairs(list) do
        if other.loop == site.loop and other.node == site.node then return end
    end
    table.insert(list, site)
end

-- Attaches the loop to some nodes of the loops before it, and adds it when the program stays small enough.
local function attach(dice, g, loop, limit)
    for wanted = dice:pick { 1, 1, 1, 2, 2, 3 }, 1, -1 do
        loop.call_on, loop.order = {}, random_order(dice)
        for _ = 1, wanted do add_site(loop.call_on, random_node(dice, g.loops)) end
        if dice:chance(0.03) then table.insert(loop.call_on, loop.call_on[1]) end
        table.insert(g.loops, loop)
        table.insert(g.entries, loop.name)
        if steps_of(g, limit) <= limit then return end
        table.remove(g.loops)
        table.remove(g.entries)
    end
end

-- A key that names the node, in one of the ways in which it can be named.
local function random_key(dice, g, target)
    local names = { target.node, (target.node:gsub("^on_", "")) }
    local K = dice:pick(names)
    if dice:chance(0.25) then return "*." .. K end
    if #graph.matches(g, K) == 1 and dice:chance(0.6) then return K end
    return target.loop .. "." .. K
end

-- A list of the places at which copies of the callback would be without `within`.
local function copies(g, callback)
    local out = {}
    place.each(g, valid.most_steps, function(at, owner)
        if owner == callback then out[#out + 1] = at end
    end)
    return out
end

local function random_within(dice, g, callback)
    local out, places = {}, copies(g, callback)
    for _ = 1, dice:int(1, 2) do
        local at = dice:pick(places)
        while at.up and dice:chance(0.6) do at = at.up end
        add_site(out, { loop = at.loop.name, node = graph.node_name(at.node) })
    end
    return out
end

local function make_callback(dice, g, index)
    local callback = { kind = "callback", name = "c" .. index, keys = {}, state = {}, order = random_order(dice) }
    if dice:chance(0.6) then callback.state[1] = { name = "n", initial = dice:int(0, 2) } end
    for i = 1, dice:pick { 1, 1, 2, 3 } do
        local key = random_key(dice, g, random_node(dice, g.loops))
        callback.keys[i] = { key = key, body = {}, order = dice:chance(0.2) and dice:pick { 1, 10, 25 } or nil }
    end
    return callback
end

-- Adds a callback if it is a valid one and the program stays small enough.
local function add_callback(dice, g, index, limit)
    local callback = make_callback(dice, g, index)
    table.insert(g.callbacks, callback)
    table.insert(g.entries, callback.name)
    if dice:chance(0.3) and steps_of(g, limit) <= limit and not valid.problem(g) then
        callback.within = random_within(dice, g, callback)
        if valid.problem(g) then callback.within = nil end
    end
    if steps_of(g, limit) > limit or valid.problem(g) then
        table.remove(g.callbacks)
        table.remove(g.entries)
    end
end

-- The whole ---------------------------------------------------------------------------------------------------------

local function make(dice, name)
    local size = dice:chance(0.02) and huge or dice:pick(sizes)
    local g = { name = name, state = { { name = "t", initial = dice:int(0, 2) }, { name = "u", initial = 0 } },
        loops = { make_loop(dice, size, 1) }, callbacks = {}, entries = { "L1" } }
    g.loops[1].call_on = nil
    for i = 2, dice:int(table.unpack(size.loops)) do attach(dice, g, make_loop(dice, size, i), size.steps) end
    for i = 1, dice:int(table.unpack(size.callbacks)) do add_callback(dice, g, i, size.steps) end
    dice:shuffle(g.entries, 2)
    bodies.fill(dice, g)
    return g
end

-- Whether a graph is worth its compilation: something happens in it, and not only at its start. A few of the others are
-- kept; those with more failures than a report keeps in full are not.
local function worthwhile(dice, expected)
    if #expected.failures > random.most_failures then return false end
    if #expected.trace <= 8 and not dice:chance(0.1) then return false end
    return next(expected.seen) ~= nil or #expected.failures > 1 or dice:chance(0.2)
end

-- The graph of a seed, and the interpreter's result. Graphs that run too long are thrown away.
function random.graph(seed, name)
    local dice = Dice(seed)
    while true do
        local g = make(dice, name)
        local problem = valid.problem(g)
        if problem then error(("seed %d: the generator made an invalid graph: %s"):format(seed, problem)) end
        local expected = interpret.run(g, random.fuel)
        if expected and worthwhile(dice, expected) then return g, expected end
    end
end

return random

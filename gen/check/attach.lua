-- Part of check: puts insertions on nodes. Resolves call_on, callback keys and within; finds cycles and unreached
-- loops; sorts the insertions on each node.
--
-- An insertion is { kind = "loop" | "listener", what, order, index, key }; a node's list of them is in execution order.

local dsl = require "gen.spec.dsl"
local nearest = require "gen.base.nearest"
local reader = require "gen.spec.reader"
local spec_tree = require "gen.tree.spec_tree"

local attach = {}

-- `wrong`: nodes already rejected; references to them are not reported again.
local function index_nodes(trainer)
    local index = { by_value = {}, by_full = {}, full_names = {}, names = {}, loops = {}, wrong = {} }
    for _, loop in ipairs(trainer.loops) do
        index.loops[loop.value] = true
        for name in next, loop.wrong do
            index.wrong[loop.name .. "." .. name], index.wrong[name] = true, true
        end
        for _, node in ipairs(spec_tree.nodes(loop)) do
            index.by_value[node.value] = node
            index.by_full[node.full] = node
            index.full_names[#index.full_names + 1] = node.full
            index.names[#index.names + 1] = node.name
            if node.prefix == "on" then index.names[#index.names + 1] = node.phase_name end
        end
    end
    return index
end

-- Names for a hint: the first few, those of one loop first when there is one of that name.
local function some_nodes(trainer, text)
    local loop_name = text:match("^([^.]+)%.")
    local names, others = {}, {}
    for _, loop in ipairs(trainer.loops) do
        for _, node in ipairs(spec_tree.nodes(loop)) do table.insert(loop.name == loop_name and names or others, node.full) end
    end
    table.move(others, 1, #others, #names + 1, names)
    if #names == 0 then return "no loop of the trainer has a node" end
    return "nodes: " .. table.concat(names, ", ", 1, math.min(#names, 12)) .. (#names > 12 and ", ..." or "")
end

local function no_match(unit, trainer, at, text, word, names)
    local suggestion = names.exact and nearest.question(names.exact) or nearest.suggest(text, names)
    unit.diags:add("no_match", at, word, text, suggestion, some_nodes(trainer, text))
end

-- Entries that ipairs does not see: those with keys that are not numbers, and those behind a gap.
local function unseen(list)
    local out, last = {}, 0
    for _, entry in ipairs(dsl.entries(list)) do out[#out + 1] = "the key '" .. entry.key .. "'" end
    for _, key in ipairs(reader.odd_keys(list, true)) do
        if key:sub(1, 1) == "[" then out[#out + 1] = "the key " .. key end
    end
    for key in ipairs(list) do last = key end
    for key in next, list do
        if math.type(key) == "integer" and key > last then return { "nothing", table.unpack(out) } end
    end
    return out
end

-- The node of an entry of call_on or within, by the kind of the entry: a node, a node that its loop does not have,
-- or "Loop.node".
local resolve = {}

function resolve.node(unit, _, index, at, entry)
    local node, about = index.by_value[entry], dsl.about[entry]
    if node or index.loops[about.loop] then return node end -- of a listed loop: its error was reported
    if about.loop then unit.diags:add("foreign_node", at, about.name, about.name, dsl.about[about.loop].name)
    else unit.diags:add("loose_node", { file = about.file, line = about.line }, "node") end
end

function resolve.missing(unit, trainer, index, _, entry)
    local about = dsl.about[entry]
    local full = dsl.about[entry.loop].name .. "." .. entry.key
    no_match(unit, trainer, { file = about.file, line = about.line }, full, entry.key, index.full_names)
end

function resolve.string(unit, trainer, index, at, entry)
    local node = index.by_full[entry]
    if node or index.wrong[entry] then return node end
    local exact = {} -- a node of that name, without its loop
    for _, full in ipairs(index.full_names) do exact[#exact + 1] = full:match("%.(.*)$") == entry and full or nil end
    no_match(unit, trainer, at, entry, entry, #exact > 0 and { exact = exact } or index.full_names)
end

-- The nodes of a list, each once; a second mention is warned about. Returns as well whether every entry is a node.
local function resolve_list(unit, trainer, index, owner, key)
    local nodes, seen, known = {}, {}, true
    local list = rawget(owner.value, key)
    if list == nil then return nodes, true end
    if dsl.kind(list) then list = { list } end
    local at = reader.key_at(unit, owner, key)
    local function wrong(what)
        known = false
        unit.diags:add("wrong_type", at, key, key, reader.title(owner), "nodes", what, key .. " = { Loop.on_step, ... }")
    end
    for _, entry in ipairs(list) do
        local resolver = resolve[dsl.kind(entry) or type(entry)]
        local node
        if resolver then node = resolver(unit, trainer, index, at, entry) else wrong(reader.what(entry)) end
        if not node then known = false
        elseif seen[node] then unit.diags:add("named_twice", at, key, node.full, reader.title(owner), key)
        else
            seen[node] = true
            nodes[#nodes + 1] = node
        end
    end
    for _, name in ipairs(unseen(list)) do wrong(name) end
    return nodes, known
end

local function insert(node, kind, what, order, index, key)
    node.insertions[#node.insertions + 1] = { kind = kind, what = what, order = order, index = index, key = key }
end

-- The nodes that a callback's key names in one loop: K, else on_K.
local function node_in(loop, key) return loop.by_name[key] or loop.by_name["on_" .. key] end

-- K without a loop: all nodes of that name; nodes named on_K count only when no loop has a K.
local function find_bare(trainer, key)
    for _, name in ipairs { key, "on_" .. key } do
        local found = {}
        for _, loop in ipairs(trainer.loops) do found[#found + 1] = loop.by_name[name] end
        if #found > 0 then return found end
    end
    return {}
end

local function find_nodes(trainer, key)
    local loop_name, name = key:match("^([^.]+)%.([^.]+)$")
    if not loop_name then return find_bare(trainer, key), true end
    local found = {}
    for _, loop in ipairs(trainer.loops) do
        if loop_name == "*" or loop.name == loop_name then found[#found + 1] = node_in(loop, name) end
    end
    return found, false
end

-- Whether a callback's key names a node that was dropped.
local function names_wrong(index, key)
    local prefix, name = key:match("^(.-%.?)([^.]*)$")
    prefix = prefix == "*." and "" or prefix
    return index.wrong[prefix .. name] or index.wrong[prefix .. "on_" .. name]
end

-- Suggestions for a key that names the wrong loop: the nodes of that name in other loops.
local function elsewhere(trainer, listener)
    local names = {}
    for i, node in ipairs(find_bare(trainer, listener.short)) do names[i] = node.full end
    return #names > 0 and { exact = names } or nil
end

local function attach_listener(unit, trainer, index, listener)
    local nodes, bare = find_nodes(trainer, listener.key)
    if #nodes == 0 and names_wrong(index, listener.key) then return end
    if #nodes == 0 then
        return no_match(unit, trainer, listener.at, listener.key, listener.short, bare and index.names
            or elsewhere(trainer, listener) or index.full_names)
    end
    if bare and #nodes > 1 then
        local names = {}
        for i, node in ipairs(nodes) do names[i] = "'" .. node.full .. "'" end
        return unit.diags:add("several_match", listener.at, listener.key, listener.key, table.concat(names, " and "))
    end
    listener.nodes = nodes
    if not listener.body then return end
    for _, node in ipairs(nodes) do
        insert(node, "listener", listener, listener.order, listener.callback.index, listener.key)
    end
end

-- The maximum depth of nested loops: a deeper nest is an error of code that makes loops, and would overflow the stack of the
-- passes that walk it.
local MOST_DEEP = 1000

-- A walk over the loops along their insertions: `height` of finished ones (the depth of loops inside; "open" during the
-- visit), `trail` the nodes on the current path.
local Walk = {}
Walk.__index = Walk

-- Reports each cycle once.
function Walk:cycle(inner)
    local trail, names, from = self.trail, {}, #self.trail
    while from > 1 and trail[from].loop ~= inner do from = from - 1 end
    for i = from, #trail do names[#names + 1] = trail[i].full end
    names[#names + 1] = trail[from].full
    self.unit.diags:add("cycle", inner.at, inner.name, table.concat(names, " -> "))
end

-- The height of a loop that is inserted on the last node of the trail; 0 when that cannot be.
function Walk:insertion(inner)
    if self.height[inner] == "open" then
        self:cycle(inner)
        return 0
    end
    if not self.height[inner] and #self.trail < MOST_DEEP then self:loop(inner) end
    if #self.trail + (self.height[inner] or 1) <= MOST_DEEP then return self.height[inner] end
    if not self.deep then self.unit.diags:add("too_deep", inner.at, inner.name, MOST_DEEP) end
    self.deep = true
    return 0
end

function Walk:loop(loop)
    self.height[loop] = "open"
    local height = 0
    for _, node in ipairs(spec_tree.nodes(loop)) do
        self.trail[#self.trail + 1] = node
        for _, insertion in ipairs(node.insertions) do
            if insertion.kind == "loop" then height = math.max(height, self:insertion(insertion.what)) end
        end
        self.trail[#self.trail] = nil
    end
    self.height[loop] = height + 1
end

-- Reports the loops that are not reached from the root, except those with errors in call_on and the loops below them.
local function check_reach(unit, trainer)
    local walk, errors = setmetatable({ unit = unit, height = {}, trail = {} }, Walk), unit.diags.errors
    walk:loop(trainer.root)
    for _, loop in ipairs(trainer.loops) do
        if not walk.height[loop] and not loop.call_on_known then walk:loop(loop) end
    end
    local unreached = {}
    for _, loop in ipairs(trainer.loops) do unreached[#unreached + 1] = not walk.height[loop] and loop or nil end
    for _, loop in ipairs(unreached) do
        if not walk.height[loop] then walk:loop(loop) end
    end
    if unit.diags.errors > errors then return end
    for _, loop in ipairs(unreached) do
        unit.diags:add("unreached", loop.at, loop.name, loop.name, #loop.call_on == 0
            and "name its place: call_on = { Loop.on_step }" or "the loops in its call_on are not reached either")
    end
end

-- The `home` of a callback; it must be a repeating loop.
local function find_home(unit, trainer, member)
    local value = rawget(member.value, "home")
    if value == nil then return nil end
    for _, loop in ipairs(trainer.loops) do
        if loop.value == value and loop.repeats then return loop end
    end
    unit.diags:add("wrong_type", reader.key_at(unit, member, "home"), "home", "home", reader.title(member), "a loop of the trainer that repeats",
        dsl.kind(value) == "loop" and "loop '" .. dsl.about[value].name .. "'" or reader.what(value),
        "its reports and its batch fields belong to an iteration of that loop")
end

local function attach_member(unit, trainer, index, member)
    if member.kind == "loop" then
        member.call_on, member.call_on_known = resolve_list(unit, trainer, index, member, "call_on")
        if member.dropped and member.dropped.call_on then member.call_on_known = false end
        for _, node in ipairs(member.call_on) do insert(node, "loop", member, member.order, member.index, "") end
    else
        member.within = resolve_list(unit, trainer, index, member, "within")
        member.home = find_home(unit, trainer, member)
        for _, listener in ipairs(member.listeners) do attach_listener(unit, trainer, index, listener) end
    end
end

function attach.run(unit, trainer)
    local index = index_nodes(trainer)
    for _, member in ipairs(trainer.members) do attach_member(unit, trainer, index, member) end
    for _, loop in ipairs(trainer.loops) do
        for _, node in ipairs(spec_tree.nodes(loop)) do table.sort(node.insertions, spec_tree.comes_before) end
    end
    check_reach(unit, trainer)
end

return attach

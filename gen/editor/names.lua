-- What the names of a spec refer to: loops, nodes and fields, across bodies and files.
--
-- names.index(document, open, unit) -> index, by default with the newest compilation without errors; index:at(offset) -> symbol, target;
-- index:find(target) -> { { file, symbol }, ... }.
-- A target is { kind = "loop" | "node" | "field", owner?, name }: what a definition and all its uses have in common.

local document = require "gen.editor.document"
local spec_tree = require "gen.tree.spec_tree"
local structure = require "gen.editor.structure"

local names = {}

local Index = {}
Index.__index = Index

local function key_of(kind, owner, name) return ("%s\0%s\0%s"):format(kind, owner or "", name) end

local function same(a, b) return a.kind == b.kind and a.owner == b.owner and a.name == b.name end

-- The loops around each loop, inside out, as the last compilation that worked has them.
local function parents_of(unit)
    local out = {}
    for _, item in ipairs(unit and unit.list or {}) do
        local instance = item.instance
        if instance and not out[instance.loop.name] then
            local chain, up = {}, instance.parent
            while up do
                chain[#chain + 1], up = up.loop.name, up.parent
            end
            out[instance.loop.name] = chain
        end
    end
    for _, callback in ipairs(unit and unit.trainer and unit.trainer.callbacks or {}) do
        local node = callback.listeners[1] and callback.listeners[1].nodes[1]
        if node then out[callback.name] = { node.loop.name, table.unpack(out[node.loop.name] or {}) } end
    end
    return out
end

function names.index(doc, open, unit)
    unit = unit or doc.good
    local self = setmetatable({ document = doc, files = document.files(doc, open), unit = unit, defined = {}, nodes = {},
        fields = {}, objects = {} }, Index)
    self.parents = parents_of(unit)
    for _, file in ipairs(self.files) do
        for _, symbol in ipairs(file.structure.symbols) do
            if symbol.role == "definition" then self:define(symbol.kind, symbol.owner, symbol.name) end
        end
    end
    self:add_objects()
    return self
end

local function add(list, key, value)
    list[key] = list[key] or {}
    for _, other in ipairs(list[key]) do
        if other == value then return end
    end
    table.insert(list[key], value)
end

function Index:define(kind, owner, name)
    if kind == "callback" or kind == "trainer" then kind = "loop" end
    self.defined[key_of(kind, owner, name)] = true
    if kind == "node" then add(self.nodes, name, owner) end
    if kind == "field" then add(self.fields, name, owner or "") end
end

-- What code has made, which is not in the text as such, comes from the compilation.
function Index:add_objects()
    if not (self.unit and self.unit.trainer) then return end
    for _, field in ipairs(spec_tree.fields(self.unit.trainer)) do
        local owner = field.owner.kind ~= "trainer" and field.owner.name or nil
        if not field.hidden then
            self.objects[key_of("field", owner, field.name)] = field
            self:define("field", owner, field.name)
        end
    end
    for _, member in ipairs(self.unit.trainer.members) do
        self.objects[key_of("loop", nil, member.name)] = member
        for _, node in ipairs(member.kind == "loop" and spec_tree.nodes(member) or {}) do
            self.objects[key_of("node", member.name, node.name)] = node
            self:define("node", member.name, node.name)
        end
    end
end

-- The field, loop, callback or node of the compilation, or nil.
function Index:object(target) return self.objects[key_of(target.kind, target.owner, target.name)] end

-- The owners whose fields a body sees, inside out; false is the trainer.
function Index:scopes(owner)
    local out = { owner or nil }
    for _, name in ipairs(self.parents[owner] or {}) do out[#out + 1] = name end
    out[#out + 1] = false
    return out
end

local function field_target(self, symbol)
    if symbol.role == "definition" or symbol.owner then return { kind = "field", owner = symbol.owner, name = symbol.name } end
    for _, owner in ipairs(self:scopes(symbol.scope)) do
        if self.defined[key_of("field", owner or nil, symbol.name)] then
            return { kind = "field", owner = owner or nil, name = symbol.name }
        end
    end
    local only = self.fields[symbol.name]
    if only and #only == 1 then return { kind = "field", owner = only[1] ~= "" and only[1] or nil, name = symbol.name } end
end

-- What a symbol means, or nil.
function Index:target(symbol)
    if symbol.kind == "field" then return field_target(self, symbol) end
    if symbol.kind ~= "node" then return { kind = "loop", name = symbol.name } end
    local loops = self.nodes[symbol.name] or {}
    if symbol.owner then return { kind = "node", owner = symbol.owner, name = symbol.name } end
    return #loops == 1 and { kind = "node", owner = loops[1], name = symbol.name } or { kind = "node", name = symbol.name }
end

function Index:at(offset)
    local symbol = structure.symbol_at(self.files[1].structure, offset)
    return symbol, symbol and self:target(symbol)
end

-- All places of a target, definitions first. A node named without its loop is a use of it in every loop that has it.
function Index:find(target)
    local definitions, uses = {}, {}
    for _, file in ipairs(self.files) do
        for _, symbol in ipairs(file.structure.symbols) do
            local other = self:target(symbol)
            local loose = other and target.kind == "node" and other.kind == "node" and other.name == target.name
                and (not other.owner or not target.owner)
            if other and (same(other, target) or loose) then
                table.insert(symbol.role == "definition" and definitions or uses, { file = file, symbol = symbol })
            end
        end
    end
    return definitions, uses
end

-- Where the compilation says that a target is defined, { path, line }, when no text has it as a word.
function Index:declared(target)
    local object = self:object(target)
    local source = object and object.at and self.unit.sources[object.at.file]
    return source and { path = source.path, line = object.at.line }
end

return names

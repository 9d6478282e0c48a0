-- Shared by the checking passes: reads one value of a spec and reports its errors.
--
-- Texts of C become { text, at, lines }: `at` is its place in the spec, `lines` the number of its lines that the
-- spec has as they are (1 when Lua code made the text).

local dsl = require "gen.spec.dsl"
local nearest = require "gen.base.nearest"
local source = require "gen.spec.source"
local vocabulary = require "gen.spec.vocabulary"

local reader = {}

-- "digits.lua:12", as the user reaches the file.
function reader.where(unit, at)
    local file = unit.sources[at.file]
    return ("%s:%d"):format(file and file.path or at.file, at.line)
end

-- A text on one line, the first part of a long one.
local function clip(text)
    text = text:gsub("%s+", " "):gsub("%c", "?")
    return #text <= 40 and text or text:sub(1, utf8.offset(text, 0, 38) - 1) .. "..."
end

-- Names a Lua value in a message.
function reader.what(value)
    local kind = dsl.kind(value)
    if kind == "missing" then return "an unknown node" end
    if kind == "element" then return "an element" end
    if kind or dsl.is_type(value) then return "a " .. (kind or "field") end
    if value == nil then return "nothing" end
    if type(value) == "string" then return "the string '" .. clip(value) .. "'" end
    if value ~= value then return "nan" end
    if type(value) == "number" or type(value) == "boolean" then return tostring(value) end
    return "a " .. type(value)
end

function reader.name(unit, name, what, at)
    local why = vocabulary.bad_name(name)
    if why then unit.diags:add("bad_name", at, type(name) == "string" and name or nil, tostring(name), what, why) end
    return not why
end

-- "loop 'Outer'"
function reader.title(owner) return owner.kind .. " '" .. tostring(owner.name) .. "'" end

-- Where `key` of `owner` is given its value.
function reader.key_at(unit, owner, key)
    return { file = owner.at.file, line = source.line_of_key(unit.sources[owner.at.file], key, owner.at.line) }
end

-- A table is one of the spec's own. Of the values made by words only a node is allowed, in place of a list of nodes.
local node_lists = { call_on = { node = true, missing = true }, within = { node = true, missing = true },
    home = { loop = true } }

local function fits_table(value, key)
    local kind = dsl.kind(value)
    if kind then return node_lists[key] ~= nil and node_lists[key][kind] or false end
    return type(value) == "table" and not dsl.is_type(value)
end

local function fits(value, takes, key)
    for kind in takes:gmatch("[^|]+") do
        if kind == "table" and fits_table(value, key) then return true end
        if kind == "integer" and math.type(value) == "integer" then return true end
        if kind ~= "table" and type(value) == kind then return true end
    end
    return false
end

-- "a table or a string"
local function kinds_text(takes)
    local out = {}
    for kind in takes:gmatch("[^|]+") do out[#out + 1] = (kind:match("^[aeiou]") and "an " or "a ") .. kind end
    return table.concat(out, " or ")
end

-- Checks the types of the known keys of `value`; a key of a wrong type is reported and dropped.
function reader.keys(unit, owner, value, entries)
    for _, entry in ipairs(entries) do
        local key, takes = entry[1], entry[2]
        local given = rawget(value, key)
        if given ~= nil and not fits(given, takes, key) and not (key == "times" or key == "order") then
            unit.diags:add("wrong_type", reader.key_at(unit, owner, key), key, key, reader.title(owner),
                kinds_text(takes), reader.what(given), entry[3])
            value[key] = nil
            owner.dropped = owner.dropped or {}
            owner.dropped[key] = true
        end
    end
    if type(rawget(value, "doc")) == "string" and #value.doc > vocabulary.longest_text then
        unit.diags:add("wrong_type", reader.key_at(unit, owner, "doc"), "doc", "doc", reader.title(owner),
            ("at most %d bytes"):format(vocabulary.longest_text), ("%d"):format(#value.doc), "shorten it")
    end
end

-- Keys that are neither names nor, when `positional`, numbers from 1 on, or up to it where it is a number; in the order in
-- which they are reported.
function reader.odd_keys(value, positional)
    local keys, most = {}, positional == true and math.huge or positional or 0
    for key in next, value do
        local fits_list = math.type(key) == "integer" and key >= 1 and key <= most
        if type(key) ~= "string" and not fits_list then
            keys[#keys + 1] = ("[%s]"):format(type(key) == "number" and key or reader.what(key))
        end
    end
    table.sort(keys)
    return keys
end

-- The unknown entries of `value`, in the order of the text; there rarely are any.
local function unknown_entries(value, entries, accept)
    local found = {}
    for key, given in next, value do
        local known = type(key) ~= "string" or vocabulary.find(entries, key) or accept and accept(key, given)
        if not known then found[key] = given end
    end
    return next(found) and dsl.entries(found) or {}
end

-- Reports every key of `value` that is neither among `entries` nor accepted by `accept(key, value)`. `hint_of(key, value)` may
-- give better advice than the list of keys.
function reader.unknown(unit, owner, value, entries, accept, positional, hint_of)
    for _, entry in ipairs(unknown_entries(value, entries, accept)) do
        local key, names = entry.key, vocabulary.names(entries)
        unit.diags:add("unknown_key", reader.key_at(unit, owner, key), key, clip(key), reader.title(owner),
            nearest.suggest(key, names), hint_of and hint_of(key, entry.value) or "its keys are " .. table.concat(names, ", "))
    end
    for _, key in ipairs(reader.odd_keys(value, positional)) do
        local is_body = positional == 1 and key:find "^%[%d+%]$"
        unit.diags:add("unknown_key", owner.at, owner.name, key, reader.title(owner), "",
            is_body and "a node has one body; join texts with .." or "every entry has a name: name = value")
    end
end

-- The order of an insertion: a whole number from 0, default 10; a callback's may be negative.
function reader.order(unit, owner, value, default)
    local order = value.order
    if order == nil then return default or 10 end
    local whole = type(order) == "number" and math.tointeger(order)
    local negative = owner.kind ~= "loop"
    if whole and (whole >= 0 or negative) then return whole end
    unit.diags:add("bad_order", reader.key_at(unit, owner, "order"), "order", owner.name, reader.what(order),
        negative and "" or " from 0")
    return default or 10
end

-- A C text of the spec and where it begins.
function reader.code(unit, text, at)
    local line, lines = source.line_of(unit.sources[at.file], text, at.line)
    return { text = text, at = { file = at.file, line = line }, lines = lines or 1 }
end

-- The place of line `line` of a C text, or of the last one before it that the spec has.
function reader.line_in(code, line)
    return { file = code.at.file, line = code.at.line + math.min(line, code.lines) - 1 }
end

return reader

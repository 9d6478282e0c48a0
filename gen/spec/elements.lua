-- The elements of control flow as values of a spec: plain tables that can be copied, searched, edited and printed.
--
-- An element is { op = "REPEAT", ... }; `make` sets its entries. C text is short for CALL [[ C ]]
-- wherever an element is expected. Errors in elements are reported by check_elements, not here.
--
--   el:copy()                   another value of the same structure
--   el:find(pattern)            the list of all elements in it that match, itself included, in the order of the text
--   el:replace(pattern, with)   puts a copy of `with` in the place of all that match, in one pass: what was put there is
--                               not searched. Changes el itself; returns it, and how many were replaced
--   tostring(el)                Lua text that makes the same value
--
-- A pattern is an element: matched by those of the same structure; a table without word, { op = "CALL", "f" }: by those that
-- have these entries; a string: by the calls of that function and by that C text; a function: by those for which it
-- returns true. `with` is an element, C text, or a function from the element found to one.

local elements = {}

-- The entries of each word, { name = form }, in the order in which people write them.
elements.words = { "CALL", "SEQ", "REPEAT", "LOOP", "CHOOSE", "WEAVE", "BUFFER_REPEAT", "POPEN", "SPAWN", "PRINT" }

-- Out of reach of the spec, which must not change it for other specs.
local Element = {}
local metatable = { __index = Element, __metatable = false }

-- Set by dsl.lua: record(value, like) makes a table a value of the spec, at the place of `like` or at the current line.
elements.record = nil

-- Set by dsl.lua: kind(value) tells values made by words.
elements.kind = nil

local function new(value, like) return setmetatable(elements.record(value, like), metatable) end

function elements.is(value) return type(value) == "table" and elements.kind(value) == "element" end

-- Turns C text into a CALL of it; other values stay.
local function element(value) return type(value) == "string" and new({ op = "CALL", text = value }) or value end

-- The entries from 1 on of a table, elements.
local function list(op, values)
    local out = { op = op }
    for key, value in next, type(values) == "table" and not elements.is(values) and values or { values } do
        out[key] = (math.type(key) == "integer" or key == "default") and element(value) or value
    end
    return out
end

-- An element with the entries of a table as they are.
local function with_entries(op, values)
    local out = { op = op }
    for key, value in next, values do out[key] = value end
    return out
end

-- n and el, which may be given by name or as the entries 1 and 2.
local function with_n(op, n, el)
    if type(n) ~= "table" or elements.is(n) then return { op = op, n = n, el = element(el) } end
    local out = with_entries(op, n)
    out.n, out.el, out[1], out[2] = n[1] == nil and n.n or n[1], element(n[2] == nil and n.el or n[2]), nil, nil
    return out
end

local make = {}

function make.CALL(what)
    if type(what) ~= "table" then return { op = "CALL", text = what } end
    local out = with_entries("CALL", what)
    if out.name == nil then return out end
    out.text, out[1] = out[1], nil -- C text with a name
    return out
end

function make.SEQ(values) return list("SEQ", values) end

function make.REPEAT(n, el) return with_n("REPEAT", n, el) end

-- One element, with or without braces.
local function with_one(op, el)
    if type(el) ~= "table" or elements.is(el) then return { op = op, el = element(el) } end
    return { op = op, el = element(el[1]), surplus = next(el, el[1] ~= nil and 1 or nil) ~= nil or nil }
end

function make.LOOP(el) return with_one("LOOP", el) end

function make.CHOOSE(expression, values)
    local out = list("CHOOSE", values)
    out.expression, out.lacks = expression, values == nil or nil
    return out
end

-- WEAVE(n, { a, b }), or WEAVE { n, { a, b }, steps = { 3, 1 } }.
function make.WEAVE(required, values)
    local whole = type(required) == "table" and not elements.is(required) and values == nil and required or {}
    local out = list("WEAVE", whole[2] or values)
    out.required, out.steps = required, whole.steps
    if whole ~= required then return out end
    out.required = whole[1]
    for key in next, whole do out.surplus = out.surplus or key ~= 1 and key ~= 2 and key ~= "steps" or nil end
    return out
end

function make.BUFFER_REPEAT(n, el) return with_n("BUFFER_REPEAT", n, el) end

function make.POPEN(arguments, ...)
    return with_entries("POPEN", type(arguments) == "table" and arguments or { arguments, ... })
end

function make.SPAWN(el) return with_one("SPAWN", el) end

function make.PRINT(...)
    local first = ...
    return with_entries("PRINT", type(first) == "table" and first or { ... })
end

-- How many arguments a word takes at most; those of the others are entries.
local most = { CALL = 1, SEQ = 1, REPEAT = 2, LOOP = 1, CHOOSE = 2, WEAVE = 2, BUFFER_REPEAT = 2, SPAWN = 1 }

-- Adds the words to the environment of a spec. An argument too many is kept for check_elements to find.
function elements.install(words)
    for _, word in ipairs(elements.words) do
        words[word] = function(...)
            local out = make[word](...)
            if most[word] and select("#", ...) > most[word] then out.surplus = true end
            return new(out)
        end
    end
end

-- The entries of an element in a fixed order: numbers, then names.
local function keys_of(value)
    local keys = {}
    for key in next, value do keys[#keys + 1] = key end
    table.sort(keys, function(a, b)
        if type(a) ~= type(b) then return type(a) == "number" end
        return a < b
    end)
    return keys
end

local function same(a, b)
    if type(a) ~= "table" or type(b) ~= "table" then return a == b end
    for key, value in next, a do
        if not same(value, b[key]) then return false end
    end
    for key in next, b do
        if a[key] == nil then return false end
    end
    return true
end

local function matches(value, pattern)
    if type(pattern) == "function" then return pattern(value) and true or false end
    if type(pattern) == "string" then return value.op == "CALL" and (value[1] == pattern or value.text == pattern) end
    if elements.is(pattern) then return same(value, pattern) end
    if type(pattern) ~= "table" then error("a pattern is an element, a table, a string or a function", 3) end
    for key, entry in next, pattern do
        if not same(value[key], entry) then return false end
    end
    return true
end

function Element:copy()
    local out = {}
    for key, value in next, self do out[key] = elements.is(value) and Element.copy(value) or value end
    return new(out, self)
end

-- Refuses an element that contains itself, which only an edit can cause: a walk over it would not end.
local function enter(trail, value)
    if trail[value] then error("an element contains itself", 0) end
    trail[value] = true
end

local function find(value, pattern, out, trail)
    enter(trail, value)
    if matches(value, pattern) then out[#out + 1] = value end
    for _, key in ipairs(keys_of(value)) do
        if elements.is(value[key]) then find(value[key], pattern, out, trail) end
    end
    trail[value] = nil
    return out
end

function Element:find(pattern) return find(self, pattern, {}, {}) end

local function made(with, found)
    if type(with) == "function" then with = with(found) end
    with = element(with)
    if not elements.is(with) then error("replace puts an element, or C text, in place", 3) end
    return Element.copy(with)
end

local function replace(value, pattern, with, trail)
    if matches(value, pattern) then return made(with, value), 1 end
    local count = 0
    enter(trail, value)
    for _, key in ipairs(keys_of(value)) do
        if elements.is(value[key]) then
            local entry, inner = replace(value[key], pattern, with, trail)
            value[key], count = entry, count + inner
        end
    end
    trail[value] = nil
    return value, count
end

function Element:replace(pattern, with)
    local result, count = replace(self, pattern, with, {})
    if result ~= self then
        for _, key in ipairs(keys_of(self)) do self[key] = nil end
        for key, value in next, result do self[key] = value end
    end
    return self, count
end

-- C text as a literal that reads back.
local function long(text)
    local level = ""
    while text:find("]" .. level .. "]", 1, true) or (text .. "]"):find("]" .. level .. "]$") do level = level .. "=" end
    if text:find("\r", 1, true) then return ("%q"):format(text):gsub("\\\n", "\\n") end
    return "[" .. level .. "[" .. (text:sub(1, 1) == "\n" and "\n" or "") .. text .. "]" .. level .. "]"
end

local function literal(value)
    if type(value) == "string" then return (("%q"):format(value):gsub("\\\n", "\\n"):gsub("\r", "\\r")) end
    if type(value) == "table" then
        local out = {}
        for _, key in ipairs(keys_of(value)) do
            out[#out + 1] = (type(key) == "number" and "" or key .. " = ") .. literal(value[key])
        end
        return "{ " .. table.concat(out, ", ") .. " }"
    end
    return math.type(value) == "float" and ("%q"):format(value) or tostring(value)
end

local text_of

local function entry_text(value, depth) return elements.is(value) and text_of(value, depth) or literal(value) end

-- Entries between braces: on one line when they are short, else a line each.
local function braces(entries, depth)
    local line = "{ " .. table.concat(entries, ", ") .. " }"
    if #entries == 0 then return "{}" end
    if #line + depth * 4 < 90 and not line:find("\n", 1, true) then return line end
    local indent = ("    "):rep(depth + 1)
    return "{\n" .. indent .. table.concat(entries, ",\n" .. indent) .. ",\n" .. ("    "):rep(depth) .. "}"
end

-- All entries but those that are written otherwise.
local function entries_of(value, depth, without)
    local out = {}
    for _, key in ipairs(keys_of(value)) do
        if key ~= "op" and not without[key] then
            out[#out + 1] = (type(key) == "number" and "" or key .. " = ") .. entry_text(value[key], depth + 1)
        end
    end
    return out
end

local write = {}

function write.CALL(value, depth)
    if value.name ~= nil then return ("CALL { name = %s, %s }"):format(literal(value.name),
        type(value.text) == "string" and long(value.text) or literal(value.text)) end
    if value.text ~= nil then return "CALL " .. (type(value.text) == "string" and long(value.text) or literal(value.text)) end
    return "CALL " .. braces(entries_of(value, depth, {}), depth)
end

function write.LOOP(value, depth) return value.op .. "(" .. entry_text(value.el, depth) .. ")" end

write.SPAWN = write.LOOP

function write.REPEAT(value, depth)
    local rest = entries_of(value, depth, { n = true, el = true })
    if #rest == 0 then return ("%s(%s, %s)"):format(value.op, entry_text(value.n, depth), entry_text(value.el, depth)) end
    table.insert(rest, 1, entry_text(value.el, depth + 1))
    table.insert(rest, 1, entry_text(value.n, depth + 1))
    return value.op .. " " .. braces(rest, depth)
end

write.BUFFER_REPEAT = write.REPEAT

function write.CHOOSE(value, depth)
    return ("CHOOSE(%s, %s)"):format(literal(value.expression), braces(entries_of(value, depth, { expression = true }), depth))
end

function write.WEAVE(value, depth)
    local items = braces(entries_of(value, depth, { required = true, steps = true }), depth)
    if value.steps == nil then return ("WEAVE(%s, %s)"):format(literal(value.required), items) end
    return ("WEAVE { %s, %s, steps = %s }"):format(literal(value.required), items, literal(value.steps))
end

function write.PRINT(value, depth)
    local out = entries_of(value, depth, {})
    return "PRINT(" .. table.concat(out, ", ") .. ")"
end

function text_of(value, depth)
    if write[value.op] then return write[value.op](value, depth) end
    return tostring(value.op) .. " " .. braces(entries_of(value, depth, {}), depth)
end

function elements.text(value, depth) return text_of(value, depth or 0) end

metatable.__tostring = function(value) return text_of(value, 0) end

elements.new, elements.copy = new, Element.copy

return elements

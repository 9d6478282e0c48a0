-- Not a pass. The texts of a trainer whose calls can be read: bodies, and the functions of its `code` that they call.
--
-- Out: list of { body, pieces, instances, calls, names = the set of functions called, assigned, places }, as
--      gen/analyse/array_places.lua reads them; of a function of `code` also `bound` { parameter = { text, value } }, the text
--      that calls it and what it is given: such a function has one entry for each call of it.
--      Second, the functions of `code`: name -> { parameters, body, calls, assigned }.

local array_places = require "gen.analyse.array_places"
local callees = require "gen.analyse.callees"
local calls = require "gen.c.calls"
local function_values = require "gen.c.function_values"
local definitions = require "gen.c.definitions"

local followed_texts = {}

local NONE = {}

-- The texts of a trainer, once each, with the places where they stand: { body, pieces, instances }.
local function texts_of(unit)
    local out, known = {}, {}
    local function add(source, instance)
        if not known[source] then
            known[source] = { body = source.body, pieces = source.pieces, instances = {}, places = {} }
            table.insert(out, known[source])
        end
        table.insert(known[source].instances, instance)
    end
    for _, item in ipairs(unit.list) do
        for _, text in ipairs(item.op == "step" and item.source.texts or NONE) do add(text, item.instance) end
        if item.op == "step" and not item.source.texts then add(item.source, item.instance) end
    end
    return out
end

local most_texts = 2000 -- of calls within calls

local function names_of(text)
    local names = {}
    for _, call in ipairs(text.calls) do names[call.name] = true end
    return names
end

-- All names of a macro but its parameters are those of the text that calls it.
local function names_outside(from)
    return { __index = function(_, name) return { text = from, value = { text = name, fields = NONE } } end }
end

-- The text of a function of `code` as a call of it means it.
local function follow(helper, call, from, code)
    local text = { body = code, pieces = {}, calls = table.move(helper.calls, 1, #helper.calls, 1, {}), assigned = helper.assigned,
        places = {}, helper = helper, instances = from.instances, bound = {}, depth = (from.depth or 0) + 1, maybe = call.maybe or from.maybe }
    if helper.is_macro then setmetatable(text.bound, names_outside(from)) end
    for i, name in ipairs(helper.parameters) do
        if call.arguments[i] then text.bound[name] = { text = from, value = call.arguments[i] } end
    end
    return text
end

-- Adds the functions of `code` that texts call, and those that these call.
local function add_helpers(texts, helpers, code)
    local at, through = 0, callees.new(code, helpers)
    while at < #texts and #texts < most_texts do
        at = at + 1
        callees.add(through, texts[at], texts[at].helper and texts[at].helper.pieces or texts[at].pieces)
        for _, call in ipairs(texts[at].calls) do
            local helper = helpers[call.name]
            if helper and (texts[at].depth or 0) < 6 then
                texts[#texts + 1] = follow(helper, call, texts[at], code)
            end
        end
    end
end

local function helpers_of(code)
    local helpers = code and definitions.of(code.text) or {}
    for name, macro in pairs(code and function_values.macros(code.text) or {}) do helpers[name] = helpers[name] or macro end
    for _, helper in pairs(helpers) do
        helper.pieces = { { kind = "text", text = helper.body } }
        helper.calls, helper.assigned = calls.of(helper.pieces), calls.assigned(helper.pieces)
    end
    return helpers
end

-- The data sets whose weights of rows a text takes itself: by loopc_dataset_take_weights, or as ->weights.
function followed_texts.weighed(text)
    local out = {}
    for _, call in ipairs(text.calls) do
        local first = call.name == "loopc_dataset_take_weights" and call.arguments[1]
        for _, data in ipairs(first and array_places.datasets(text, first) or {}) do out[#out + 1] = data end
    end
    for i, piece in ipairs(text.pieces) do
        local after = text.pieces[i + 1]
        local member = piece.field and piece.field.type == "dataset" and (piece.member or after and after.kind == "text"
            and after.text:match "^%s*%->%s*([%a_][%w_]*)")
        if member == "weights" then out[#out + 1] = piece.field end
    end
    return out
end

function followed_texts.of(unit)
    local code, texts = unit.trainer.code, texts_of(unit)
    local helpers = helpers_of(code)
    for _, text in ipairs(texts) do
        text.code = calls.text(text.pieces)
        text.calls, text.assigned = calls.of(text.pieces, text.code), calls.assigned(text.pieces, text.code)
    end
    add_helpers(texts, helpers, code)
    for _, text in ipairs(texts) do text.names = names_of(text) end
    return texts, helpers
end

return followed_texts

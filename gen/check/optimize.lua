-- optimize: simpler elements that do the same steps.
--
-- In:  bodies with .element (check_loop). Out: the same, each replaced by a copy in which
--   - a SEQ in a SEQ is merged into it, and a SEQ of one element is that element
--   - elements without a step are gone, unless the expression at their entry has side effects
--   - a REPEAT of one time without a counter, a WEAVE of one element are that element
-- The steps, their order and their effects stay the same: no trace changes. -O0 leaves everything as it is. Errors
-- are left to check_elements, which also gets the element as the spec wrote it.

local ctext = require "gen.c.text"
local elements = require "gen.spec.elements"
local spec_tree = require "gen.tree.spec_tree"

local optimize = {}

local function is(value, op) return elements.is(value) and (op == nil or value.op == op) end

local function empty(value) return is(value, "SEQ") and #value == 0 end

local function nothing(like) return elements.new({ op = "SEQ" }, like) end

-- Whether a count or an expression has no side effects.
local function pure(expression)
    if type(expression) ~= "string" then return math.type(expression) == "integer" end
    return ctext.is_pure(expression)
end

-- Whether an element contains a $stop() without a name: removing a repetition around it would change its target.
local function stops(value)
    if is(value, "CALL") and type(value.text) == "string" and ctext.identifiers(value.text).stop then return true end
    for _, child in next, value do
        if is(child) and stops(child) then return true end
    end
    return false
end

local simplify = {}

function simplify.CALL(value)
    return type(value.text) == "string" and ctext.is_blank(value.text) and nothing(value) or value
end

function simplify.SEQ(value)
    local items = {}
    for i = 1, #value do
        local inner = is(value[i], "SEQ") and value[i] or { value[i] }
        table.move(inner, 1, #inner, #items + 1, items)
    end
    for i = 1, math.max(#value, #items) do value[i] = items[i] end
    return #items == 1 and is(items[1]) and items[1] or value
end

function simplify.REPEAT(value)
    if value.counter ~= nil then return value end
    if empty(value.el) and pure(value.n) then return nothing(value) end
    if math.type(value.n) == "integer" and value.n <= 0 and is(value.el) then return nothing(value) end
    if value.n == 1 and is(value.el) and not stops(value.el) then
        value.el.block = nil -- of a CALL: there are no others
        return value.el
    end
    return value
end

function simplify.CHOOSE(value)
    if not empty(value.default) or not pure(value.expression) then return value end
    for i = 1, #value do
        if not empty(value[i]) then return value end
    end
    return nothing(value)
end

function simplify.WEAVE(value)
    local count = #value
    if count == 0 and (value.required == 0 or value.required == -1) then return nothing(value) end
    if count == 1 and (value.required == 1 or value.required == -1) then return value[1] end
    return value
end

function simplify.SPAWN(value) return value end

-- Whether an element has entries that check_elements would complain about: those are left as they are.
local function odd(value)
    local count = 0
    for key in next, value do count = count + (math.type(key) == "integer" and 1 or 0) end
    return count ~= #value
end

local function walk(value, trail)
    if trail[value] or odd(value) then return value end
    trail[value] = true
    for key, child in next, value do
        if is(child) then value[key] = walk(child, trail) end
    end
    trail[value] = nil
    return simplify[value.op] and simplify[value.op](value) or value
end

-- A copy; of an element that contains itself the value itself.
local function copy(value)
    local ok, out = pcall(elements.copy, value)
    return ok and out or value
end

function optimize.element(value) return walk(copy(value), {}) end

function optimize.run(unit)
    if unit.options.optimize == false then return end
    for _, source in ipairs(spec_tree.sources(unit.trainer)) do
        local body = source.body
        if body.element then
            body.given, body.element = body.element, optimize.element(body.element)
        end
    end
end

return optimize

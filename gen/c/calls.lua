-- Calls and assignments in the C text of a body, as far as they can be read without a compiler.
--
-- In:  the pieces of a text (gen/c/text.lua), with the field of each `$name` resolved.
-- Out: calls.of(pieces):        list of { name, line, arguments }, in the order of the text, inner calls included
--      calls.assigned(pieces):  { name of a local variable = expression that it is set to }, the last one counts
--      calls.expression(pieces): all of it, where it is one expression
--      calls.indirect(pieces):  calls of an expression that is more than a name, as calls.of, with `names` (gen/c/function_values.lua)
--      calls.declared(code, name, type, known): how many elements a local array has
--      calls.text(pieces):      the text with `$i` for the field of piece i, blanks for comments and strings; who asks for several of these
--                               may give it as second argument
-- An expression is { text, fields = { piece, ... }, whole }: `$1` in its text is its first field, and `whole` is
-- that piece when the expression is nothing but it.

local calls = {}

local ctext = require "gen.c.text"
local function_values = require "gen.c.function_values"

-- The text with a `$i` for piece i where that is a field; comments and strings are blank.
local function flat(pieces)
    local out = {}
    for i, piece in ipairs(pieces) do
        if piece.kind == "text" then out[i] = piece.text
        elseif piece.kind == "field" then
            out[i] = ("$%d"):format(i) .. (piece.member and not piece.qualified and "." .. piece.member or "")
        else out[i] = piece.word == "fail" and "fail(" or "" end
    end
    return (ctext.mask(table.concat(out)))
end

calls.text = flat

local function expression(pieces, text)
    local fields = {}
    text = text:match("^%s*(.-)%s*$"):gsub("%$(%d+)", function(i)
        fields[#fields + 1] = pieces[tonumber(i)]
        return "$" .. #fields
    end)
    return { text = text, fields = fields, whole = text == "$1" and fields[1] or nil }
end

-- The arguments between parentheses, as texts: commas inside of brackets divide nothing.
local function divide(text)
    local out, depth, first = {}, 0, 1
    for at, c in text:gmatch("()([%(%)%[%]{},])") do
        if c == "," and depth == 0 then
            out[#out + 1] = text:sub(first, at - 1)
            first = at + 1
        elseif c ~= "," then depth = depth + (c:match("[%(%[{]") and 1 or -1) end
    end
    out[#out + 1] = text:sub(first)
    return #out == 1 and out[1]:match("^%s*$") and {} or out
end

-- The line of a position: a function to be asked for positions in ascending order.
local function lines_of(text)
    local known, line = 1, 1
    return function(at)
        for _ in text:sub(known, at):gmatch "\n" do line = line + 1 end
        known = at + 1
        return line
    end
end

function calls.expression(pieces) return expression(pieces, flat(pieces)) end

local function arguments_of(pieces, inside)
    local out = divide(inside:sub(2, -2))
    for i, argument in ipairs(out) do out[i] = expression(pieces, argument) end
    return out
end

function calls.of(pieces, text)
    local out = {}
    text = text or flat(pieces)
    local line_at = lines_of(text)
    for at, name, open in text:gmatch("()%f[%w_$]([%a_][%w_]*)%s*()%(") do
        local inside = text:match("^%b()", open)
        out[#out + 1] = inside and { name = name, line = line_at(at), arguments = arguments_of(pieces, inside) } or nil
    end
    return out
end

function calls.indirect(pieces, text)
    local out = {}
    text = text or flat(pieces)
    local line_at = lines_of(text)
    for _, call in ipairs(function_values.calls(text)) do
        out[#out + 1] = { names = call.names, line = line_at(call.at), arguments = arguments_of(pieces, call.inside) }
    end
    return out
end

function calls.assigned(pieces, text)
    local out = {}
    for name, value in (text or flat(pieces)):gmatch("%f[%w_$]([%a_][%w_]*)%s*=%s*([^=;][^;]*);") do
        out[name] = expression(pieces, value)
    end
    return out
end

-- The value of a constant expression of C: numbers and names of `known` ({ name = number }), multiplied; nil for others.
function calls.constant(text, known)
    local product = 1
    for factor in (text:gsub("[%(%)]", "") .. "*"):gmatch("%s*(.-)%s*%*") do
        local value = math.tointeger(tonumber(factor:match("^%d+$") or known[factor] or ""))
        if not value then return nil end
        product = product * value
    end
    return product
end

-- How many elements the array has that C declares by that name, `float x[4 * 2]`; nil where it does not, where that is no
-- constant, or where blocks declare several things by that name, of which this does not see the one that is meant.
function calls.declared(code, name, type, known)
    if not name:match "^[%a_][%w_]*$" then return nil end
    local sizes = {}
    for size in code:gmatch("%f[%w_]" .. type .. "%s[^;(){}]*%f[%w_]" .. name .. "%s*%[([^%]]+)%]%s*[,;=]") do sizes[#sizes + 1] = size end
    if #sizes ~= 1 or code:find("%*%s*" .. name .. "%s*[=;,]") then return nil end
    return calls.constant(sizes[1], known)
end

-- The numbers that a text of C names: NAME = 32 of an enum, #define NAME 32.
function calls.constants(text)
    local known, code = {}, ctext.mask(text)
    for inside in code:gmatch("enum%s*[%w_]*%s*(%b{})") do
        for name, value in inside:gmatch("([%a_][%w_]*)%s*=%s*(%d+)%s*[,}]") do known[name] = math.tointeger(tonumber(value)) end
    end
    for name, value in code:gmatch("#%s*define%s+([%a_][%w_]*)%s+(%d+)%s*\n") do known[name] = math.tointeger(tonumber(value)) end
    return known
end

return calls

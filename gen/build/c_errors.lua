-- Maps messages of the C compiler back to the spec, as diagnostics of the unit. They come from a compilation with line directives
-- that name the spec's files as the user does; columns are those of the emitted text and are ignored.

local nearest = require "gen.base.nearest"
local net_functions = require "gen.tree.net_functions"
local net_pairs = require "gen.tree.net_pairs"
local spec_tree = require "gen.tree.spec_tree"

local c_errors = {}

-- An undeclared function would compile and fail only at link time, without a line. A pointer to something else, an array of
-- floats where labels go, is never what was meant. The arguments of printf are checked, and assignments where a comparison was meant.
c_errors.flags = { "-Werror=implicit-function-declaration", "-Werror=incompatible-pointer-types", "-Werror=int-conversion",
    "-Wformat", "-Wparentheses" }

local kinds = { error = "error", ["fatal error"] = "error", warning = "warning", note = "note" }

-- The header that is not there, in the words of gcc or clang.
local function missing_header(text)
    return text:match("^([^:]+): No such file or directory") or text:match("^'([^']+)' file not found")
end

-- Visits the functions that the nets and optimizers of a trainer offer to bodies. Returns the first result that is not nil.
local function each_offer(unit, visit)
    for _, field in ipairs(spec_tree.fields(unit.trainer)) do
        local offers = field.net and net_functions.of_net(field.net) or field.optimizer and net_functions.of_optimizer(field.optimizer)
        for _, offer in ipairs(offers or {}) do
            local found = visit(offer)
            if found then return found end
        end
    end
end

local function offered(unit)
    local names = {}
    each_offer(unit, function(offer) names[#names + 1] = offer.name end)
    for _, offer in ipairs(net_pairs.of(unit.nets.nets)) do names[#names + 1] = offer.name end
    return names
end

-- The help that lists the functions among which one of this name was looked for.
local function where_listed(unit, name)
    for _, field in ipairs(spec_tree.fields(unit.trainer)) do
        local prefix = (field.net or field.optimizer or {}).prefix
        if prefix and name:find(prefix .. "_", 1, true) == 1 then
            return ("loopc help %s lists its functions"):format(field.net and "net" or "optimizer")
        end
    end
    local known = { rng = "rng", dataset = "dataset", filter = "samples", draw = "samples", shuffle = "rng", shuffled = "rng" }
    local topic = known[name:match("^loopc_(%l+)")]
    return topic and ("loopc help %s lists such functions"):format(topic)
        or "loopc help lists the functions for bodies: net, optimizer, dataset, rng, samples"
end

-- "net_trian": suggests the nearest name. "net_train" of a net without an optimizer: suggests an optimizer.
local function hint_for_function(unit, name)
    local net = name:match("^(.*)_train$") or name:match("^(.*)_train_from$")
    for _, field in ipairs(net and spec_tree.fields(unit.trainer) or {}) do
        if field.net and field.net.prefix == net then
            return ('an optimizer brings it: opt = optimizer { "adam", net = "%s" }'):format(field.name)
        end
    end
    local question = nearest.suggest(name, offered(unit))
    if question ~= "" then return question:gsub("^; ", "") .. " " .. where_listed(unit, name) end
    return "a header in include, or the trainer's code, has to declare it; " .. where_listed(unit, name)
end

-- Wrong arguments of a function of a net: how it is declared.
local function hint_for_arguments(unit, text)
    local name = text:match("arguments? to function '([%w_]+)'") or text:match("argument %d+ of '([%w_]+)'")
    return name and each_offer(unit, function(offer)
        return offer.name == name and ("%s(%s)"):format(name, table.concat(offer.arguments, ", ")) or nil
    end)
end

-- "loss", the name of a field: the dollar was forgotten.
local function hint_for_variable(unit, name)
    for _, field in ipairs(spec_tree.fields(unit.trainer)) do
        if field.name == name then return ("a field is written with a dollar: $%s"):format(name) end
    end
end

-- What a pointer for scanf points to: the width counts there.
local function pointee_kind(type)
    if type:find("char") then return "char" end
    if type:find("double") or type:find("float") then return type:match("long double") or type:match("double") or "float" end
    return (type:find("long") or type:find("64")) and "integer of 64 bits" or (type:find("short") or type:find("16"))
        and "integer of 16 bits" or "integer of 32 bits"
end

-- The kind of value that a type of C holds: reals, integers and pointers do not print as each other. Widths of integers do on the
-- processors that there are, so they stay warnings.
local function kind_of(type)
    local pointee = type:match("^(.-)%s*[%*%[]")
    if pointee then return "pointer to " .. (pointee:find("void") and "void" or pointee_kind(pointee)) end
    if type:find("long double") then return "long double" end
    return (type:find("double") or type:find("float")) and "real" or "integer"
end

-- Whether a message about a format of printf or scanf, of gcc or clang, says that the output would be wrong.
local function is_wrong_format(text)
    local wanted, given = text:match("^format '.-' expects argument of type '(.-)', but argument %d+ has type '(.-)'")
    if not wanted then wanted, given = text:match("^format specifies type '(.-)' but the argument has type '(.-)'") end
    if wanted then return kind_of(wanted) ~= kind_of(given) end
    return text:find("^format '.-' expects a matching '.-' argument") ~= nil
        or text:find("^more '%%' conversions than data arguments") ~= nil
        or text:find("^unknown conversion type character") ~= nil or text:find("^invalid conversion specifier") ~= nil
end

local function hint_for_format(text)
    if text:match("'u?int64_t'") then return "the field has 64 bits: (long long)$name for %lld" end
    if not is_wrong_format(text) then return nil end
    if text:find("has type 'double'", 1, true) or text:find("has type 'float'", 1, true) then return "%g prints a real number" end
    if text:find("type 'double'", 1, true) then return "%d prints an int, %lld a (long long)" end
    return "loopc checks the arguments of printf, $fail and the like: one for each conversion, of its type"
end

-- A condition that assigns, in the words of gcc and clang.
local function is_assigning(text)
    return text:find("^suggest parentheses around assignment") or text:find("^using the result of an assignment as a condition")
end

-- A return that does not fit the function of its body, in the words of gcc and clang.
local function is_wrong_return(text)
    return text:find("^'return' with no value, in function returning non%-void") or text:find("^'return' with a value, in function returning void")
        or text:find("^non%-void function '[%w_]+' should return a value") or text:find("^void function '[%w_]+' should not return a value")
end

local function hint_for(unit, text)
    local format = hint_for_format(text)
    if format then return format end
    local declared = hint_for_arguments(unit, text)
    if declared then return declared end
    if is_wrong_return(text) then return "a body ends at its end, or with a signal; an if leaves out the rest" end
    if missing_header(text) then return "headers are searched beside the spec, then where the C compiler searches" end
    if is_assigning(text) then return "== compares; an assignment that is meant stands in parentheses of its own" end
    local name = text:match("implicit declaration of function '([%w_]+)'") or text:match("undeclared function '([%w_]+)'")
    if name then return hint_for_function(unit, name) end
    name = text:match("'([%w_]+)' undeclared") or text:match("undeclared identifier '([%w_]+)'")
    return name and hint_for_variable(unit, name)
end

-- Of what -Wparentheses finds, all else is a matter of habit.
local habits = { ["-Wdangling-else"] = true }

local function is_of_interest(text, option)
    if text:find("^each undeclared identifier") then return false end
    return not habits[option or ""] and not (option or ""):find("parentheses$") or is_assigning(text)
end

local function add(unit, file, line, severity, text)
    if not is_of_interest(text, text:match("%[(%-W[%w-]*)%]$")) then return end
    text = text:gsub(" %[%-W[^%]]*%]$", "")
    if is_wrong_format(text) or is_wrong_return(text) then severity = "error" end
    unit.diags:insert { id = "c", severity = severity, text = text, at = { file = file, line = line },
        name = missing_header(text) or text:match("['\"]([%a_][%w_]*)['\"]"),
        hint = severity ~= "note" and hint_for(unit, text) or nil }
end

-- An error at the end of a body is reported at the line after it. For line `number` of the emitted text: path and line of the body
-- that ends just before it, or nil.
local function body_before(lines, number)
    local back = number - 1
    while number - back < 3 and lines[back] and not lines[back]:match("^#line") do back = back - 1 end
    if not (lines[back] or ""):match("^#line") then return nil end
    for first = back - 1, 1, -1 do
        local line, path = lines[first]:match('^#line (%d+) "(.*)"$')
        if line then return path, tonumber(line) + back - first - 2 end
    end
end

local function add_end_of_body(unit, names, emitted, messages)
    local lines = {}
    for line in emitted:gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
    for where, number, text in messages:gmatch("([^\n:]*):(%d+):%d+: error: ([^\n]*)") do
        local path, line
        if where == unit.struct .. ".c" then path, line = body_before(lines, tonumber(number)) end
        if names[path] then return add(unit, names[path], line, "error", text .. ": the body ends too early") end
    end
end

-- Adds the errors about the spec's own files. emitted: the text that was compiled.
function c_errors.add(unit, messages, emitted)
    local names, before = {}, unit.diags.errors
    for name, source in next, unit.sources do names[source.path] = name end
    for line in messages:gmatch("[^\n]+") do
        local path, number, kind, text = line:match("^(.-):(%d+):%d+: ([%a ]+): (.*)$")
        local name = path and names[path]
        if name and kinds[kind] then add(unit, name, tonumber(number), kinds[kind], text) end
    end
    if unit.diags.errors == before then add_end_of_body(unit, names, emitted, messages) end
end

return c_errors

-- check_calls: checks elements against the types of their fields and of the functions they call.
--
-- In:  unit.list with fields resolved (analyse_fields). Out: errors about
--   - CALL { "f", ... }: arity and types of arguments and result, where `f` is declared in the trainer's code or in a header
--     beside the spec; a number that fits only by a conversion is cast, but a fraction is never lost
--   - CALL { "f", block = "g" }: that g is like f with a place to fill and a count
--   - PRINT: as many arguments as its format takes, and of its types; casts are put in, so that %d takes a field of any width
--   - counters, values and buffers whose types do not fit; a buffer too short for a constant count; what POPEN is given

local check_calls = {}

local ctext = require "gen.c.text"
local cvalue = require "gen.c.value"
local declarations = require "gen.c.declarations"
local analysis = require "gen.tree.element_analysis"
local known_functions = require "gen.tree.known_functions"
local nearest = require "gen.base.nearest"
local spec_tree = require "gen.tree.spec_tree"

-- The kind of an argument, "number", "text", "array" or "aggregate", or nil when it is unknown; and its field.

local function field_of(leaf, argument)
    for _, piece in ipairs(leaf.pieces) do
        local full = piece.member and piece.qualified and piece.name .. "." .. piece.member or piece.name
        if piece.kind == "field" and full == argument.field then return piece.field end
    end
end

local function kind_of_field(field)
    if field.aggregate then return "aggregate" end
    if #field.dims > 0 then return "array" end
    return field.type == "str" and "text" or "number"
end

local function kind_of_argument(leaf, argument)
    if type(argument.constant) == "string" then return "text" end
    if argument.constant ~= nil then return "number" end
    local field = argument.field and field_of(leaf, argument)
    if field then return kind_of_field(field), field end
end

local nouns = { number = "a number", text = "a text", array = "an array", aggregate = "an aggregate", pointer = "a pointer" }

local function name_of(argument, field)
    local kind = field and kind_of_field(field)
    if kind then
        return ("field '%s', %s%s"):format(field.full, kind == "aggregate" and "" or nouns[kind] .. " ", "of type " .. field.type)
    end
    return type(argument.constant) == "string" and ("the text '%s'"):format(argument.constant) or tostring(argument.constant)
end

local Checker = {}
Checker.__index = Checker

function Checker:call_error(leaf, name, ...) self.unit.diags:add("bad_call", leaf.body.at, name, ...) end

-- The pieces of a text that has the same fields as a leaf, but for the first `skip`: they are already resolved.
local function scan_again(leaf, text, skip)
    local pieces, fields, at = ctext.scan(text), {}, skip
    for _, piece in ipairs(leaf.pieces) do fields[#fields + 1] = piece.kind == "field" and piece or nil end
    for i, piece in ipairs(pieces) do
        if piece.kind == "field" then
            at = at + 1
            pieces[i] = fields[at]
        end
    end
    return pieces
end

-- Puts casts before arguments.
local function rewrite(leaf, text) leaf.pieces = scan_again(leaf, text, 0) end

-- CALL.

-- Why a number cannot be given where a number is wanted, or nil; and the cast that it needs, or "".
local function number_problem(argument, field, wanted)
    local value = argument.constant
    if field then
        local from = declarations.number(field.scalar[2])
        if from.class == "real" and wanted.class ~= "real" then return "a fraction would be lost" end
        return nil, declarations.fits(from, wanted) and "" or ("(%s)"):format(wanted.text)
    end
    if type(value) == "number" and wanted.class ~= "real" then
        local whole = math.tointeger(value)
        if not whole then return "a fraction would be lost" end
        if not declarations.holds(wanted, whole) then return "it does not fit" end
    end
    return nil, math.type(value) == "float" and wanted.bytes == 4 and wanted.class == "real" and "(float)" or ""
end

-- Why an array or aggregate cannot be given for a pointer, or nil.
local function pointer_problem(kind, field, wanted)
    if wanted.base == "void" then return nil end
    local struct = wanted.base:match("^struct ")
    if kind == "aggregate" then
        if wanted.element then return "it points to numbers" end
        if field.type == "rng" and struct and wanted.base ~= "struct loopc_rng" then return "it points to something else" end
        return nil
    end
    if struct then return "it points to a struct" end
    local element = declarations.number(field.scalar[2])
    if not wanted.element or not element then return nil end
    if #field.dims ~= wanted.pointer then return ("the array has %d dimension%s"):format(#field.dims, #field.dims == 1 and "" or "s") end
    local same = element.class == wanted.element.class and element.bytes == wanted.element.bytes
    return not same and "its elements are " .. field.scalar[2] or nil
end

-- The error of one argument, or nil; and the cast that it needs, or "".
local function problem_of(kind, argument, field, wanted)
    if not kind then return nil, "" end
    if wanted.number then
        if kind ~= "number" then return "a number is wanted" end
        return number_problem(argument, field, wanted.number)
    end
    if wanted.pointer == 0 then return nil, "" end
    if kind == "number" then return "a pointer is wanted" end
    local is_text = wanted.base == "char" and wanted.pointer == 1
    if kind == "text" then return not is_text and wanted.element and "a text is not a pointer to that" or nil, "" end
    return pointer_problem(kind, field, wanted), ""
end

function Checker:argument(leaf, call, i, wanted)
    local argument = call.arguments[i]
    local kind, field = kind_of_argument(leaf, argument)
    local problem, cast = problem_of(kind, argument, field, wanted)
    if not problem then return cast .. argument.text end
    local hint = ("%s is declared in the trainer's C: %s"):format(call.name, wanted.text)
    if kind == "text" and not field then
        local names = {}
        for name in next, self.names do names[#names + 1] = name end
        table.sort(names)
        hint = hint .. "; no field has that name" .. nearest.suggest(argument.constant, names)
    end
    self:call_error(leaf, call.name, ("argument %d of '%s'"):format(i, call.name), ("it takes %s, not %s: %s"):format(wanted.text,
        name_of(argument, field), problem), hint)
    return argument.text
end

-- The result of a function, put into a field. Returns the cast that it needs.
function Checker:result(leaf, call, result)
    local field = field_of(leaf, { field = call.into })
    local hint = ("%s is declared in the trainer's C"):format(call.name)
    if result and result.base == "void" and result.pointer == 0 then
        self:call_error(leaf, call.name, ("'%s'"):format(call.name), "it returns nothing that could go into a field", "leave `into` out")
        return ""
    end
    if not field then return "" end
    local kind = kind_of_field(field)
    local to = kind == "number" and declarations.number(field.scalar[2])
    local fits = kind == "number" and (not result or result.pointer == 0) or kind == "text" and (not result or result.pointer == 1)
    local loses = to and result and result.number and result.number.class == "real" and to.class ~= "real"
    if not fits or loses then
        self:call_error(leaf, call.name, ("'%s'"):format(call.name), ("its result%s does not fit into %s%s"):format(result and
            ", " .. result.base .. ("*"):rep(result.pointer) .. "," or "", name_of({}, field), loses and ": a fraction would be lost" or ""), hint)
        return ""
    end
    local same = not to or field.type == "bool" or result and (not result.number or declarations.fits(result.number, to))
    return same and "" or ("(%s)"):format(field.scalar[2])
end

function Checker:block_error(leaf, call, what, hint)
    self:call_error(leaf, call.block, ("'%s'"):format(call.block), what, hint or "it is declared in the trainer's C")
end

-- What is wrong with the declaration of a block function.
function Checker:check_block(leaf, call, field)
    local known = self.known[call.block]
    if not known then return end
    local count, more = #known.parameters, field and 2 or 1
    local to, last = field and known.parameters[count - 1], known.parameters[count]
    if count ~= #call.arguments + more then
        return self:block_error(leaf, call, ("it takes %d argument%s, not %d: those of %s%s, and how many"):format(count,
            count == 1 and "" or "s", #call.arguments + more, call.name, field and ", where to" or ""))
    end
    local problem = to and (to.pointer == 0 and "it is not a pointer" or pointer_problem("array", { dims = { 1 }, scalar = field.scalar }, to))
    if problem then return self:block_error(leaf, call, ("it does not fill places of %s: %s"):format(name_of({}, field), problem)) end
    if not last.number or last.number.class == "real" then return self:block_error(leaf, call, "its last argument is not a count") end
    if known.result.base ~= "void" or known.result.pointer > 0 then
        self:block_error(leaf, call, "it returns something", "a block function fills all that it is asked for and returns nothing")
    end
end

-- leaf.block: the call of the function that does several at once, a text with loopc_to and loopc_count in it.
function Checker:block(leaf, call, texts)
    local field = call.into and field_of(leaf, { field = call.into })
    if call.into and (not field or kind_of_field(field) ~= "number") then
        return self:block_error(leaf, call, "it fills places of numbers", "into is a field that is a number")
    end
    self:check_block(leaf, call, field)
    local arguments = { table.unpack(texts) }
    if field then arguments[#arguments + 1] = "loopc_to" end
    local known = self.known[call.block]
    local last = known and known.parameters[#known.parameters]
    local wide = not last or not last.number or declarations.fits(declarations.number "int64_t", last.number)
    arguments[#arguments + 1] = (wide and "" or ("(%s)"):format(last.number.text)) .. "loopc_count"
    local text = ("%s(%s)"):format(call.block, table.concat(arguments, ", "))
    leaf.block = { pieces = scan_again(leaf, text, field and 1 or 0), into = field, body = { text = text, at = leaf.body.at } }
end

function Checker:call(leaf)
    local call = leaf.call
    local known, texts = self.known[call.name], {}
    local count, least = #call.arguments, known and #known.parameters or 0
    if known and (count < least or count > least and not known.parameters.any) then
        return self:call_error(leaf, call.name, ("'%s'"):format(call.name), ("it takes %s%d argument%s, not %d"):format(
            known.parameters.any and "at least " or "", least, least == 1 and "" or "s", count), "it is declared in the trainer's C")
    end
    for i, argument in ipairs(call.arguments) do
        local wanted = known and known.parameters[i]
        texts[i] = wanted and self:argument(leaf, call, i, wanted) or argument.text
    end
    if call.block then self:block(leaf, call, texts) end
    local text = ("%s(%s);"):format(call.name, table.concat(texts, ", "))
    if call.into then text = ("$%s = %s%s"):format(call.into, self:result(leaf, call, known and known.result), text) end
    rewrite(leaf, text)
end

-- PRINT.

local lengths = { [""] = "int", h = "short", hh = "signed char", l = "long", ll = "long long", z = "size_t", j = "intmax_t",
    t = "ptrdiff_t" }

-- The argument of a conversion: its kind and the type to cast to; nil for an invalid conversion.
local function conversion_type(length, letter)
    if letter:match("[di]") and lengths[length] then return "number", lengths[length] end
    if letter:match("[uxXo]") and lengths[length] then
        local type = lengths[length]:gsub("^signed ", "")
        return "number", type:match("_t$") and type or "unsigned " .. type
    end
    if letter == "c" and length == "" then return "number", "int" end
    if letter:match("[fFeEgGaA]") and (length == "" or length == "l") then return "number", "double" end
    if letter:match("[fFeEgGaA]") and length == "L" then return "number", "long double" end
    if letter == "s" and length == "" then return "text" end
    if letter == "p" and length == "" then return "pointer", "void *" end
end

-- The conversions of a format: { kind, type, text }; or nil and the first invalid one.
local function conversions(format)
    local out, at = {}, 1
    while true do
        local first = format:find("%", at, true)
        if not first then return out end
        local flags, length, letter, behind = format:match("^%%([-+ #0-9.*]*)([hlLqjzt]*)(.?)()", first)
        if letter ~= "%" or flags ~= "" then
            for _ in flags:gmatch("%*") do out[#out + 1] = { kind = "number", type = "int", text = "*" } end
            local kind, type = conversion_type(length, letter)
            if not kind then return nil, format:sub(first, behind - 1) end
            out[#out + 1] = { kind = kind, type = type, text = format:sub(first, behind - 1) }
        end
        at = behind
    end
end

-- The error of an argument of PRINT, or nil.
local function print_problem(kind, argument, field, conversion)
    local wanted = conversion.kind
    if not kind then return nil end
    if wanted == "pointer" then return kind == "number" and "a pointer" or nil end
    if kind ~= wanted then return nouns[wanted] end
    if wanted == "text" or conversion.type:find("double", 1, true) then return nil end
    local real = field and declarations.number(field.scalar[2]).class == "real" or not field and not math.tointeger(argument.constant)
    return real and type(argument.constant) ~= "boolean" and "a whole number" or nil
end

function Checker:print_argument(leaf, i, conversion)
    local argument = leaf.print.arguments[i]
    local kind, field = kind_of_argument(leaf, argument)
    local problem = print_problem(kind, argument, field, conversion)
    if problem then
        self:call_error(leaf, "PRINT", "PRINT", ("argument %d is %s, and %s takes %s"):format(i, name_of(argument, field), conversion.text,
            problem), "the arguments of PRINT are those of printf")
    end
    local text = kind and argument.text or "(" .. argument.text .. ")"
    return conversion.type and ("(%s)%s"):format(conversion.type, text) or text
end

function Checker:print(leaf)
    local format, arguments = leaf.print.format, leaf.print.arguments
    local list, odd = conversions(format)
    if not list or format:find("\0", 1, true) then
        return self:call_error(leaf, "PRINT", "PRINT", list and "its format has a NUL in it, where it would end"
            or ("its format has '%s', which is not a conversion"):format((odd:gsub("%c", "?"))), "%% prints a per cent sign")
    end
    if #list ~= #arguments then
        return self:call_error(leaf, "PRINT", "PRINT", ("its format takes %d argument%s, not %d"):format(#list, #list == 1 and "" or "s",
            #arguments), "%% prints a per cent sign")
    end
    local texts = { cvalue.string(format) }
    for i, conversion in ipairs(list) do texts[i + 1] = self:print_argument(leaf, i, conversion) end
    rewrite(leaf, format == "" and 'printf("%s", "");' or ("printf(%s);"):format(table.concat(texts, ", ")))
end

-- Other elements.

function Checker:element_error(tree, what, hint) self.unit.diags:add("bad_element", tree.at, tree.op, tree.op, what, hint or "") end

-- An expression that is nothing but a field: it has to be a number.
function Checker:expression(tree, text)
    local field = text and #text.pieces == 1 and text.pieces[1].kind == "field" and analysis.field(text)
    if field and not text.pieces[1].member and kind_of_field(field) ~= "number" then
        self:element_error(tree, ("goes by %s"):format(name_of({}, field)), "a number decides here")
    end
end

-- What every call is given must be the same, where a block stands for them all.
function Checker:same_arguments(tree, changed)
    local block = tree.el and tree.el.leaf and tree.el.leaf.block
    for _, piece in ipairs(block and block.pieces or {}) do
        for _, field in ipairs { block.into or false, changed or false } do
            if piece.field and piece.field == field then
                self:element_error(tree, ("has a block, and '%s' changes from call to call"):format(field.full),
                    "a block has the same arguments for all of its calls: leave `block` out")
            end
        end
    end
    return block
end

local check = {}

function check.CHOOSE(self, tree) self:expression(tree, tree.text) end

function check.REPEAT(self, tree)
    self:expression(tree, tree.n.text)
    local field = tree.counter and analysis.field(tree.counter)
    if field and (not field.scalar or #field.dims > 0 or field.type == "str" or field.type == "bool") then
        self:element_error(tree, ("counts in field '%s', which is not a number"):format(field.full), "a counter is an i64, u32, ... f64")
    end
    tree.block = self:same_arguments(tree, field)
end

local function is_real(field) return field.type == "f32" or field.type == "f64" end

local function check_buffer(self, tree, buffer)
    local value, into = analysis.field(buffer.value), analysis.field(buffer.into)
    if not value or not into then return end
    local fits = into.scalar and value.scalar and #into.dims == #value.dims + 1 and (into.type == value.type or #value.dims == 0
        and (into.type == "str") == (value.type == "str") and (is_real(into) or not is_real(value)))
    for i = 1, #value.dims do fits = fits and into.dims[i + 1] == value.dims[i] end
    if not fits then
        self:element_error(tree, ("cannot put '%s' into '%s'"):format(value.full, into.full), "into is an array of the type of value")
    elseif tree.n.constant and tree.n.constant > into.dims[1] then
        self:element_error(tree, ("puts %d values into '%s', which has room for %d"):format(tree.n.constant, into.full, into.dims[1]),
            "a shorter count, or a longer array")
    end
end

function check.BUFFER_REPEAT(self, tree)
    self:expression(tree, tree.n.text)
    for _, buffer in ipairs(tree.buffers) do check_buffer(self, tree, buffer) end
    tree.block = self:same_arguments(tree)
    local value, into = analysis.field(tree.buffers[1].value), analysis.field(tree.buffers[1].into)
    if tree.block and value and into and (#tree.buffers > 1 or tree.block.into ~= value or value.type ~= into.type) then
        self:element_error(tree, "has a block that cannot fill its array", "the block's `into` is `value`, and of the type of the array")
    end
end

function check.POPEN(self, tree)
    for _, argument in ipairs(tree.arguments) do
        local field = type(argument.text) == "table" and argument.field and analysis.field(argument.text)
        if field and (field.type ~= "str" or #field.dims > 0) then
            self:element_error(tree, ("is given field '%s', which is not a text"):format(field.full), "arguments of a program are texts")
        end
    end
    local into = tree.into and analysis.field(tree.into)
    if into and (not into.scalar or into.type == "str" or #into.dims > 0) then
        self:element_error(tree, ("puts its exit status into field '%s', which is not a number"):format(into.full), "an i32 holds it")
    end
end

function Checker:tree(tree)
    if tree.leaf and tree.leaf.call then self:call(tree.leaf) end
    if tree.leaf and tree.leaf.print then self:print(tree.leaf) end
    analysis.each_child(tree, function(child) self:tree(child) end)
    if check[tree.op] then check[tree.op](self, tree) end
end

function check_calls.run(unit)
    local checker
    for _, item in ipairs(unit.list) do
        local source = item.op == "step" and item.source
        if source and source.tree and not source.checked then
            if not checker then
                local names = {}
                for _, field in ipairs(spec_tree.fields(unit.trainer)) do names[field.name] = true end
                checker = setmetatable({ unit = unit, known = known_functions.own(unit), names = names }, Checker)
            end
            source.checked = true
            checker:tree(source.tree)
        end
    end
end

return check_calls

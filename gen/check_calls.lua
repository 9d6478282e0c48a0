-- check_calls: elements against what is known of their fields and of the functions they call.
--
-- In:  unit.list with fields resolved (analyse_fields). Out: errors about
--   - CALL { "f", ... }: arity and kinds of arguments, where `f` is declared in the trainer's code or in a header beside the spec
--   - PRINT: as many arguments as its format takes; casts are put in, so that %d takes a field of any width
--   - counters, values and buffers whose types do not fit; a buffer too short for a constant count; what POPEN is given

local check_calls = {}

local ctext = require "gen.ctext"
local cvalue = require "gen.cvalue"
local host = require "host"
local nearest = require "gen.nearest"

-- Declarations.

-- One parameter: "const float *x" -> { pointer, base, text }.
local function parameter(text)
    text = text:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
    local pointer = text:find("[%*%[]") ~= nil
    local base = text:gsub("%[.*$", ""):gsub("%*", " "):gsub("%f[%w_]const%f[^%w_]", " "):gsub("%f[%w_]restrict%f[^%w_]", " ")
    local type = base:match("^%s*([%w_ ]-)%s*[%w_]*%s*$") or ""
    return { text = text, pointer = pointer, base = type:gsub("%s+$", ""), whole = base:match("^%s*(.-)%s*$") }
end

local function parameters(text)
    local out = {}
    text = text:gsub("%s+", " ")
    if text:match("^ ?void ?$") then return out end
    if text:match("^ ?$") then return { any = true } end
    for part in (text .. ","):gmatch("([^,]*),") do
        if part:find("...", 1, true) then out.any = true else out[#out + 1] = parameter(part) end
    end
    return out
end

local not_functions = { ["if"] = true, ["while"] = true, ["for"] = true, ["switch"] = true, ["return"] = true, sizeof = true }

-- The functions that a C text declares or defines at file scope: name -> { result, parameters }. Preprocessor lines and what
-- stands in braces, comments and strings are passed over.
local function add_declarations(text, out)
    local code = "\n" .. text:gsub("/%*.-%*/", " "):gsub("//[^\n]*", "")
    code = code:gsub('"[^"\n]*"', '""'):gsub("\n%s*#[^\n]*", "\n"):gsub("%b{}", ";")
    for statement in code:gmatch("[^;]+") do
        local result, name, list = statement:match("^%s*([%w_][%w_%s%*]-)%s*([%a_][%w_]*)%s*(%b())%s*$")
        if name and not not_functions[name] and not result:match("%f[%w_]typedef%f[^%w_]") and not list:sub(2, -2):find("%(") then
            result = result:gsub("%f[%w_]static%f[^%w_]", ""):gsub("%f[%w_]inline%f[^%w_]", ""):gsub("%f[%w_]extern%f[^%w_]", "")
            out[name] = { result = result:gsub("%s+", " "):match("^%s*(.-)%s*$"), parameters = parameters(list:sub(2, -2)) }
        end
    end
end

local function declarations(unit)
    local out = {}
    for _, name in ipairs(unit.trainer.include) do
        local text = not name:match("^<") and host.read(unit.folder .. name:gsub('^"', ""):gsub('"$', ""))
        if text then add_declarations(text, out) end
    end
    if unit.trainer.code then add_declarations(unit.trainer.code.text, out) end
    return out
end

-- What an argument is: "number", "text", "pointer", or nil when nobody knows.

local arithmetic = { float = true, double = true, int = true, char = true, short = true, long = true, unsigned = true, signed = true,
    bool = true, _Bool = true, size_t = true, int8_t = true, int16_t = true, int32_t = true, int64_t = true, uint8_t = true,
    uint16_t = true, uint32_t = true, uint64_t = true, ssize_t = true }

local function is_arithmetic(base)
    for word in base:gmatch("[%w_]+") do
        if arithmetic[word] then return true end
    end
    return false
end

local function kind_of_parameter(p)
    if p.pointer then return p.whole:match("^char%f[^%w_]") and "text" or "pointer" end
    return is_arithmetic(p.whole) and "number" or nil
end

local function field_of(leaf, argument)
    for _, piece in ipairs(leaf.pieces) do
        local full = piece.member and piece.qualified and piece.name .. "." .. piece.member or piece.name
        if piece.kind == "field" and full == argument.field then return piece.field end
    end
end

local function kind_of_argument(leaf, argument)
    if type(argument.constant) == "string" then return "text" end
    if argument.constant ~= nil then return "number" end
    local field = argument.field and field_of(leaf, argument)
    if not field then return nil end
    if field.aggregate or #field.dims > 0 then return "pointer", field end
    return field.type == "str" and "text" or "number", field
end

local words = { number = "a number", text = "a text", pointer = "an array" }

local Checker = {}
Checker.__index = Checker

function Checker:call_error(leaf, name, ...) self.unit.diags:add("bad_call", leaf.body.at, name, ...) end

-- A pointer to the elements of an array of another type.
local function wrong_base(p, field)
    if not p.pointer or not field or field.aggregate or #field.dims ~= 1 then return false end
    local base = p.whole:match("^([%w_]+)")
    return arithmetic[base] and base ~= field.scalar[2]
end

function Checker:argument(leaf, call, i, p)
    local argument = call.arguments[i]
    local kind, field = kind_of_argument(leaf, argument)
    local wanted = kind_of_parameter(p)
    local wrong = kind and wanted and kind ~= wanted and not (kind == "pointer" and wanted == "text")
    if not wrong and not wrong_base(p, field) then return end
    local what = field and ("field '%s'"):format(field.full) or ("'%s'"):format(tostring(argument.constant))
    local hint = ("%s is declared in the trainer's C: %s"):format(call.name, p.text)
    if kind == "text" and not field then
        local names = {}
        for name in next, self.names do names[#names + 1] = name end
        table.sort(names)
        hint = hint .. "; no field has that name" .. nearest.suggest(argument.constant, names)
    end
    self:call_error(leaf, call.name, ("argument %d of '%s'"):format(i, call.name),
        ("it takes %s, not %s"):format(wanted and kind ~= wanted and words[wanted] or p.text, what), hint)
end

function Checker:call(leaf)
    local call = leaf.call
    local known = self.known[call.name]
    if not known then return end
    local count, least = #call.arguments, #known.parameters
    if known.parameters.any and count < least or not known.parameters.any and count ~= least then
        self:call_error(leaf, call.name, ("'%s'"):format(call.name), ("it takes %s%d argument%s, not %d"):format(known.parameters.any
            and "at least " or "", least, least == 1 and "" or "s", count), "it is declared in the trainer's C")
        return
    end
    for i, p in ipairs(known.parameters) do self:argument(leaf, call, i, p) end
    if not call.into then return end
    local field = field_of(leaf, { field = call.into })
    local pointer = known.result:find("*", 1, true)
    if known.result == "void" then
        self:call_error(leaf, call.name, ("'%s'"):format(call.name), "it returns nothing that could go into a field", "leave `into` out")
    elseif field and (#field.dims > 0 or field.aggregate or (pointer ~= nil) ~= (field.type == "str")) then
        self:call_error(leaf, call.name, ("'%s'"):format(call.name), ("its result, %s, does not fit into field '%s'"):format(known.result,
            field.full), "")
    end
end

-- The conversions of a format, without %%.
local function conversions(format)
    local out = {}
    for flags, letter in format:gsub("%%%%", ""):gmatch("%%([-+ #0-9.*hlLqjzt]*)(%a)") do
        for _ in flags:gmatch("%*") do out[#out + 1] = { letter = "d", flags = "" } end
        out[#out + 1] = { letter = letter, flags = flags }
    end
    return out
end

local integers = { [""] = "int", h = "int", hh = "int", l = "long", ll = "long long", z = "size_t", j = "intmax_t", t = "ptrdiff_t" }

-- The type that a conversion takes, for a cast; nil where none is right.
local function type_of(conversion)
    local length = conversion.flags:match("[hlLjzt]*$")
    if conversion.letter:match("[di]") then return integers[length] end
    if conversion.letter:match("[uxXoc]") then return integers[length] and (conversion.letter == "c" and "int"
        or length:match("^[zjt]$") and integers[length] or "unsigned " .. integers[length]) end
    if conversion.letter:match("[fFeEgGaA]") and length == "" then return "double" end
end

function Checker:print(leaf)
    local list, arguments = conversions(leaf.print.format), leaf.print.arguments
    if #list ~= #arguments then
        self:call_error(leaf, "PRINT", "PRINT", ("its format takes %d argument%s, not %d"):format(#list, #list == 1 and "" or "s",
            #arguments), "%% prints a per cent sign")
        return
    end
    local texts = { cvalue.string(leaf.print.format) }
    for i, conversion in ipairs(list) do
        local kind, field = kind_of_argument(leaf, arguments[i])
        local text_wanted = conversion.letter == "s"
        if kind and conversion.letter ~= "p" and (kind == "text") ~= text_wanted then
            self:call_error(leaf, "PRINT", "PRINT", ("argument %d is %s, and %%%s takes %s"):format(i, field
                and ("field '%s'"):format(field.full) or words[kind], conversion.letter, text_wanted and "a text" or "a number"), "")
        end
        local cast = (kind == "number" or not kind) and type_of(conversion)
        local text = arguments[i].text
        if cast and not kind then text = "(" .. text .. ")" end
        texts[i + 1] = (cast and "(" .. cast .. ")" or "") .. text
    end
    -- The text is scanned again, for the casts: what its fields are is known.
    local pieces = ctext.scan(("printf(%s);"):format(table.concat(texts, ", ")))
    local fields = {}
    for _, piece in ipairs(leaf.pieces) do fields[#fields + 1] = piece.kind == "field" and piece or nil end
    local at = 0
    for i, piece in ipairs(pieces) do
        if piece.kind == "field" then
            at = at + 1
            pieces[i] = fields[at]
        end
    end
    leaf.pieces = pieces
end

local function only_field(text)
    for _, piece in ipairs(text and text.pieces or {}) do
        if piece.kind == "field" then return piece.field end
    end
end

function Checker:element_error(tree, what, hint) self.unit.diags:add("bad_element", tree.at, tree.op, tree.op, what, hint or "") end

local check = {}

function check.REPEAT(self, tree)
    local field = tree.counter and only_field(tree.counter)
    if field and (not field.scalar or #field.dims > 0 or field.type == "str" or field.type == "bool") then
        self:element_error(tree, ("counts in field '%s', which is no number"):format(field.full), "a counter is an i64, u32, ... f64")
    end
end

function check.BUFFER_REPEAT(self, tree)
    local value, into = only_field(tree.value), only_field(tree.into)
    if not value or not into then return end
    local fits = into.scalar and value.scalar and #into.dims == #value.dims + 1 and (into.type == value.type or #value.dims == 0
        and (into.type == "str") == (value.type == "str"))
    for i = 1, #value.dims do fits = fits and into.dims[i + 1] == value.dims[i] end
    if not fits then
        self:element_error(tree, ("cannot put '%s' into '%s'"):format(value.full, into.full), "into is an array of what value is")
    elseif tree.n.constant and tree.n.constant > into.dims[1] then
        self:element_error(tree, ("puts %d values into '%s', which has room for %d"):format(tree.n.constant, into.full, into.dims[1]))
    end
end

function check.POPEN(self, tree)
    for _, argument in ipairs(tree.arguments) do
        local field = type(argument.text) == "table" and argument.field and only_field(argument.text)
        if field and (field.type ~= "str" or #field.dims > 0) then
            self:element_error(tree, ("is given field '%s', which is no text"):format(field.full), "arguments of a program are texts")
        end
    end
    local into = tree.into and only_field(tree.into)
    if into and (not into.scalar or into.type == "str" or #into.dims > 0) then
        self:element_error(tree, ("puts its exit status into field '%s', which is no number"):format(into.full))
    end
end

function Checker:tree(tree)
    if not tree then return end
    if tree.leaf and tree.leaf.call then self:call(tree.leaf) end
    if tree.leaf and tree.leaf.print then self:print(tree.leaf) end
    if check[tree.op] then check[tree.op](self, tree) end
    for _, child in ipairs(tree.items or {}) do self:tree(child) end
    self:tree(tree.default)
    self:tree(tree.el)
end

function check_calls.run(unit)
    local checker
    for _, item in ipairs(unit.list) do
        local source = item.op == "step" and item.source
        if source and source.tree and not source.checked then
            if not checker then
                local names = {}
                for _, field in ipairs(require("gen.check_fields").all(unit.trainer)) do names[field.name] = true end
                checker = setmetatable({ unit = unit, known = declarations(unit), names = names }, Checker)
            end
            source.checked = true
            checker:tree(source.tree)
        end
    end
end

return check_calls

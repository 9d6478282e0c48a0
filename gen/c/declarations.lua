-- The functions that C text declares, and the numeric types of their parameters and results.
--
-- This is not a C parser: it knows the usual forms of declarations at file scope. What it does not know
-- is not judged.

local declarations = {}

-- Words of arithmetic types: { class, bytes }, or a word that goes along with others.
local words = { float = { "real", 4 }, double = { "real", 8 }, char = { "signed", 1 }, short = { "signed", 2 }, int = { "signed", 4 },
    long = { "signed", 8 }, unsigned = { "unsigned", 4 }, signed = { "signed", 4 }, bool = { "unsigned", 0 }, _Bool = { "unsigned", 0 },
    size_t = { "unsigned", 8 }, ssize_t = { "signed", 8 }, ptrdiff_t = { "signed", 8 }, int8_t = { "signed", 1 },
    int16_t = { "signed", 2 }, int32_t = { "signed", 4 }, int64_t = { "signed", 8 }, uint8_t = { "unsigned", 1 },
    uint16_t = { "unsigned", 2 }, uint32_t = { "unsigned", 4 }, uint64_t = { "unsigned", 8 } }

local qualifiers = { const = true, volatile = true, restrict = true, static = true, inline = true, extern = true, register = true }

-- An arithmetic type of these words: { class, bytes, text }, or nil.
local function number_of(list)
    local class, bytes
    for _, word in ipairs(list) do
        local row = words[word]
        if not row then return nil end
        if word == "unsigned" then class, bytes = "unsigned", bytes or 4
        elseif word == "double" and class == "signed" then class, bytes = "real", 16
        else class, bytes = class == "unsigned" and class or row[1], word == "int" and bytes or row[2] end
    end
    return class and { class = class, bytes = bytes, text = table.concat(list, " ") }
end

-- The type before a name: { text, pointer = how many levels, number?, base = its words without qualifiers }.
local function type_of(text, named)
    local list, levels = {}, 0
    for word in text:gsub("%b[]", function() levels = levels + 1 return " " end):gmatch("[%w_]+") do
        if not qualifiers[word] then list[#list + 1] = word end
    end
    for _ in text:gmatch("%*") do levels = levels + 1 end
    if named and #list > 1 and not words[list[#list]] and list[#list - 1] ~= "struct" then list[#list] = nil end
    return { text = text, pointer = levels, base = table.concat(list, " "), number = levels == 0 and number_of(list) or nil,
        element = levels > 0 and number_of(list) or nil }
end

local function parameters(text)
    local out = {}
    if text:match("^%s*void%s*$") then return out end
    if text:match("^%s*$") then return { any = true } end
    for part in (text:gsub("%s+", " ") .. ","):gmatch("([^,]*),") do
        if part:find("...", 1, true) then out.any = true
        else out[#out + 1] = type_of(part:gsub("^ ", ""):gsub(" $", ""), true) end
    end
    return out
end

-- What gcc writes around declarations, and headers of systems with it.
local function without_attributes(code)
    code = code:gsub("__attribute__%s*%b()", " "):gsub("__asm__%s*%b()", " ")
    for _, word in ipairs { "restrict", "inline", "const", "volatile" } do code = code:gsub("%f[%w_]__" .. word .. "_*%f[^%w_]", word) end
    return (code:gsub("%f[%w_]__extension__%f[^%w_]", " "))
end

local not_functions = { ["if"] = true, ["while"] = true, ["for"] = true, ["switch"] = true, ["return"] = true, sizeof = true }

-- A pointer to arrays, double (*m)[2], is the one kind of parentheses in parameters that is understood.
local function understood(list) return not list:gsub("%(%s*%*%s*[%w_]*%s*%)%s*%[", "["):find("%(") end

-- Adds the functions that a C text declares or defines: name -> { result = type, parameters = { type, ..., any? } }.
-- Skips preprocessor lines, and the contents of braces, comments and strings.
function declarations.add(text, out)
    local code = "\n" .. text:gsub("/%*.-%*/", " "):gsub("//[^\n]*", "")
    code = code:gsub('"[^"\n]*"', '""'):gsub("\n%s*#[^\n]*", "\n")
    if code:find("__", 1, true) then code = without_attributes(code) end
    code = code:gsub("%b{}", ";")
    for statement in code:gmatch("[^;]+") do
        local result, name, list = statement:match("^%s*([%w_][%w_%s%*]-)%s*([%a_][%w_]*)%s*(%b())%s*$")
        if name and not not_functions[name] and not result:match("%f[%w_]typedef%f[^%w_]") and understood(list:sub(2, -2)) then
            out[name] = { result = type_of(result, false), parameters = parameters(list:sub(2, -2)) }
        end
    end
end

-- The type of a scalar field, as a number.
function declarations.number(text) return number_of { text } end

-- Whether a number of one type goes into another without a loss, as compilers that warn of conversions see it.
function declarations.fits(from, to)
    if from.class == "real" then return to.class == "real" and to.bytes >= from.bytes end
    if to.class == "real" then return from.bytes < (to.bytes == 4 and 4 or 8) end
    if from.class == to.class then return to.bytes >= from.bytes or from.bytes == 0 end
    return from.class == "unsigned" and to.bytes > from.bytes
end

-- Whether a whole number is one of an integer type.
function declarations.holds(to, value)
    if to.class == "real" or to.bytes == 8 and value >= 0 then return true end
    if to.class == "unsigned" then return value >= 0 and (to.bytes == 0 and value <= 1 or to.bytes > 0 and value < 1 << 8 * to.bytes) end
    return to.bytes == 8 or value >= -(1 << 8 * to.bytes - 1) and value < 1 << 8 * to.bytes - 1
end

return declarations

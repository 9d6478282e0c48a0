-- The functions that a C text defines at file scope: the names of their parameters, and their text between the braces.
--
-- Not a C parser: what has not the usual form of a definition is passed over.

local ctext = require "gen.c.text"

local definitions = {}

local not_functions = { ["if"] = true, ["while"] = true, ["for"] = true, ["switch"] = true }

local function parameters_of(list)
    local names = {}
    for part in (list:sub(2, -2) .. ","):gmatch "([^,]*)," do
        names[#names + 1] = part:gsub("%b[]", ""):match "([%a_][%w_]*)%s*$" or ""
    end
    return names
end

local function line_breaks(text) return ("\n"):rep(select(2, text:gsub("\n", "\n"))) end

-- name -> { parameters = { name, ... }, body }: the body begins with as many line breaks as there are lines before it, so that
-- lines within it are those of the text.
function definitions.of(text)
    local code, out, from = ctext.mask(text), {}, 1
    while true do
        local open = code:find("{", from, true)
        if not open then return out end
        local block = code:match("^%b{}", open) or code:sub(open)
        local name, list = code:sub(from, open - 1):match "([%a_][%w_]*)%s*(%b())%s*$"
        if name and not not_functions[name] then
            out[name] = { parameters = parameters_of(list), body = line_breaks(code:sub(1, open)) .. block:sub(2, -2) }
        end
        from = open + #block
    end
end

return definitions

-- Functions as values in C text, as far as they can be read without a compiler: pointers, tables of pointers, macros.
--
-- function_values.of(text):    name -> list of the names in what it is set to, or in what it stands for. `name` is that of a
--                              variable, an array or a member: f of `int (*f)(int) = g;`, `.f = g`, `f[] = { g, h }`, `#define f g`.
-- function_values.names(text): the names that an expression consists of; of `pick(1)` pick(), of `&table[i]` table
-- function_values.macros(text): macros with parameters: name -> { parameters, body, is_macro }, names without brackets of their own
-- function_values.calls(text): calls through an expression, `(*f)(x)`, `table[i](x)`, `o.f(x)`, `pick(k)(x)`:
--                              list of { names, at, inside }, `at` the place of the parenthesis, `inside` with both

local ctext = require "gen.c.text"

local function_values = {}

local function without_casts(text) return (text:gsub("%(%s*[%w_%s]*%**%s*%)%s*([%w_%(&])", "%1")) end

function function_values.names(text)
    local out, code, at = {}, without_casts(text:gsub("%b[]", "")), 1
    while true do
        local name, behind = code:match("%f[%w_$]([%a_][%w_]*)%s*()", at)
        if not name then return out end
        local inside = code:match("^%b()", behind)
        out[#out + 1] = inside and name .. "()" or name
        at = behind + (inside and #inside or 0)
    end
end

-- The name that stands before an equals sign: that of a variable, of an array, or of a pointer as its declaration has it.
local function name_before(text)
    text = text:gsub("%s+$", "")
    local pointer = text:match("(%(%s*%*[^()]*%))%s*%b()$")
    if pointer then text = pointer:sub(1, -2):gsub("%s+$", "") end
    while text:find("%b[]$") do text = text:gsub("%s*%b[]$", "") end
    return text:match("([%a_][%w_]*)$")
end

-- What follows an equals sign: to the next comma or semicolon that is in no brackets.
local function value_at(text, at)
    local depth = 0
    for here, c in text:gmatch("()([%(%)%[%]{},;])", at) do
        if depth == 0 and not c:match("[%(%[{]") then return text:sub(at, here - 1) end
        if c:match("[%(%[{]") then depth = depth + 1 elseif c:match("[%)%]}]") then depth = depth - 1 end
    end
    return text:sub(at)
end

-- The longest declaration that is looked at: what stands before an equals sign.
local most_before = 300

local function add(out, name, names)
    if not name then return end
    out[name] = out[name] or {}
    table.move(names, 1, #names, #out[name] + 1, out[name])
end

local function add_macros(out, code)
    for name, text in code:gmatch("#%s*define%s+([%a_][%w_]*)[ \t]+([%a_][^\n]*)") do add(out, name, function_values.names(text)) end
end

function function_values.of(text)
    local code, out = ctext.mask(text), {}
    for at in code:gmatch("[^=!<>+%-*/&|^%%]()=%f[^=]") do
        add(out, name_before(code:sub(math.max(1, at - most_before), at - 1)), function_values.names(value_at(code, at + 1)))
    end
    add_macros(out, code)
    return out
end

function function_values.macros(text)
    local out = {}
    for name, list, body in ctext.mask(text):gsub("\\\r?\n", "  "):gmatch("#%s*define%s+([%a_][%w_]*)(%b())([^\n]*)") do
        local parameters = {}
        for parameter in list:gmatch("[%a_][%w_]*") do parameters[#parameters + 1] = parameter end
        out[name] = { parameters = parameters, body = body:gsub("([^%w_])%(%s*([%a_][%w_]*)%s*%)", "%1 %2 "), is_macro = true }
    end
    return out
end

-- The text that is called before a parenthesis, where it is more than a name.
local called = { "[%w_]*%s*%b()%s*$", "[%a_][%w_]*%s*%b[]%s*$", "[%a_][%w_%[%]]*%s*%.%s*[%a_][%w_]*%s*$",
    "[%a_][%w_%[%]]*%s*%->%s*[%a_][%w_]*%s*$" }

function function_values.calls(text)
    local out = {}
    for at in text:gmatch("[%w_%)%]]%s*()%(") do
        local before = text:sub(math.max(1, at - most_before), at - 1)
        for _, pattern in ipairs(called) do
            local callee = before:match(pattern)
            local inside = callee and text:match("^%b()", at)
            if inside then
                out[#out + 1] = { names = function_values.names(callee), at = at, inside = inside }
                break
            end
        end
    end
    return out
end

return function_values

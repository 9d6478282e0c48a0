-- The opposite of a condition in C, as a reader would write it: `a != b` for `a == b`, `!f(x)` for `f(x)`.

-- The condition with an x for every character within quotes, parentheses or brackets: the rest is its outermost level.
local function outline(text)
    local out = text:gsub("\\.", "xx"):gsub('"[^"]*"', function(s) return ("x"):rep(#s) end)
    out = out:gsub("'[^']*'", function(s) return ("x"):rep(#s) end)
    out = out:gsub("%b()", function(s) return "(" .. ("x"):rep(#s - 2) .. ")" end)
    return (out:gsub("%b[]", function(s) return "[" .. ("x"):rep(#s - 2) .. "]" end))
end

local opposite = { ["=="] = "!=", ["!="] = "==" }

-- The place of the only comparison for equality, in a condition without operators that bind less; or nil.
local function equality(shape)
    if shape:find("[&|^?,:]") or shape:find("[^=!<>]=[^=]") then return nil end
    local at = shape:find("[=!]=")
    return at and not shape:find("[=!]=", at + 2) and at
end

return function(text)
    local shape = outline(text)
    local at = equality(shape)
    if at then return text:sub(1, at - 1) .. opposite[text:sub(at, at + 1)] .. text:sub(at + 2) end
    if shape:match("^!%s*[%a_][%w_.%->]*%b()$") or shape:match("^!%s*[%a_][%w_.%->%[%]]*$") then return (text:gsub("^!%s*", "")) end
    if shape:match("^[%a_][%w_.%->]*%b()$") or shape:match("^[%a_][%w_.%->%[%]]*$") then return "!" .. text end
    return ("!(%s)"):format(text)
end

-- Constants of a spec that a command line sets: `--lua hidden=64` puts 64 in the place of the value in `local hidden = 32`.

local nearest = require "gen.base.nearest"

local constants = {}

-- The parts of a line `local NAME = LITERAL`: what is before the literal, the literal, what follows; the name.
local function parts_of(line)
    local before, name, rest = line:match "^(local%s+([%a_][%w_]*)%s*=%s*)(.*)$"
    if not before then return nil end
    for _, form in ipairs { '^(".-")(.*)$', "^('.-')(.*)$", "^(%-?%.?%d[%w.+-]*)(.*)$", "^(true)(.*)$", "^(false)(.*)$" } do
        local literal, after = rest:match(form)
        if literal and (after:match "^%s*$" or after:match "^%s*;?%s*%-%-") then return before, literal, after, name end
    end
end

-- The value as Lua: a number, true or false as they are, unless the spec has a string there; anything else is a string.
local function value_of(text, literal)
    local plain = tonumber(text) or text == "true" or text == "false"
    return plain and not literal:match "^[\"']" and text or ("%q"):format(text)
end

-- The text with each { name, value } of the list in its place; or nil and what is wrong.
function constants.set(text, list)
    for _, constant in ipairs(list) do
        local out, names, found = {}, {}, 0
        for line, stop in text:gmatch "([^\n]*)(\n?)" do
            local before, literal, after, name = parts_of(line)
            if name then names[#names + 1] = name end
            if name == constant.name then
                found = found + 1
                line = before .. value_of(constant.value, literal) .. after
            end
            out[#out + 1] = line .. stop
        end
        if found ~= 1 then
            return nil, found == 0 and ("the spec has no line 'local %s = VALUE'%s"):format(constant.name, nearest.suggest(constant.name,
                names)) or ("the spec has %d lines 'local %s = VALUE'"):format(found, constant.name)
        end
        text = table.concat(out)
    end
    return text
end

-- "hidden=64" -> { name, value }, or nil.
function constants.read(text)
    local name, value = text:match "^([%a_][%w_]*)=(.+)$"
    return name and { name = name, value = value }
end

return constants

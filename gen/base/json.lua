-- Writes JSON. Objects are lists of { key, value } pairs, so that their order is the writer's and not a hash table's.
-- Values are strings, numbers, booleans, or text already made by this module (wrapped by `raw`).

local json = {}

local Raw = {}

function json.raw(text) return setmetatable({ text = text }, Raw) end

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(character) return escapes[character] or ("\\u%04x"):format(character:byte()) end

-- Valid UTF-8: invalid bytes become U+FFFD.
local function valid(text)
    local out, position = {}, 1
    while true do
        local _, bad = utf8.len(text, position)
        if not bad then break end
        out[#out + 1] = text:sub(position, bad - 1) .. "\xef\xbf\xbd"
        position = bad + 1
    end
    return table.concat(out) .. text:sub(position)
end

function json.string(text) return '"' .. valid(text):gsub('[%c"\\\127]', escape) .. '"' end

function json.value(value)
    if getmetatable(value) == Raw then return value.text end
    if type(value) == "string" then return json.string(value) end
    if math.type(value) == "integer" then return ("%d"):format(value) end
    if value ~= value or value == math.huge or value == -math.huge then return "null" end
    if type(value) == "number" then return ("%.17g"):format(value) end
    return tostring(value)
end

-- An object from { { key, value }, ... }; pairs without a value are left out.
function json.object(members)
    local out = {}
    for _, member in ipairs(members) do
        if member[2] ~= nil then out[#out + 1] = json.string(member[1]) .. ": " .. json.value(member[2]) end
    end
    return json.raw("{" .. table.concat(out, ", ") .. "}")
end

-- An array from a list of values, an element a line. Returns text.
function json.array(values)
    local out = {}
    for i, value in ipairs(values) do out[i] = "  " .. json.value(value) end
    if #out == 0 then return "[]" end
    return "[\n" .. table.concat(out, ",\n") .. "\n]"
end

-- A short list on one line, as a value for an object.
function json.list(values)
    local out = {}
    for i, value in ipairs(values) do out[i] = json.value(value) end
    return json.raw("[" .. table.concat(out, ", ") .. "]")
end

return json

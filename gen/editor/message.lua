-- JSON values of the protocol from Lua tables: an object by its keys in alphabetical order, an array where there are entries in
-- sequence; message.list marks a table as an array also when it is empty, message.null is null.

local json = require "gen.base.json"
local json_read = require "gen.base.json_read"

local message = { null = json_read.null }

local List = {}

function message.list(values) return setmetatable(values or {}, List) end

local function keys_of(value)
    local keys = {}
    for key in next, value do keys[#keys + 1] = key end
    table.sort(keys)
    return keys
end

function message.text(value)
    if value == message.null then return "null" end
    if type(value) ~= "table" then return json.value(value) end
    local out = {}
    if getmetatable(value) == List or json_read.is_array(value) or value[1] ~= nil then
        for i, entry in ipairs(value) do out[i] = message.text(entry) end
        return "[" .. table.concat(out, ",") .. "]"
    end
    for _, key in ipairs(keys_of(value)) do
        if type(key) == "string" then out[#out + 1] = json.string(key) .. ":" .. message.text(value[key]) end
    end
    return "{" .. table.concat(out, ",") .. "}"
end

-- A framed message, or nil while there is none whole; and the rest of the bytes.
function message.take(bytes)
    local head, behind = bytes:match "^(.-)\r\n\r\n()"
    if not head then return nil, bytes end
    local length = math.tointeger(tonumber(head:lower():match "content%-length:%s*(%d+)" or ""))
    if not length then return nil, bytes:sub(behind), "a message without Content-Length" end
    if #bytes < behind + length - 1 then return nil, bytes end
    return bytes:sub(behind, behind + length - 1), bytes:sub(behind + length)
end

function message.frame(value)
    local text = message.text(value)
    return ("Content-Length: %d\r\n\r\n%s"):format(#text, text)
end

return message

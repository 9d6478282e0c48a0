-- Reads JSON (RFC 8259), strictly: UTF-8, no key twice, nothing behind the value.
--
--   json_read.parse(text)       -> value | nil, "byte 12: ..."
--   json_read.is_object(value), json_read.is_array(value)
--
-- Objects are tables by key, with the keys in their order under json_read.keys; arrays are sequences. Whole numbers that fit are
-- integers. null is json_read.null.

local json_read = { null = setmetatable({}, { __name = "null" }), keys = {} }

local Object, Array = { __name = "object" }, { __name = "array" }

-- Deeper than any text that people or programs write, and not so deep that reading it takes the stack.
local deepest = 100

function json_read.is_object(value) return getmetatable(value) == Object end

function json_read.is_array(value) return getmetatable(value) == Array end

local function fail(at, message) error({ json = ("byte %d: %s"):format(at, message) }, 0) end

local function skip(text, at) return text:find("[^ \t\r\n]", at) or #text + 1 end

local escapes = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

local function hexadecimal(text, at)
    local digits = text:match("^%x%x%x%x", at)
    if not digits then fail(at, "\\u needs four hexadecimal digits") end
    return tonumber(digits, 16)
end

-- The character of \uXXXX, whose digits are at `at`, and the position after it. Above U+FFFF two escapes make one character.
local function character(text, at)
    local code = hexadecimal(text, at)
    at = at + 4
    if code >= 0xd800 and code < 0xdc00 and text:sub(at, at + 1) == "\\u" then
        local low = hexadecimal(text, at + 2)
        if low >= 0xdc00 and low < 0xe000 then
            return utf8.char(0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)), at + 6
        end
    end
    if code >= 0xd800 and code < 0xe000 then fail(at - 4, "half a character") end
    return utf8.char(code), at
end

-- The character of the escape whose backslash is at `at`, and where it ends.
local function read_escape(text, at)
    local letter = text:sub(at + 1, at + 1)
    if letter == "u" then return character(text, at + 2) end
    if not escapes[letter] then fail(at, "no such escape") end
    return escapes[letter], at + 2
end

-- The string whose first quote is before `at`.
local function read_string(text, at)
    local out = {}
    while true do
        local stop = text:find('["\\%c]', at)
        local stopper = stop and text:sub(stop, stop)
        if stopper == "\127" then stop, stopper = stop + 1, nil end
        out[#out + 1] = text:sub(at, (stop or #text + 1) - 1)
        if not stop then fail(#text + 1, "a string does not end") end
        at = stop
        if stopper == '"' then return table.concat(out), at + 1 end
        if stopper == "\\" then out[#out + 1], at = read_escape(text, at)
        elseif stopper then fail(at, "a control character in a string") end
    end
end

local function read_number(text, at)
    local whole, stop = text:match("^(%-?%d+)()", at)
    if not whole or whole:find("^%-?0%d") then fail(at, "not a value") end
    local fraction, behind = text:match("^(%.%d+)()", stop)
    local exponent, finish = text:match("^([eE][+-]?%d+)()", behind or stop)
    finish = finish or behind or stop
    if not fraction and not exponent then return math.tointeger(tonumber(whole)) or tonumber(whole .. ".0"), finish end
    return tonumber(text:sub(at, finish - 1)) + 0.0, finish
end

local words = { { "true", true }, { "false", false }, { "null", json_read.null } }

local read_value

-- The entries of an array or an object up to `close`, from behind its opening: read_entry(at) reads one and returns where it ends.
-- Returns where the whole ends.
local function read_list(text, at, close, read_entry)
    at = skip(text, at)
    if text:sub(at, at) == close then return at + 1 end
    while true do
        at = skip(text, read_entry(at))
        local separator = text:sub(at, at)
        if separator == close then return at + 1 end
        if separator ~= "," then fail(at, ("',' or '%s' expected"):format(close)) end
        at = skip(text, at + 1)
    end
end

local function read_array(text, at, depth)
    local out = setmetatable({}, Array)
    return out, read_list(text, at, "]", function(first)
        local stop
        out[#out + 1], stop = read_value(text, first, depth)
        return stop
    end)
end

local function read_member(text, at, depth, out, keys)
    if text:sub(at, at) ~= '"' then fail(at, "a key expected") end
    local key, stop = read_string(text, at + 1)
    if out[key] ~= nil then fail(at, ("the key '%s' is there twice"):format(key)) end
    stop = skip(text, stop)
    if text:sub(stop, stop) ~= ":" then fail(stop, "':' expected") end
    keys[#keys + 1] = key
    out[key], stop = read_value(text, skip(text, stop + 1), depth)
    return skip(text, stop)
end

local function read_object(text, at, depth)
    local keys = {}
    local out = setmetatable({ [json_read.keys] = keys }, Object)
    return out, read_list(text, at, "}", function(first) return read_member(text, first, depth, out, keys) end)
end

function read_value(text, at, depth)
    if depth > deepest then fail(at, "too deep") end
    local first = text:sub(at, at)
    if first == "{" then return read_object(text, at + 1, depth + 1) end
    if first == "[" then return read_array(text, at + 1, depth + 1) end
    if first == '"' then return read_string(text, at + 1) end
    for _, word in ipairs(words) do
        if text:sub(at, at + #word[1] - 1) == word[1] then return word[2], at + #word[1] end
    end
    return read_number(text, at)
end

local function read_all(text)
    local length, bad = utf8.len(text)
    if not length then fail(bad, "not UTF-8") end
    local value, at = read_value(text, skip(text, 1), 0)
    at = skip(text, at)
    if at <= #text then fail(at, "something follows the value") end
    return value
end

function json_read.parse(text)
    local ok, result = pcall(read_all, text)
    if ok then return result end
    if type(result) == "table" and result.json then return nil, result.json end
    error(result, 0)
end

return json_read

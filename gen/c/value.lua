-- Lua values as C literals, the same on every machine.

local cvalue = {}

local escapes = { ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r", ['"'] = '\\"', ["\\"] = "\\\\" }

local function escape(c) return escapes[c] or ("\\%03o"):format(c:byte()) end

-- A run of question marks with escapes between them, so that none of them are adjacent.
local function apart(marks) return "?" .. ("\\?"):rep(#marks - 1) end

-- A C string literal; bytes that do not print are octal, and no trigraph is made.
function cvalue.string(text)
    if not text:find('[%c"\\?\127-\255]') then return '"' .. text .. '"' end -- nearly all are names
    return '"' .. text:gsub('[%c"\\\127-\255]', escape):gsub("%?%?+", apart) .. '"'
end

-- The shortest decimal that reads back as the same number.
local function shortest(value, digits, same)
    for precision = 6, digits do
        local text = ("%." .. precision .. "g"):format(value)
        if same(tonumber(text)) then return text end
    end
    return ("%." .. digits .. "g"):format(value)
end

local function single(value) return string.unpack("f", string.pack("f", value)) end

local function floating(value, digits, suffix)
    if value ~= value then return "NAN" end
    if value == math.huge then return "INFINITY" elseif value == -math.huge then return "-INFINITY" end
    local text = shortest(value, digits, function(read)
        if suffix == "f" then return single(read) == single(value) end
        return read == value
    end)
    if not text:find("[%.e]") then text = text .. ".0" end
    return text .. suffix
end

local writers = {}

function writers.f32(value) return floating(value, 9, "f") end

function writers.f64(value) return floating(value, 17, "") end

function writers.i32(value) return value == -0x80000000 and "INT32_MIN" or ("%d"):format(value) end

function writers.i64(value)
    if value == math.mininteger then return "INT64_MIN" end
    return math.abs(value) > 0x7fffffff and ("INT64_C(%d)"):format(value) or ("%d"):format(value)
end

function writers.u32(value) return value > 0x7fffffff and ("%du"):format(value) or ("%d"):format(value) end

function writers.u64(value) return value > 0x7fffffff and ("UINT64_C(%d)"):format(value) or ("%d"):format(value) end

writers.bool = tostring
writers.str = cvalue.string

function cvalue.of(type, value) return writers[type](value) end

-- Whether a default is all zero bytes.
function cvalue.is_zero(value) return value == nil or value == false or (value == 0 and 1 / value > 0) end

return cvalue

-- Describes the contents of a tensor. In: a tensor of gen/views/safetensors.lua and the bytes of its file; out: texts.
--
--   tensor.shape(t)            -> "64x10"; "" for one number
--   tensor.summary(t, text)    -> its values when they are few, or "min -1  mean 0.5  max 2"; "" for types without values here
--   tensor.numbers(t, text, first, last)     -> these values as floats
--   tensor.difference(a, text_a, b, text_b)  -> nil when they are the same, or the difference as text

local tensor = {}

local formats = { BOOL = "B", U8 = "B", I8 = "b", I16 = "<i2", U16 = "<I2", I32 = "<i4", U32 = "<I4", F32 = "<f", I64 = "<i8",
    U64 = "<i8", F64 = "<d" }

-- How many values are listed, in how many characters; and how many are read at a time.
local few, short, piece = 8, 84, 64

-- How many digits a real may need to read back to itself: at least, at most.
local digits = { F32 = { 6, 9 }, F64 = { 15, 17 } }

function tensor.shape(t) return table.concat(t.shape, "x") end

local function width(t) return t.count > 0 and t.bytes // t.count or 0 end

-- The values `first` to `last`, from 1, as a list.
local function values(t, text, first, last)
    local count = last - first + 1
    local out = { string.unpack(formats[t.dtype]:sub(1, 1) == "<" and "<" .. formats[t.dtype]:sub(2):rep(count) or
        formats[t.dtype]:rep(count), text, t.at + (first - 1) * width(t)) }
    out[count + 1] = nil
    return out
end

-- Half of an unsigned number is a signed one.
local function unsigned(value)
    if value >= 0 then return ("%d"):format(value) end
    local quotient = (value >> 1) // 5
    return ("%d%d"):format(quotient, value - quotient * 10)
end

local function real(value, dtype)
    for n = digits[dtype][1], digits[dtype][2] do
        local shown = ("%%.%dg"):format(n):format(value)
        local back = tonumber(shown)
        if back and dtype == "F32" then back = string.unpack("<f", string.pack("<f", back)) end
        if back == value or n == digits[dtype][2] then return shown end
    end
end

local function shown(value, dtype)
    if dtype == "BOOL" then return value == 0 and "false" or "true" end
    if dtype == "U64" then return unsigned(value) end
    if digits[dtype] then return value ~= value and "nan" or real(value, dtype) end
    return ("%d"):format(value)
end

-- As a float; one of 64 bits without a sign may look negative.
local function number(value, dtype)
    if dtype == "U64" and value < 0 then return value + 2.0 ^ 64 end
    return value + 0.0
end

-- The values `first` to `last`, from 1, as floats.
function tensor.numbers(t, text, first, last)
    local out = {}
    for from = first, last, piece do
        for _, value in ipairs(values(t, text, from, math.min(from + piece - 1, last))) do out[#out + 1] = number(value, t.dtype) end
    end
    return out
end

local function statistics(t, text)
    local least, most, sum, nans = math.huge, -math.huge, 0.0, 0
    for first = 1, t.count, piece do
        for _, value in ipairs(values(t, text, first, math.min(first + piece - 1, t.count))) do
            value = number(value, t.dtype)
            if value ~= value then
                nans = nans + 1
            else
                sum = sum + value
                if value < least then least = value end
                if value > most then most = value end
            end
        end
    end
    return least, most, sum, nans
end

-- The values one after the other, or nil when they are too many.
local function list(t, text)
    local out = {}
    if t.count > few then return nil end
    for i, value in ipairs(values(t, text, 1, t.count)) do out[i] = shown(value, t.dtype) end
    local line = table.concat(out, " ")
    return #line <= short and line or nil
end

function tensor.summary(t, text)
    if t.count == 0 or not formats[t.dtype] then return "" end
    local listed = list(t, text)
    if listed then return listed end
    local least, most, sum, nans = statistics(t, text)
    local numbers = t.count - nans
    if numbers == 0 then return "all nan" end
    local out = ("min %.6g  mean %.6g  max %.6g"):format(least, sum / numbers, most)
    return nans > 0 and ("%s  %d nan"):format(out, nans) or out
end

-- Elements whose bits differ; by how much at most and in all; and how many of them are NaN.
local function compare(a, text_a, b, text_b)
    local count, most, sum, odd = 0, 0.0, 0.0, 0
    for first = 1, a.count, piece do
        local last = math.min(first + piece - 1, a.count)
        local others = values(b, text_b, first, last)
        for i, value in ipairs(values(a, text_a, first, last)) do
            local other = others[i]
            if value ~= other and (value == value or other == other) then
                local by = math.abs(number(value, a.dtype) - number(other, b.dtype))
                count = count + 1
                if by ~= by then odd = odd + 1 else most, sum = math.max(most, by), sum + by end
            end
        end
    end
    return count, most, sum, odd
end

local function by_how_much(a, text_a, b, text_b)
    local count, most, sum, odd = compare(a, text_a, b, text_b)
    if count == 0 then return "the bits of zeros or nans differ" end
    local out = ("%d of %d differ"):format(count, a.count)
    if count > odd then out = ("%s, by %.6g at most, %.6g on average"):format(out, most, sum / (count - odd)) end
    return odd > 0 and ("%s; %d of them are nan in one"):format(out, odd) or out
end

function tensor.difference(a, text_a, b, text_b)
    if a.dtype ~= b.dtype then return ("%s -> %s"):format(a.dtype:lower(), b.dtype:lower()) end
    if tensor.shape(a) ~= tensor.shape(b) then
        return ("shape %s -> %s"):format(a.shape[1] and tensor.shape(a) or "none", b.shape[1] and tensor.shape(b) or "none")
    end
    if text_a:sub(a.at, a.at + a.bytes - 1) == text_b:sub(b.at, b.at + b.bytes - 1) then return nil end
    if not formats[a.dtype] then return "the bytes differ" end
    local before, after = list(a, text_a), list(b, text_b)
    if before and after and #before + #after <= short then return ("%s -> %s"):format(before, after) end
    return by_how_much(a, text_a, b, text_b)
end

return tensor

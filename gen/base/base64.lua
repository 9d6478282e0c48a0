-- Base64 (RFC 4648), as browsers read it.

local base64 = {}

local letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function letter(six) return letters:sub(six + 1, six + 1) end

local function four_of(a, b, c)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    return letter(bits >> 18) .. letter(bits >> 12 & 63) .. (b and letter(bits >> 6 & 63) or "=") .. (c and letter(bits & 63) or "=")
end

-- The text of some bytes.
function base64.encode(bytes)
    local out = {}
    for i = 1, #bytes, 3 do out[#out + 1] = four_of(bytes:byte(i, i + 2)) end
    return table.concat(out)
end

return base64

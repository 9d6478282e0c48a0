-- CRC-32 of texts: that of zlib, gzip and PNG (RFC 1952, section 8), eight bytes at a time.
--
--   crc32(text, crc)   -> integer; `crc` is that of the preceding text (default: of no text)
--
-- tables[k][b] is the share of the byte b when k more bytes follow it.

local tables = { [0] = {} }

for byte = 0, 255 do
    local crc = byte
    for _ = 1, 8 do crc = crc & 1 == 1 and (crc >> 1) ~ 0xedb88320 or crc >> 1 end
    tables[0][byte] = crc
end
for k = 1, 7 do
    tables[k] = {}
    for byte = 0, 255 do
        local crc = tables[k - 1][byte]
        tables[k][byte] = (crc >> 8) ~ tables[0][crc & 255]
    end
end

local t0, t1, t2, t3, t4, t5, t6, t7 = tables[0], tables[1], tables[2], tables[3], tables[4], tables[5], tables[6], tables[7]
local unpack = string.unpack

local function crc32(text, crc)
    crc = (crc or 0) ~ 0xffffffff
    local at, last = 1, #text
    while at + 7 <= last do
        local eight = unpack("<i8", text, at) ~ crc
        crc = t7[eight & 255] ~ t6[eight >> 8 & 255] ~ t5[eight >> 16 & 255] ~ t4[eight >> 24 & 255] ~ t3[eight >> 32 & 255] ~
            t2[eight >> 40 & 255] ~ t1[eight >> 48 & 255] ~ t0[eight >> 56]
        at = at + 8
    end
    for i = at, last do crc = (crc >> 8) ~ t0[(crc ~ text:byte(i)) & 255] end
    return crc ~ 0xffffffff
end

return crc32

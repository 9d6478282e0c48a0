-- loopc state and its readers: JSON, CRC-32, safetensors, tensors.

local crc32 = require "gen.base.crc32"
local host = require "host"
local json_read = require "gen.base.json_read"
local safetensors = require "gen.views.safetensors"
local tensor = require "gen.views.tensor"
local suite = require("tests.support.harness").suite "state"

local function test(what, run) suite:test(what, run) end
local function equal(actual, expected) suite:same(actual, expected) end
local function has(text, part) suite:contains(text, part) end

local folder = assert(host.tempdir())

local function file_of(name, bytes)
    local path = folder .. "/" .. name
    assert(host.write(path, bytes))
    return path
end

-- The bytes of a safetensors file, with a checksum where its header asks for one.
local function pack(header, data)
    local text = string.pack("<I8", #header) .. header .. data
    return (text:gsub('"loopc.crc32":"00000000"', ('"loopc.crc32":"%08x"'):format(crc32(text)), 1))
end

local opens = '{"__metadata__":{"loopc.crc32":"00000000"'

local small = pack(opens .. ',"loopc.program":"digits","text:word":"a\\nb","none:other":"","bytes:third":"ff00","data:train":' ..
    '"100 4 3 0","format":"pt"},' ..
    '"net.layers.10.w":{"dtype":"F32","shape":[3,4],"data_offsets":[0,48]},' ..
    '"net.layers.2.w":{"dtype":"F32","shape":[2],"data_offsets":[48,56]},' ..
    '"loopc.position":{"dtype":"I64","shape":[],"data_offsets":[56,64]},' ..
    '"huge":{"dtype":"U64","shape":[],"data_offsets":[64,72]},' ..
    '"on":{"dtype":"BOOL","shape":[2],"data_offsets":[72,74]},' ..
    '"half":{"dtype":"BF16","shape":[1],"data_offsets":[74,76]},' ..
    '"none":{"dtype":"F64","shape":[0],"data_offsets":[76,76]}}',
    string.pack("<" .. ("f"):rep(14) .. "i8I8BBI2", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0.1, 1e30, 7, -1, 1, 0, 0))

local function parsed(text)
    local value, message = json_read.parse(text)
    if value == nil then error(message, 2) end
    return value
end

test("JSON: values", function()
    equal(parsed " [1, -2.5, 1e2, true, false, \"x\", [], {}] "[3], 100.0)
    equal(math.type(parsed "1"), "integer")
    equal(math.type(parsed "9223372036854775807"), "integer")
    equal(math.type(parsed "9223372036854775808"), "float")
    equal(parsed "null", json_read.null)
    equal(parsed '"\\u00e4\\ud83d\\ude00\\n\\/\\\\\\" \127"', "\u{e4}\u{1f600}\n/\\\" \127")
    equal(parsed('{"b":1,"a":2}')[json_read.keys], { "b", "a" })
    equal(json_read.is_object(parsed "{}"), true)
    equal(json_read.is_array(parsed "{}"), false)
end)

test("JSON: what is none", function()
    for _, text in ipairs { "", " ", "{", "[1,]", '{"a"}', '{"a":1,}', "{a:1}", "01", "1.", ".5", "+1", "1e", "0x10", "nan",
        "Infinity", '"a', '"\\x"', '"\\u12"', '"\\ud800"', '"\\udc00x"', '"\n"', "1 2", "tru", '{"a":1,"a":2}', '"\xff"', "'a'",
        ("["):rep(200) } do
        local value, message = json_read.parse(text)
        equal(value, nil)
        suite:matches(message, "^byte %d+: ")
    end
end)

test("CRC-32", function()
    equal(crc32 "", 0)
    equal(crc32 "123456789", 0xcbf43926)
    local text = ("The quick brown fox jumps over the lazy dog. "):rep(9)
    for cut = 0, #text do equal(crc32(text:sub(cut + 1), crc32(text:sub(1, cut))), crc32(text)) end
end)

test("a file is read", function()
    local file = assert(safetensors.read(file_of("small", small)))
    equal(file.checksum, "right")
    equal(#file.tensors, 7)
    equal(file.by_name["net.layers.10.w"].shape[2], 4)
    equal(file.meta["text:word"], "a\nb")
    equal(tensor.summary(file.by_name["net.layers.2.w"], file.text), "0.1 1e+30")
    equal(tensor.summary(file.by_name["net.layers.10.w"], file.text), "min 1  mean 6.5  max 12")
    equal(tensor.summary(file.by_name.huge, file.text), "18446744073709551615")
    equal(tensor.summary(file.by_name.on, file.text), "true false")
    equal(tensor.summary(file.by_name.half, file.text), "")
    equal(tensor.summary(file.by_name.none, file.text), "")
end)

test("every truncation, every byte changed", function()
    for length = 0, #small - 1 do
        local file = safetensors.read(file_of("cut", small:sub(1, length)))
        equal(file and file.checksum ~= "wrong", nil)
    end
    for at = 1, #small do
        local changed = small:sub(1, at - 1) .. string.char(small:byte(at) ~ 1) .. small:sub(at + 1)
        local file = safetensors.read(file_of("changed", changed))
        equal(file and file.checksum == "right" or false, false)
    end
end)

test("hostile headers", function()
    local function refused(header, data, says)
        local file, message = safetensors.read(file_of("hostile", pack(header, data)))
        equal(file, nil)
        has(message, says)
    end
    refused("", "", "not JSON")
    refused("[]", "", "not a JSON object")
    refused('{"a":1}', "", "tensor 'a': it is not an object")
    refused('{"a\\u001b":{"dtype":"X"}}', "", "tensor 'a?': it has no type")
    refused('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', "1234", "whole numbers")
    refused('{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}', "1234", "whole numbers")
    refused('{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}', "1234", "larger than the file")
    refused('{"a":{"dtype":"F32","shape":[],"data_offsets":[0,8]}}', "1234", "behind the file")
    refused('{"a":{"dtype":"F32","shape":[],"data_offsets":[4,0]}}', "1234", "ascending")
    refused('{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}', "12345", "end with the file")
    refused('{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}', "1",
        "do not follow")
    refused('{"__metadata__":{"a":1}}', "", "not text")
    local file, message = safetensors.read(file_of("length", string.pack("<I8", 1 << 63) .. "{}"))
    equal(file, nil)
    has(message, "cannot be as long")
end)

local function run(...) return host.run { host.exe(), "state", ... } end

test("loopc state lists", function()
    local code, out = run(file_of("small", small))
    equal(code, 0)
    equal(out, folder .. [[
/small: digits, position 7, checksum right
format           text          "pt"
half             bf16     1
huge             u64           18446744073709551615
net.layers.2.w   f32      2    0.1 1e+30
net.layers.10.w  f32      3x4  min 1  mean 6.5  max 12
none             f64      0
on               bool     2    true false
other            str           none
third            str           "\xff\x00"
train            dataset       rows 100, columns 4, classes 3, targets 0
word             str           "a\nb"
]])
end)

test("loopc state on a damaged file, on none, and without one", function()
    local code, out, err = run(file_of("damaged", small:sub(1, -2) .. "x"))
    equal(code, 2)
    has(out, "net.layers.2.w")
    has(err, "damaged: it is damaged")
    local cut_code, _, cut_err = run(file_of("cut", small:sub(1, 100)))
    equal(cut_code, 2)
    has(cut_err, "cut: its header cannot be as long as it says")
    equal(run(folder .. "/nothing"), 2)
    has(select(3, run(folder)), "hint: name a file in it")
    equal(run(), 2)
    equal(run("a", "b"), 2)
    equal(run("--diff", "a"), 2)
end)

test("loopc state --diff", function()
    local changed = pack(opens .. ',"text:word":"c"},' ..
        '"net.layers.10.w":{"dtype":"F32","shape":[3,4],"data_offsets":[0,48]},' ..
        '"net.layers.2.w":{"dtype":"F32","shape":[1,2],"data_offsets":[48,56]},' ..
        '"loopc.position":{"dtype":"I64","shape":[],"data_offsets":[56,64]},' ..
        '"loopc.number":{"dtype":"I64","shape":[],"data_offsets":[64,72]},' ..
        '"huge":{"dtype":"I64","shape":[],"data_offsets":[72,80]},"on":{"dtype":"BOOL","shape":[2],"data_offsets":[80,82]}}',
        string.pack("<" .. ("f"):rep(14) .. "i8i8i8BB", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11.5, 0 / 0, 0.1, 1e30, 8, 1, -1, 1, 1))
    local first, second = file_of("first", small), file_of("second", changed)
    local code, out = run("--diff", first, second)
    equal(code, 1)
    equal(out, [[
format           only in the first
half             only in the first
huge             u64 -> i64
loopc.position   7 -> 8
loopc.program    only in the first
net.layers.2.w   shape 2 -> 1x2
net.layers.10.w  2 of 12 differ, by 0.5 at most, 0.5 on average; 1 of them are nan in one
none             only in the first
on               true false -> true true
other            only in the first
third            only in the first
train            only in the first
word             "a\nb" -> "c"
]])
    code, out = run("--diff", second, second)
    equal(code, 0)
    equal(out, "")
end)

host.remove(folder)
return suite:finish()

-- Reads safetensors, as runtime/checkpoint/safetensors.h describes them. In: a path; out: the contents of the file, checked.
--
--   safetensors.read(path)  -> file | nil, "PATH: why"
--
--   file.path, file.text    the bytes
--   file.tensors            a list sorted by name of { name, dtype = "F32", shape = { 64, 10 }, count, at, bytes }, whose data
--                           are text:sub(at, at + bytes - 1)
--   file.metadata           a list sorted by key of { key, value }
--   file.by_name            tensors by name; file.meta: metadata by key
--   file.checksum           "right", "wrong" or "none"

local crc32 = require "gen.base.crc32"
local host = require "host"
local json_read = require "gen.base.json_read"

local safetensors = {}

-- Bytes of an element.
safetensors.sizes = { BOOL = 1, U8 = 1, I8 = 1, F8_E5M2 = 1, F8_E4M3 = 1, I16 = 2, U16 = 2, F16 = 2, BF16 = 2, I32 = 4, U32 = 4,
    F32 = 4, I64 = 8, U64 = 8, F64 = 8 }

local longest_header = 16 << 20
local checksum_key = "loopc.crc32"
local opens = '{"__metadata__":{"' .. checksum_key .. '":"'

local function fail(message) error({ damage = message }, 0) end

local function require_that(condition, message) if not condition then fail(message) end end

local function is_count(value) return math.type(value) == "integer" and value >= 0 end

-- The number of elements, and an error when they are more than `most`.
local function count_of(shape, most)
    local count = 1
    for _, dim in ipairs(shape) do
        require_that(is_count(dim), "its shape is not made of whole numbers")
        require_that(dim == 0 or count <= most // dim, "it is larger than the file")
        count = count * dim
    end
    return count
end

local function read_tensor(name, entry, data_at, size)
    require_that(json_read.is_object(entry), "it is not an object")
    local width = safetensors.sizes[entry.dtype]
    require_that(width, "it has no type that we know")
    require_that(json_read.is_array(entry.shape), "it has no shape")
    local offsets = entry.data_offsets
    require_that(json_read.is_array(offsets) and #offsets == 2 and is_count(offsets[1]) and is_count(offsets[2]) and
        offsets[1] <= offsets[2], "its data_offsets are not a pair of ascending whole numbers")
    require_that(offsets[2] <= size, "its data end behind the file")
    local count = count_of(entry.shape, size)
    require_that(offsets[2] - offsets[1] == count * width, "its data are not as long as its shape says")
    return { name = name, dtype = entry.dtype, shape = entry.shape, count = count, at = data_at + offsets[1],
        bytes = count * width }
end

local function read_tensors(file, header, data_at)
    for _, name in ipairs(header[json_read.keys]) do
        if name ~= "__metadata__" then
            local ok, tensor = pcall(read_tensor, name, header[name], data_at, #file.text - data_at + 1)
            if not ok then
                if type(tensor) ~= "table" then error(tensor, 0) end
                fail(("tensor '%s': %s"):format(name:gsub("%c", "?"), tensor.damage))
            end
            file.tensors[#file.tensors + 1] = tensor
            file.by_name[name] = tensor
        end
    end
end

-- One after the other, without a gap, to the end of the file.
local function check_places(file, data_at)
    table.sort(file.tensors, function(a, b)
        if a.at ~= b.at then return a.at < b.at end
        return a.bytes < b.bytes
    end)
    for _, tensor in ipairs(file.tensors) do
        require_that(tensor.at == data_at, "the data of its tensors do not follow each other")
        data_at = data_at + tensor.bytes
    end
    require_that(data_at == #file.text + 1, "the data of its tensors do not end with the file")
    table.sort(file.tensors, function(a, b) return a.name < b.name end)
end

local function read_metadata(file, metadata)
    if metadata == nil then return end
    require_that(json_read.is_object(metadata), "its metadata is not an object")
    for _, key in ipairs(metadata[json_read.keys]) do
        require_that(type(metadata[key]) == "string", "its metadata has a value that is not text")
        file.metadata[#file.metadata + 1] = { key, metadata[key] }
        file.meta[key] = metadata[key]
    end
    table.sort(file.metadata, function(a, b) return a[1] < b[1] end)
end

-- The digits count as zeros.
local function check_sum(file)
    local wanted = file.meta[checksum_key]
    if not wanted then return "none" end
    if file.text:sub(9, 8 + #opens) ~= opens then return "wrong" end
    local at = 9 + #opens
    local crc = crc32(file.text:sub(1, at - 1) .. "00000000")
    return ("%08x"):format(crc32(file.text:sub(at + 8), crc)) == wanted and "right" or "wrong"
end

local function read_all(file)
    require_that(#file.text >= 8, "it is too short for safetensors")
    local length = string.unpack("<i8", file.text)
    require_that(length >= 0 and length <= #file.text - 8 and length <= longest_header, "its header cannot be as long as it says")
    local header, message = json_read.parse(file.text:sub(9, 8 + length))
    require_that(header, ("its header is not JSON: %s"):format((message or ""):gsub("%c", "?")))
    require_that(json_read.is_object(header), "its header is not a JSON object")
    read_metadata(file, header.__metadata__)
    read_tensors(file, header, 9 + length)
    check_places(file, 9 + length)
    file.checksum = check_sum(file)
end

function safetensors.read(path)
    local text, message = host.read(path)
    if not text then return nil, message end
    local file = { path = path, text = text, tensors = {}, by_name = {}, metadata = {}, meta = {} }
    local ok, problem = pcall(read_all, file)
    if ok then return file end
    if type(problem) ~= "table" then error(problem, 0) end
    return nil, ("%s: %s"):format(path, problem.damage)
end

return safetensors

-- The memory plan of a device: the bytes of each part of a state, read from the structs of its header, before any of it is compiled.
--
-- The header is our own (gen/emit/state.lua, mlp.lua, optimizer.lua): members are declarations of scalars, arrays and structs, which
-- have the sizes of 32-bit processors whose 64-bit values are aligned to 8 bytes.

local memory = {}

-- Size and alignment of types.
local types = { float = { 4, 4 }, double = { 8, 8 }, bool = { 1, 1 }, int = { 4, 4 }, int32_t = { 4, 4 }, uint32_t = { 4, 4 },
    int64_t = { 8, 8 }, uint64_t = { 8, 8 }, uint8_t = { 1, 1 }, ["enum loopc_stage"] = { 1, 1 }, ["struct loopc_rng"] = { 32, 8 },
    ["struct loopc_dataset"] = { 40, 8 }, ["struct loopc_run"] = { 88, 8 }, pointer = { 4, 4 } }

-- The value of a size: numbers, products, and the rooms of matrices, which are not padded on a device.
local function value_of(text)
    text = text:gsub("LOOPC_PANELS%((%d+), (%d+)%)", "%1*%2"):gsub("LOOPC_VECTOR%((%d+)%)", "%1")
    local product = 1
    for number in text:gmatch "%d+" do product = product * math.tointeger(tonumber(number)) end
    return product
end

local function align(offset, alignment) return (offset + alignment - 1) // alignment * alignment end

-- Adds a member to a struct under construction.
local function add(struct, name, size, alignment, fields)
    struct.size = align(struct.size, alignment)
    struct.members[#struct.members + 1] = { name = name, size = size, fields = fields }
    struct.size = struct.size + size
    struct.alignment = math.max(struct.alignment, alignment)
end

local function close(struct)
    struct.size = align(struct.size, struct.alignment)
    return struct
end

-- "float w0[4], b0[2]" in a struct; `known`: the structs before it.
local function declare(struct, known, text)
    local type, rest = text:match "^(struct [%w_]+) (.*)$"
    if not type then type, rest = text:match "^(enum [%w_]+) (.*)$" end
    if not type then type, rest = text:match "^([%w_]+) (.*)$" end
    local of = known[type]
    for declarator in (rest .. ","):gsub("%b()", function(inner) return (inner:gsub(",", ";")) end):gmatch "%s*([^,]+)," do
        local count = 1
        for size in declarator:gmatch "%[([^%]]*)%]" do count = count * value_of((size:gsub(";", ","))) end
        local kind = declarator:find "^%*" and types.pointer or of and { of.size, of.alignment } or types[type] or types.int
        add(struct, declarator:match "([%w_]+)", count * kind[1], kind[2], of)
    end
end

-- All structs of a header, { ["struct xor"] = { size, alignment, members } }.
function memory.structs(header)
    local known, stack = {}, {}
    local text = header:gsub("/%*.-%*/", " "):gsub("\n#[^\n]*", " "):gsub("const char %*", "pointer "):gsub("LOOPC_ALIGNED ", "")
    for piece in text:gsub("%s+", " "):gmatch "[^;{}]*[;{}]" do
        local body, sign = piece:sub(1, -2):match "^%s*(.-)%s*$", piece:sub(-1)
        local top = stack[#stack]
        if sign == "{" then
            stack[#stack + 1] = { name = body:match "struct [%w_]+$", size = 0, alignment = 1, members = {} }
        elseif sign == "}" then
            stack[#stack] = nil
            if top.name then known[top.name] = close(top) else stack.inner = close(top) end
        elseif stack.inner and #stack > 0 then
            add(top, body, stack.inner.size, stack.inner.alignment, stack.inner)
            stack.inner = nil
        elseif top and body ~= "" then declare(top, known, body) end
    end
    return known
end

local activations = { x = true, a = true, z = true, t = true, out = true, input = true, index = true, labels = true, next = true,
    losses = true, weights = true, weighted = true, inputs = true }

-- The part of the plan that a member of a net or an optimizer is of.
local function part_of(name, is_net)
    local letters = name:match "^(%a+)"
    if not is_net then return (letters == "step" or name == "step") and "counters" or "moments" end
    if letters == "w" or letters == "b" then return "weights" end
    if letters == "gw" or letters == "gb" or letters == "d" or name:find "^dx" then return "gradients" end
    return activations[letters] and "activations" or "weights"
end

memory.parts = { "weights", "gradients", "moments", "activations", "fields", "run" }

-- Bytes by part of a unit's state, and `total`.
function memory.plan(unit)
    local structs = memory.structs(unit.header)
    local state = assert(structs["struct " .. unit.struct], "no state")
    local out, owners = { total = state.size }, {}
    for _, part in ipairs(memory.parts) do out[part] = 0 end
    for _, net in ipairs(unit.nets.nets) do owners["struct " .. net.struct] = true end
    for _, optimizer in ipairs(unit.nets.optimizers) do owners["struct " .. optimizer.struct] = false end
    for _, member in ipairs(state.members) do
        local kind
        for name, struct in next, structs do
            if struct == member.fields and owners[name] ~= nil then kind = owners[name] end
        end
        if kind == nil then
            if member.name == "loopc" then out.run = member.size end
        else
            for _, inner in ipairs(member.fields.members) do
                local part = part_of(inner.name, kind)
                if part ~= "counters" then out[part] = out[part] + inner.size end
            end
        end
    end
    out.fields = out.total -- with what alignment leaves free
    for _, part in ipairs(memory.parts) do out.fields = out.fields - (part ~= "fields" and out[part] or 0) end
    return out
end

return memory

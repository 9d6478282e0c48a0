-- The memory plan of a device: the bytes of each part of a state, read from the structs of its header, before any of it is compiled.
--
-- The header is our own (gen/emit/state.lua, mlp.lua, optimizer.lua): members are declarations of scalars, arrays and structs, which
-- have the sizes of 32-bit processors whose 64-bit values are aligned to 8 bytes.

local memory = {}

-- Size and alignment of types.
local types = { float = { 4, 4 }, double = { 8, 8 }, bool = { 1, 1 }, int = { 4, 4 }, int32_t = { 4, 4 }, uint32_t = { 4, 4 },
    int64_t = { 8, 8 }, uint64_t = { 8, 8 }, uint8_t = { 1, 1 }, ["enum loopc_stage"] = { 1, 1 }, ["struct loopc_rng"] = { 32, 8 },
    ["struct loopc_dataset"] = { 48, 8 }, ["struct loopc_run"] = { 88, 8 }, pointer = { 4, 4 } }

-- The value of a size: numbers, products, and the rooms of matrices, which are not padded on a device.
local function value_of(text)
    text = text:gsub("LOOPC_PANELS%((%d+), (%d+)%)", "%1*%2"):gsub("LOOPC_VECTOR%((%d+)%)", "%1")
    local product = 1
    for number in text:gmatch "%d+" do product = product * math.tointeger(tonumber(number)) end
    return product
end

local function align(offset, alignment) return (offset + alignment - 1) // alignment * alignment end

-- Adds a member to a struct under construction; fields: those of a struct.
local function add(struct, name, size, alignment, fields, type)
    struct.size = align(struct.size, alignment)
    struct.members[#struct.members + 1] = { name = name, size = size, fields = fields, type = type }
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
        add(struct, declarator:match "([%w_]+)", count * kind[1], kind[2], of, kind == types.pointer and "pointer" or type)
    end
end

-- All structs of a header, { ["struct xor"] = { size, alignment, members } }; a member: { name, size, fields, type }, without a type
-- where it is a struct that has no name, one of a loop.
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
    losses = true, r = true, weights = true, weighted = true, inputs = true }

-- The part of the plan that a member of a net or an optimizer is of.
local function part_of(name, is_net)
    local letters = name:match "^(%a+)"
    if not is_net then return (letters == "step" or name == "step") and "counters" or "moments" end
    if letters == "w" or letters == "b" then return "weights" end
    if letters == "gw" or letters == "gb" or letters == "d" or name:find "^d_" or name:find "^dx" then return "gradients" end
    return activations[letters] and "activations" or "weights"
end

memory.parts = { "weights", "gradients", "moments", "activations", "fields", "run" }

-- Whether each struct of a net or an optimizer is one of a net.
local function owners_of(unit, structs)
    local out = {}
    for _, net in ipairs(unit.nets.nets) do out[structs["struct " .. net.struct] or 0] = true end
    for _, optimizer in ipairs(unit.nets.optimizers) do out[structs["struct " .. optimizer.struct] or 0] = false end
    return out
end

-- Adds the parts of nets and optimizers in a struct, those of loops too; `largest` becomes the largest member that is of neither.
local function add_parts(out, owners, struct, name, times)
    local is_net = owners[struct]
    for _, member in ipairs(struct.members) do
        local part = is_net ~= nil and part_of(member.name, is_net)
        if part and part ~= "counters" then
            out[part] = out[part] + times * member.size
            if part == "activations" or member.name:find "^d" then out.of_batch = out.of_batch + times * member.size end
        elseif member.fields then
            add_parts(out, owners, member.fields, name .. (member.name or "") .. ".", times * member.size // math.max(member.fields.size, 1))
        elseif not part and member.size > out.largest.size then out.largest = { name = name .. member.name, size = member.size } end
    end
end

-- Bytes by part of a unit's state, `total`, those `of_batch`, that grow with the rows of a batch, and its largest other field,
-- { name, size }.
function memory.plan(unit)
    local structs = memory.structs(unit.header)
    local state = assert(structs["struct " .. unit.struct], "no state")
    local out = { total = state.size, of_batch = 0, largest = { size = 0 } }
    for _, part in ipairs(memory.parts) do out[part] = 0 end
    add_parts(out, owners_of(unit, structs), state, "", 1)
    out.run = types["struct loopc_run"][1]
    out.fields = out.total -- with what alignment leaves free
    for _, part in ipairs(memory.parts) do out.fields = out.fields - (part ~= "fields" and out[part] or 0) end
    return out
end

return memory

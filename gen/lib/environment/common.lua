-- Part of loopc.environment: what its parts share.

local common = {}

-- The least power of two that is twice a number or more: slots of a hash index.
function common.slots_for(count)
    local slots = 16
    while slots < 2 * count do slots = 2 * slots end
    return slots
end

-- Puts the entries of `more` into `values`, which it returns.
function common.with(values, more)
    for key, value in pairs(more or {}) do values[key] = value end
    return values
end

-- A C text with {name} replaced by what `values` has under that name.
function common.fill(text, values)
    return (text:gsub("{([%a_]+)}", function(name) return values[name] and tostring(values[name]) end))
end

-- C that keeps what $keep says of a set of samples ("NULL" or a name in quotes) which the field `rows` counts. `length`: how
-- many entries were filled, when that may be another number.
function common.filter(set, rows, length)
    return common.fill([[
        {
            const int32_t kept = loopc_filter($loopc, {set}, $keep, {length}, {rows});
            if (kept < 0) $fail("a filter of %d entries for %d samples", (int){length}, (int){rows});
            {rows} = kept;
        }
    ]], { set = set, rows = rows, length = length or rows })
end

-- Fields of a set of samples that a callback remembers, `room` of them: `names` are those of the items, of how many there
-- are, of their hash index and of its size.
function common.memory(design, room, items, count, index, index_size)
    return {
        [items] = design.scalar[room][design.width],
        [count] = i32 { doc = "how many samples are remembered" },
        [index] = i32[common.slots_for(room)] { doc = "their hash index" },
        [index_size] = i32 { common.slots_for(room), const = true, doc = "its slots" },
    }
end

-- C that says in allowed[0], allowed[1], ... which tokens an `item` may have at a `position`.
function common.mask(design, item, position, allowed)
    return design.allowed and common.fill([[
        {
            const int32_t *const item = {item}, position = {position};
            bool *const allowed = {allowed};
            memset(allowed, true, (size_t)$vocabulary);
            {code}
        }
    ]], { item = item, position = position, allowed = allowed, code = design.allowed }) or ""
end

-- C that writes what a policy is told of an `item` at a `position` to row `row` of its inputs, and what it may choose there.
function common.encode(design, item, position, row, policy)
    local allowed = design.allowed and common.fill([[
        ${policy}.allowed[({row} + 1) * ${policy}.actions - 1] = true;
    ]], { row = row, policy = policy }) .. common.mask(design, item, position,
        common.fill("${policy}.allowed + {row} * ${policy}.actions", { row = row, policy = policy })) or ""
    return common.fill([[
        loopc_encode_tokens({item}, {position}, $width, $vocabulary, ${policy}.context,
                            ${policy}.x + (size_t)({row}) * (size_t)${policy}.inputs);
    ]], { item = item, position = position, row = row, policy = policy }) .. allowed
end

return common

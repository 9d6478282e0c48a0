-- Part of loopc.environment: helpers of the other parts.

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

-- The named entries of a table.
function common.named(given)
    local out = {}
    for key, value in pairs(given) do
        if type(key) == "string" then out[key] = value end
    end
    return out
end

-- Checks the parameters of a word. An error is reported at the spec's call of the word.
local kinds = {
    text = { "a text", function(value) return type(value) == "string" end },
    number = { "a number", function(value) return type(value) == "number" end },
    count = { "a whole number from 0", function(value) return math.type(value) == "integer" and value >= 0 end },
    positive = { "a whole number from 1", function(value) return math.type(value) == "integer" and value >= 1 end },
    share = { "a number from 0 to 1", function(value) return type(value) == "number" and value >= 0 and value <= 1 end },
    switch = { "true or false", function(value) return type(value) == "boolean" end },
    list = { "a table", function(value) return type(value) == "table" end },
}

local everywhere = { name = "text", order = "number", doc = "text" }

local function names_of(known)
    local names = {}
    for name in pairs(common.with(common.with({}, everywhere), known)) do names[#names + 1] = name end
    table.sort(names)
    return table.concat(names, ", ")
end

-- Refuses parameters `p` of a word that it does not know: `known` gives the kind of each, a name of `kinds`. name, order
-- and doc are known to all.
function common.check(word, p, known)
    if type(p) ~= "table" then error(("%s takes a table, and after design a colon: design:buffer { ... }"):format(word), 0) end
    for name, value in pairs(p) do
        local kind = kinds[known[name] or everywhere[name]]
        if not kind then
            error(("%s: there is no parameter '%s'; it takes %s"):format(word, name, names_of(known)), 0)
        end
        if not kind[2](value) then error(("%s: '%s' is %s, not %s"):format(word, name, kind[1], tostring(value)), 0) end
    end
    return p
end

-- Adds the fields that a spec wants to those that a word has anyway.
function common.add_fields(word, fields, more)
    for name, field in pairs(more or {}) do
        if fields[name] ~= nil then error(("%s: it has a field '%s' already: take another name"):format(word, name), 0) end
        fields[name] = field
    end
    return fields
end

-- Notes which share of the batch a callback takes, for the trainer to add up; returns the callback.
function common.takes(design, made, name, share)
    design.shares[made] = { name = name, share = share or 0 }
    return made
end

-- A C text with {name} replaced by what `values` has under that name. On a line of its own an empty one leaves no line.
function common.fill(text, values)
    local function value_of(name) return values[name] and tostring(values[name]) end
    text = "\n" .. text
    text = text:gsub("(\n[ \t]*){([%a_]+)}()", function(before, name, behind)
        local value = value_of(name)
        if not value or not text:match("^[ \t]*\n", behind) then return nil end
        value = value:gsub("%s+$", "")
        return value == "" and "" or before .. value
    end)
    return (text:sub(2):gsub("{([%a_]+)}", value_of))
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

return common

-- The shape of what the passes hand to each other: documentation that the tests hold the data against, for every pass.
--
-- The spec tree (after check) in short:
--
--   trainer  { name, at, root, loops, callbacks, members, fields, include, link, code?, doc?, control? }
--   loop     { name, at, phases, run?, on_skip?, nodes, by_name, fields, done?, times?, skip?, repeats, call_on, order, index }
--   phase    { name, full, loop, at, try = { nodes }, failed?, finally? }
--   callback { name, at, order, fields, listeners, within, index, home? }
--   field    see check/fields.lua
--   body     a C text { text, at, lines }; or { element, given?, at, text }: then its source has tree, texts and leaves as well
--   tree     { op, at, leaf?, items?, default?, el?, n?, text?, counter?, buffers?, into?, required?, steps?, arguments? } (check/elements.lua)
--   done, skip, code: a C text; times: the same or a number
--   instance { loop, on?, parent?, index, site? }: one place where a loop is inlined (flatten/flatten.lua)
--
-- In a row below, "?" marks a field that may be missing.

local schema = {}

-- The unit, the compilation of one spec, by the pass that adds the field.
schema.unit = {
    { "unit", "path", "folder", "name", "options", "files", "sources", "diags" }, -- pipeline.unit; files and sources grow in load
    { "load", "spec" },                                          -- the trainer as a value of the spec (spec/dsl.lua)
    { "check", "trainer" },                                      -- the spec tree
    { "flatten", "list", "step_count" },                         -- the step list; its steps, leaves of elements counted
    { "analyse_signals", "targets" },                            -- the statuses of named signals
    { "layout", "struct", "names", "tables", "position", "sources_used", "trace_points", "resume_points" },
    { "emit", "text", "header?" },                               -- the C; of a library its header
}

-- A source: what has a body, a node or a listener of a callback; by the pass that adds the field. The texts of an element and the
-- expressions of loops are sources, too.
schema.source = {
    { "check", node = { "kind", "name", "full", "loop", "at", "value", "prefix", "phase_name", "phase?", "order", "doc?", "body?",
            "insertions" },
        listener = { "kind", "key", "short", "full", "callback", "at", "order", "body?", "nodes" } },
    { "check_elements", "tree?", "texts?", "leaves?",
        leaf = { "kind", "full", "callback?", "source", "title", "body", "in_repeat", "expression?", "lvalue?", "name?", "leaf?",
            "inline?", "call?", "print?" } },
    { "flatten", node = { "always", "narrowed?" } },
    { "analyse_fields", "pieces?", "title?", "uses?", "use_of?", "sites?", "site_of?", "stateful?", "seen?", "result_of?",
        expression = { "body", "expression" } },
    { "check_calls", "checked?" },
    { "analyse_signals", "signal_pieces?", "implied?", "in_handler?" },
    { "layout", "func?", "signals?" },
}

-- The fields that an item of the step list has from flatten on.
schema.items = {
    loop = { "instance", "matching", "parent?", "part?" },
    end_loop = { "instance", "matching", "parent?", "part?" },
    skip = { "instance", "matching", "parent", "part?" },
    end_skip = { "instance", "matching", "parent", "part?" },
    ["repeat"] = { "instance", "matching", "parent", "part?" },
    end_repeat = { "instance", "matching", "parent", "part?" },
    phase = { "instance", "phase", "matching", "parent", "part?" },
    failed = { "instance", "phase", "parent", "part" },
    finally = { "instance", "phase", "parent", "part" },
    end_phase = { "instance", "phase", "matching", "parent", "part?" },
    step = { "source", "node", "instance", "parent", "part?" },
}

-- The fields that the analyses add: to brackets `out`, the statuses that can leave them, and so on.
schema.analysed = {
    loop = { "out", "dead?", "own_function?" },
    phase = { "arrives", "out", "label_used", "fails", "recovers" },
    ["repeat"] = { "out" },
    step = { "signals", "dead?", "lands_at?" },
}

-- The first field of `row` that `value` lacks, or nil; adds the row's fields to the set `known`.
local function missing(row, value, known)
    local first
    for _, name in ipairs(row) do
        local plain = name:gsub("%?$", "")
        known[plain] = true
        if plain == name and value[name] == nil then first = first or name end
    end
    return first
end

-- The first field of `value` in alphabetical order that no row has described, or nil.
local function surplus(value, known)
    local names = {}
    for name in next, value do names[#names + 1] = not known[name] and tostring(name) or nil end
    table.sort(names)
    return names[1]
end

local function fields_problem(rows, last, value, kind)
    local known = {}
    for _, row in ipairs(rows) do
        local lacks = missing({ table.unpack(row, 2) }, value, known) or missing(kind and row[kind] or {}, value, known)
        if lacks then return ("lacks %s of %s"):format(lacks, row[1]) end
        if row[1] == last then break end
    end
    local more = surplus(value, known)
    return more and ("has %s, which no pass up to %s describes"):format(more, last)
end

-- The last pass at or before `pass` that has a row.
local function last_row(rows, passes, pass)
    local last = rows[1][1]
    for _, name in ipairs(passes) do
        for _, row in ipairs(rows) do last = row[1] == name and name or last end
        if name == pass then return last end
    end
end

-- The error of a unit after `pass`, as text, or nil: a field that is missing, or one that is not described. `passes` are
-- the names of all passes in order.
function schema.unit_problem(unit, passes, pass) return fields_problem(schema.unit, last_row(schema.unit, passes, pass), unit) end

-- The same for a source.
function schema.source_problem(source, passes, pass)
    local kind = source.kind or "expression"
    local why = fields_problem(schema.source, last_row(schema.source, passes, pass), source, kind)
    return why and ("%s %s %s"):format(kind, source.full or source.title, why)
end

-- The error of a step list, as text, or nil.
function schema.problem(list, analysed)
    for i, item in ipairs(list) do
        local rows = { schema.items[item.op] or {}, analysed and schema.analysed[item.op] or {} }
        if #rows[1] == 0 then return ("item %d has the unknown op %s"):format(i, tostring(item.op)) end
        for _, row in ipairs(rows) do
            local lacks = missing(row, item, {})
            if lacks then return ("item %d (%s) has no %s"):format(i, item.op, lacks) end
        end
        if item.matching and list[item.matching].matching ~= i then
            return ("item %d (%s) is not matched by its matching bracket"):format(i, item.op)
        end
    end
end

return schema

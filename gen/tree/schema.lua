-- The shape of the data that the passes hand to each other: documentation, and tests hold the data to it after every pass.
--
-- For each kind of object, the passes that add fields to it, and the fields: "?" marks one that may be missing. An object has no
-- other fields than those that passes up to now have added. What the kinds of the spec tree refer to:
--
--   try        the nodes of a phase, in their order
--   body       a C text { text, at, lines }; or { element, given?, at, text }: then its source has tree, texts and leaves as well
--   tree       { op, at, leaf?, items?, default?, el?, n?, text?, counter?, buffers?, into?, required?, steps?, arguments? } (check/elements.lua)
--   done, skip, code   a C text; times: the same or a number
--   parameters of a field   by its type: check/aggregates.lua, check/datasets.lua

local spec_tree = require "gen.tree.spec_tree"

local schema = {}

schema.kinds = {
    -- The compilation of one spec.
    unit = {
        { "unit", "path", "folder", "name", "options", "files", "sources", "diags", "passed" }, -- pipeline.unit; files and sources grow in load
        { "load", "spec" },                                          -- the trainer as a value of the spec (spec/dsl.lua)
        { "check", "trainer" },                                      -- the spec tree
        { "flatten", "list", "step_count" },                         -- the step list; its steps, leaves of elements counted
        { "analyse_signals", "targets", "measures_rows?" },          -- the statuses of named signals
        { "layout", "struct", "names", "tables", "position", "sources_used", "trace_points", "resume_points",
            "resume_numbers" },                                      -- by name: the index in resume_points
        { "emit", "frames", "children",      -- structs of functions that can be left; members that hold processes
            "runs", "nets",                  -- functions of the run as statements; nets and optimizers with the functions that are used
            "defaults", "prepare?",          -- statements
            "field_rows",                    -- of the table of fields
            "text", "header?", "line_index?" }, -- the C; of a library its header; lines of sources, for line directives
    },

    -- The spec tree.
    trainer = {
        { "check", "kind", "name", "at", "doc?", "root", "members", "loops", "callbacks", "fields", "include", "link", "code?", "control?" },
        { "analyse_fields", "field_named?" },
    },
    loop = {
        { "check", "kind", "name", "value", "at", "doc?", "index", "order", "phases", "run?", "on_skip?", "nodes", "by_name", "fields",
            "hooks", "done?", "times?", "skip?", "repeats", "call_on", "call_on_known", "from?", "from_field?", "times_field?", "wrong" },
        { "analyse_fields", "field_named?", "restarting?", "texts?" },
        { "analyse_bounds", "bound_fixed" },
        { "layout", "member", "site_struct?", "batch_member?", "batch_owners?", "reports?", "reports_end?" },
    },
    callback = {
        { "check", "kind", "name", "value", "at", "index", "order", "fields", "hooks", "listeners", "within", "home?" },
        { "analyse_fields", "field_named?" },
        { "layout", "member", "batch_member?" },
    },
    phase = { { "check", "kind", "name", "full", "at", "loop", "nodes", "try", "failed?", "finally?" } },
    field = {
        { "check", "kind", "name", "full", "at", "owner", "type", "scalar?", "dims", "life", "default?", "parameters", "aggregate?",
            "samples?", "flag?", "option?", "settable?", "report?", "report_every?", "const?", "hidden?", "counter?", "result?", "min?",
            "max?", "doc?", "show?", "rows?", "low?", "high?", "over?" },
        { "analyse_fields", "restarting?" },
        { "layout", "lvalue", "report_in?", "report_loop?", "only_at_end?", "set_at_end?", "set_at_entry?", "set_by_iterations?" },
        { "emit", "struct?", "net?", "optimizer?", "options_name?" },
    },

    -- The owner of a body: a node or a listener of a callback. The texts of an element and the expressions of loops are sources, too.
    source = {
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
        { "analyse_signals", "signal_pieces?", "implied?", "in_handler?", "refusals?" },
        { "layout", "func?", "signals?", "resumable?" },
        { "emit", "identifiers?", "emitter?", "machine?" }, -- of the C; the functions of an element, and whether they have frames
    },

    -- One place where a loop is inlined.
    instance = { { "flatten", "index", "loop", "on?", "parent?" }, { "layout", "site?" } },

    -- Items of the step list, by op. `matching` is the index of the other bracket of a pair. The analyses add `out`, the statuses that can
    -- leave a bracket, and so on; `dead` marks unreachable items.
    item = {
        { "flatten", "op", "parent?", "part?",
            loop = { "instance", "matching" }, end_loop = { "matching" }, skip = { "instance", "matching" }, end_skip = { "matching" },
            ["repeat"] = { "instance", "matching" }, end_repeat = { "matching" }, phase = { "instance", "phase", "matching" },
            end_phase = { "matching" }, failed = { "instance", "phase" }, finally = { "instance", "phase" },
            step = { "instance", "source", "node" } },
        { "analyse_fields", step = { "results?" } },
        { "analyse_signals", step = { "signals" } },
        { "analyse_flow", "dead?", loop = { "out" }, skip = { "out" }, ["repeat"] = { "out", "stopped?", "in_handler" },
            phase = { "arrives?", "out", "fails?", "recovers?", "cancelled?" } },
        { "layout", loop = { "func?", "point?" }, phase = { "point?" }, ["repeat"] = { "at_name?", "end_name?" },
            step = { "point?", "at_name?" } },
        { "emit", phase = { "handles?" }, ["repeat"] = { "resumed?" }, step = { "resumed?" } },
    },
}

-- Adds { name, pass } to `required` for each of `names`, and all of them to the set `known`.
local function add_names(names, pass, required, known)
    for _, name in ipairs(names or {}) do
        local plain = name:gsub("%?$", "")
        known[plain] = true
        if plain == name then required[#required + 1] = { name, pass } end
    end
end

-- The fields of a kind after the pass of rank `rank`. `sort` selects the rows of an op or of a kind of source.
local function shape_of(rows, ranks, rank, sort)
    local shape = { required = {}, known = {} }
    for _, row in ipairs(rows) do
        if (ranks[row[1]] or 0) > rank then break end
        add_names({ table.unpack(row, 2) }, row[1], shape.required, shape.known)
        add_names(row[sort], row[1], shape.required, shape.known)
        shape.last = row[1]
    end
    return shape
end

-- The first field of `value` in alphabetical order that the shape lacks, or nil.
local function surplus(value, known)
    local names = {}
    for name in next, value do names[#names + 1] = not known[name] and tostring(name) or nil end
    table.sort(names)
    return names[1]
end

local function object_problem(shape, value)
    for _, field in ipairs(shape.required) do
        if value[field[1]] == nil then return ("lacks %s of %s"):format(field[1], field[2]) end
    end
    local more = surplus(value, shape.known)
    return more and ("has %s, which no pass up to %s describes"):format(more, shape.last)
end

-- Calls see(kind, object, name, sort) for every object of a unit.
local function each_source(owner, see)
    for _, source in ipairs(owner.listeners or owner.nodes) do
        see("source", source, source.full, source.kind)
        for _, text in ipairs(source.texts or {}) do see("source", text, text.full, text.kind) end
    end
    for _, text in ipairs(owner.kind == "loop" and spec_tree.expressions(owner) or {}) do see("source", text, text.title, "expression") end
end

local function each_member(trainer, see)
    local function fields(owner)
        for _, field in ipairs(owner.fields) do see("field", field, field.full) end
    end
    see("trainer", trainer, trainer.name)
    fields(trainer)
    for _, member in ipairs(trainer.members) do
        see(member.kind, member, member.name)
        fields(member)
        each_source(member, see)
        for _, phase in ipairs(member.phases or {}) do see("phase", phase, phase.full) end
        if member.run then see("phase", member.run, member.run.full) end
    end
end

local function each_object(unit, see)
    see("unit", unit, unit.name)
    if unit.trainer then each_member(unit.trainer, see) end
    for i, item in ipairs(unit.list or {}) do
        see("item", item, i, item.op)
        if item.instance then see("instance", item.instance, item.instance.index) end
    end
end

local function list_problem(list)
    for i, item in ipairs(list or {}) do
        if not schema.kinds.item[1][item.op] then return ("item %d has the unknown op %s"):format(i, tostring(item.op)) end
        if item.matching and list[item.matching].matching ~= i then
            return ("item %d (%s) is not matched by its matching bracket"):format(i, item.op)
        end
    end
end

-- The first error of a unit after `pass`, as text, or nil: a field that is missing, or one that no pass up to it describes; brackets
-- that do not match. `passes` are the names of all passes in their order.
function schema.problem(unit, passes, pass)
    local ranks, shapes, why = {}, {}, list_problem(unit.list)
    for i, name in ipairs(passes) do ranks[name] = i end
    each_object(unit, function(kind, object, name, sort)
        if why then return end
        local key = kind .. (sort or "")
        shapes[key] = shapes[key] or shape_of(schema.kinds[kind], ranks, ranks[pass], sort)
        local problem = object_problem(shapes[key], object)
        why = problem and ("%s %s %s"):format(kind == "source" and sort or kind, name, problem)
    end)
    return why
end

return schema

-- The shape of what the passes hand to each other: documentation that the tests hold the data against.
--
-- schema.items[op] lists the fields that an item of the step list has after a pass; "?" marks those that may be missing.
-- The spec tree (after check) in short:
--
--   trainer  { name, at, root, loops, callbacks, members, fields, include, link, code?, doc? }
--   loop     { name, at, phases, run?, on_skip?, nodes, by_name, fields, done?, times?, skip?, repeats, call_on, order, index }
--   phase    { name, full, loop, at, try = { nodes }, failed?, finally? }
--   node     { name, full, prefix, phase_name, phase?, order, body?, at, doc?, insertions }
--   callback { name, at, order, fields, listeners, within, index }
--   listener { key, short, full, body?, order, at, nodes, callback }
--   field    see check_fields.lua
--   body     a text of C, or { element, at, text }: then the node or listener has tree, texts and leaves as well
--   tree     { op, at, leaf?, items?, default?, el?, n?, text?, counter?, value?, into?, required?, arguments? } (check_elements.lua)
--   done, skip, code: a text of C, { text, at, lines }; times: the same or a number

local schema = {}

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

-- What analyse adds: to brackets `out`, the statuses that can leave them, and so on.
schema.analysed = {
    loop = { "out", "dead?", "own_function?" },
    phase = { "arrives", "out", "label_used", "fails", "recovers" },
    ["repeat"] = { "out" },
    step = { "signals", "dead?", "lands_at?" },
}

-- What is wrong with a list, as text, or nil.
function schema.problem(list, analysed)
    for i, item in ipairs(list) do
        local rows = { schema.items[item.op] or {}, analysed and schema.analysed[item.op] or {} }
        if #rows[1] == 0 then return ("item %d has the unknown op %s"):format(i, tostring(item.op)) end
        for _, row in ipairs(rows) do
            for _, name in ipairs(row) do
                if not name:match("%?$") and item[name] == nil then
                    return ("item %d (%s) has no %s"):format(i, item.op, name)
                end
            end
        end
        if item.matching and list[item.matching].matching ~= i then return ("item %d (%s): its matching has another matching"):format(i, item.op) end
    end
end

return schema

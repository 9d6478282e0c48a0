-- The result of a pass as stable text, for debugging and for golden tests. `loopc gen --dump=PASS`.
--
-- load lists the files, check, optimize and check_elements print the spec tree, flatten and the other analyses the step list,
-- analyse_feeds the nets, analyse_bounds the loops, layout the names, emit and format the C, of a library the header first.

local elements = require "gen.spec.elements"
local spec_tree = require "gen.tree.spec_tree"

local dump = {}

local function sorted_keys(set)
    local out = {}
    for key in next, set or {} do out[#out + 1] = key end
    table.sort(out)
    return out
end

local function set_text(set) return "{" .. table.concat(sorted_keys(set), " ") .. "}" end

local Text = {}
Text.__index = Text

function Text:add(depth, format, ...) self[#self + 1] = ("  "):rep(depth) .. format:format(...) end

local function where(at) return ("%s:%d"):format(at.file, at.line) end

local function field_text(field)
    local dims = {}
    for i, size in ipairs(field.dims) do dims[i] = "[" .. size .. "]" end
    local flags = {}
    for _, flag in ipairs { "option", "settable", "report", "const", "counter" } do
        if field[flag] then flags[#flags + 1] = flag end
    end
    return ("%s %s %s%s%s"):format(field.life, field.full, field.type, table.concat(dims),
        #flags > 0 and " " .. table.concat(flags, " ") or "")
end

local function add_fields(text, depth, owner)
    for _, field in ipairs(owner.fields) do text:add(depth, "%s", field_text(field)) end
end

local function insertion_text(insertion)
    return ("+ %s %s order %d"):format(insertion.kind, insertion.what.full or insertion.what.name, insertion.order)
end

-- An element as the text of a spec, below its node or listener.
local function add_element(text, depth, source)
    if not (source.body and source.body.element) then return end
    for line in elements.text(source.body.element):gmatch("[^\n]+") do text:add(depth, "%s", line) end
end

local function add_node(text, depth, node)
    text:add(depth, "%s order %d%s (%s)", node.name, node.order, node.body and "" or " event", where(node.at))
    add_element(text, depth + 1, node)
    for _, insertion in ipairs(node.insertions) do text:add(depth + 1, "%s", insertion_text(insertion)) end
end

local function add_loop(text, loop)
    text:add(1, "loop %s%s (%s)", loop.name, loop.repeats and " repeats" or "", where(loop.at))
    add_fields(text, 2, loop)
    if loop.on_skip then add_node(text, 2, loop.on_skip) end
    for _, phase in ipairs { loop.run or false, table.unpack(loop.phases) } do
        if phase then
            text:add(2, "phase %s", phase.name)
            for _, node in ipairs(phase.nodes) do add_node(text, 3, node) end
        end
    end
end

local function check_tree(text, unit)
    text:add(0, "trainer %s", unit.trainer.name)
    add_fields(text, 1, unit.trainer)
    for _, member in ipairs(unit.trainer.members) do
        if member.kind == "loop" then add_loop(text, member)
        else
            text:add(1, "callback %s order %d (%s)", member.name, member.order, where(member.at))
            add_fields(text, 2, member)
            for _, listener in ipairs(member.listeners) do
                if listener.body and listener.body.element then text:add(2, "%s", listener.key) end
                add_element(text, 3, listener)
            end
        end
    end
end

local function item_name(item)
    if item.op == "step" then
        local source = item.source
        return source.kind == "listener" and source.full .. " on " .. item.node.full or source.full
    end
    if item.op == "loop" then
        return item.instance.loop.name .. (item.instance.on and " on " .. item.instance.on.full or "")
    end
    return item.phase and item.phase.full or item.instance.loop.name
end

local function notes(item)
    local out = {}
    if item.dead then out[#out + 1] = "dead" end
    if item.signals and next(item.signals) then out[#out + 1] = "signals " .. set_text(item.signals) end
    if item.op == "phase" and item.out then out[#out + 1] = "arrives " .. set_text(item.arrives or {}) end
    if item.out and next(item.out) then out[#out + 1] = "out " .. set_text(item.out) end
    if item.recovers then out[#out + 1] = "recovers" end
    if item.func then out[#out + 1] = "function " .. item.func end
    return #out > 0 and "  ; " .. table.concat(out, ", ") or ""
end

local outward = { failed = true, finally = true }

local function step_list(text, unit)
    local depth = 0
    for _, item in ipairs(unit.list) do
        if item.op:match("^end_") then depth = depth - 1
        else
            text:add(depth - (outward[item.op] and 1 or 0), "%s %s%s", item.op, item_name(item), notes(item))
            if item.matching then depth = depth + 1 end
        end
    end
end

local function use_text(use)
    return (use.read and use.write and "rw " or use.write and "w " or "r ") .. use.field.full
end

local function uses(text, unit)
    for _, item in ipairs(unit.list) do
        if item.op == "step" then
            local out = {}
            for i, use in ipairs(item.source.uses) do out[i] = use_text(use) end
            text:add(0, "%s: %s", item_name(item), table.concat(out, ", "))
        end
    end
end

local function names(text, unit)
    for _, field in ipairs(spec_tree.fields(unit.trainer)) do text:add(0, "%s = %s", field.full, field.lvalue) end
    for _, source in ipairs(unit.sources_used) do text:add(0, "%s = %s", source.full, source.func) end
end

local function feeds(text, unit)
    for _, net in ipairs(spec_tree.fields_of_type(unit.trainer, "mlp")) do
        local data = net.parameters.data
        text:add(0, "%s: inputs of %s", net.full, data and data.full or net.parameters.untold and "a data set that is not told" or "no data set")
        for _, feed in ipairs(net.parameters.feeds) do
            text:add(1, "%s%s%s", feed.data.full, feed.answers and " " .. feed.answers or "",
                feed.learns and " learned" or feed.sees and " read" or " compared")
        end
    end
end

local function bounds(text, unit)
    for _, loop in ipairs(unit.trainer.loops) do
        text:add(0, "%s: %s", loop.name, loop.bound_fixed and "may be evaluated again" or "as it was")
    end
end

local dumps = { check = check_tree, optimize = check_tree, check_elements = check_tree, check_calls = uses, check_device = uses,
    flatten = step_list, analyse_fields = uses, analyse_feeds = feeds, analyse_signals = step_list, analyse_bounds = bounds,
    analyse_flow = step_list, layout = names }

function dump.text(unit, pass)
    if pass == "emit" or pass == "format" then return (unit.header or "") .. unit.text end
    local text = setmetatable({}, Text)
    if pass == "load" then
        for _, path in ipairs(unit.files) do text:add(0, "%s", path) end
    else dumps[pass](text, unit) end
    return table.concat(text, "\n") .. "\n"
end

return dump

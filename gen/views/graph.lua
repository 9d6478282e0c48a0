-- The loop graph as DOT, Mermaid or JSON: loops with their phases and nodes, what is inserted where, in which order.

local json = require "gen.base.json"

local graph = {}

local function nodes_of(loop)
    local out = {}
    for _, phase in ipairs { loop.run or false, table.unpack(loop.phases) } do
        for _, node in ipairs(phase and phase.nodes or {}) do out[#out + 1] = node end
    end
    out[#out + 1] = loop.on_skip
    return out
end

local function identifier(full) return (full:gsub("[^%w_]", "_")) end

local function quote(text) return '"' .. text:gsub('[\\"]', "\\%0") .. '"' end

local function where(at) return ("%s:%d"):format(at.file, at.line) end

local function dot_loop(out, loop)
    out[#out + 1] = ("  subgraph cluster_%s {"):format(loop.name)
    out[#out + 1] = ("    label = %s;"):format(quote(loop.name .. " (" .. where(loop.at) .. ")"))
    local last
    for _, node in ipairs(nodes_of(loop)) do
        local style = node.body and "" or ", style=dashed"
        out[#out + 1] = ("    %s [label=%s%s];"):format(identifier(node.full), quote(node.order .. " " .. node.name), style)
        if last then out[#out + 1] = ("    %s -> %s;"):format(identifier(last.full), identifier(node.full)) end
        last = node
    end
    out[#out + 1] = "  }"
end

-- Calls visit(node, insertion) for every insertion of the trainer, in order.
local function each_insertion(trainer, visit)
    for _, loop in ipairs(trainer.loops) do
        for _, node in ipairs(nodes_of(loop)) do
            for _, insertion in ipairs(node.insertions) do visit(node, insertion) end
        end
    end
end

-- The node of the graph that an insertion's arrow points to.
local function target_of(insertion)
    if insertion.kind == "listener" then return identifier(insertion.what.full), insertion.what.full end
    local first = nodes_of(insertion.what)[1]
    return first and identifier(first.full) or identifier(insertion.what.name), nil
end

function graph.dot(unit)
    local out = { ("digraph %s {"):format(quote(unit.trainer.name)), "  node [shape=box];" }
    for _, loop in ipairs(unit.trainer.loops) do dot_loop(out, loop) end
    each_insertion(unit.trainer, function(node, insertion)
        local target, label = target_of(insertion)
        if label then out[#out + 1] = ("  %s [label=%s, shape=oval];"):format(target, quote(label)) end
        out[#out + 1] = ("  %s -> %s [style=bold, label=%s];"):format(identifier(node.full), target, quote(tostring(insertion.order)))
    end)
    out[#out + 1] = "}"
    return table.concat(out, "\n") .. "\n"
end

function graph.mermaid(unit)
    local out = { "flowchart TD" }
    for _, loop in ipairs(unit.trainer.loops) do
        out[#out + 1] = ("  subgraph %s"):format(loop.name)
        local last
        for _, node in ipairs(nodes_of(loop)) do
            out[#out + 1] = ('    %s["%d %s"]'):format(identifier(node.full), node.order, node.name)
            if last then out[#out + 1] = ("    %s --> %s"):format(identifier(last.full), identifier(node.full)) end
            last = node
        end
        out[#out + 1] = "  end"
    end
    each_insertion(unit.trainer, function(node, insertion)
        local target, label = target_of(insertion)
        if label then out[#out + 1] = ('  %s(["%s"])'):format(target, label) end
        out[#out + 1] = ("  %s ==>|%d| %s"):format(identifier(node.full), insertion.order, target)
    end)
    return table.concat(out, "\n") .. "\n"
end

local function json_node(node)
    local insertions = {}
    for i, insertion in ipairs(node.insertions) do
        insertions[i] = json.object { { "kind", insertion.kind == "loop" and "loop" or "callback" },
            { "name", insertion.what.full or insertion.what.name }, { "order", insertion.order } }
    end
    return json.object { { "name", node.name }, { "order", node.order }, { "line", node.at.line }, { "file", node.at.file },
        { "event", node.body == nil }, { "doc", node.doc }, { "insertions", json.list(insertions) } }
end

local function json_fields(owner)
    local out = {}
    for i, field in ipairs(owner.fields) do
        out[i] = json.object { { "name", field.name }, { "type", field.type }, { "life", field.life }, { "doc", field.doc } }
    end
    return json.list(out)
end

local function json_loop(loop)
    local phases = {}
    for _, phase in ipairs { loop.run or false, table.unpack(loop.phases) } do
        if phase then
            local nodes = {}
            for i, node in ipairs(phase.nodes) do nodes[i] = json_node(node) end
            phases[#phases + 1] = json.object { { "name", phase.name }, { "nodes", json.list(nodes) } }
        end
    end
    local call_on = {}
    for i, node in ipairs(loop.call_on) do call_on[i] = node.full end
    return json.object { { "name", loop.name }, { "file", loop.at.file }, { "line", loop.at.line }, { "repeats", loop.repeats },
        { "call_on", json.list(call_on) }, { "order", loop.order }, { "phases", json.list(phases) },
        { "fields", json_fields(loop) } }
end

local function json_step(item)
    local reads, writes = {}, {}
    for _, use in ipairs(item.source.uses) do
        if use.read then reads[#reads + 1] = use.field.full end
        if use.write then writes[#writes + 1] = use.field.full end
    end
    return json.object { { "name", item.source.full }, { "node", item.node.full },
        { "on", item.instance.on and item.instance.on.full or nil }, { "part", item.part }, { "reads", json.list(reads) },
        { "writes", json.list(writes) } }
end

local function json_callback(callback)
    local bodies = {}
    for i, listener in ipairs(callback.listeners) do
        local nodes = {}
        for j, node in ipairs(listener.nodes) do nodes[j] = node.full end
        bodies[i] = json.object { { "key", listener.key }, { "order", listener.order }, { "nodes", json.list(nodes) } }
    end
    return json.object { { "name", callback.name }, { "file", callback.at.file }, { "line", callback.at.line },
        { "order", callback.order }, { "bodies", json.list(bodies) }, { "fields", json_fields(callback) } }
end

local function all(values, make)
    local out = {}
    for i, value in ipairs(values) do out[i] = make(value) end
    return json.raw(json.array(out))
end

function graph.json(unit)
    local steps = {}
    for _, item in ipairs(unit.list) do
        if item.op == "step" then steps[#steps + 1] = item end
    end
    local trainer = unit.trainer
    return json.value(json.object { { "trainer", trainer.name }, { "loops", all(trainer.loops, json_loop) },
        { "callbacks", all(trainer.callbacks, json_callback) }, { "fields", json_fields(trainer) },
        { "steps", all(steps, json_step) } }) .. "\n"
end

return graph

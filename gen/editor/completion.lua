-- What may be written at a place: completion.at(index, offset) -> list of { label, kind, detail?, text?, first }: `first` is the offset
-- from which the label replaces what is there.

local documentation = require "gen.editor.documentation"
local spec_tree = require "gen.tree.spec_tree"
local structure = require "gen.editor.structure"
local vocabulary = require "gen.spec.vocabulary"

local completion = {}

-- Kinds of the protocol.
local kinds = { field = 5, func = 3, word = 14, key = 10, value = 12, loop = 7, node = 23, signal = 24 }

local function add(out, first, label, kind, detail, text)
    if out[label] then return end
    out[label] = true
    out[#out + 1] = { label = label, kind = kinds[kind], detail = detail, text = text, first = first }
end

local function type_of(field)
    local sizes = {}
    for i, size in ipairs(field.dims) do sizes[i] = ("[%d]"):format(size) end
    return field.type .. table.concat(sizes)
end

local function add_fields(out, index, owner, first)
    for _, file in ipairs(index.files) do
        for _, symbol in ipairs(file.structure.symbols) do
            if symbol.kind == "field" and symbol.role == "definition" and (symbol.owner or false) == owner then
                local field = index:object { kind = "field", owner = symbol.owner, name = symbol.name }
                add(out, first, symbol.name, "field", field and type_of(field), field and field.doc)
            end
        end
    end
    for _, field in ipairs(index.unit and spec_tree.fields(index.unit.trainer) or {}) do
        local name = field.owner.kind ~= "trainer" and field.owner.name or false
        if name == owner and not field.hidden then add(out, first, field.name, "field", type_of(field), field.doc) end
    end
end

local function add_loops(out, index, first)
    for _, file in ipairs(index.files) do
        for _, symbol in ipairs(file.structure.symbols) do
            if symbol.role == "definition" and (symbol.kind == "loop" or symbol.kind == "callback") then
                add(out, first, symbol.name, "loop", symbol.kind)
            end
        end
    end
end

local function each_node(index, visit)
    for _, member in ipairs(index.unit and index.unit.trainer.members or {}) do
        for _, node in ipairs(member.kind == "loop" and spec_tree.nodes(member) or {}) do visit(node.full, node.name, node.doc) end
    end
    for _, file in ipairs(index.files) do
        for _, symbol in ipairs(file.structure.symbols) do
            if symbol.kind == "node" and symbol.role == "definition" and not symbol.owner:find "^%?" then
                visit(symbol.owner .. "." .. symbol.name, symbol.name)
            end
        end
    end
end

-- In the C of a body.
local function in_body(out, index, offset, owner)
    local text = index.files[1].text
    local before = text:sub(math.max(1, offset - 200), offset - 1)
    local loop, part = before:match "%$([%a_][%w_]*)%.([%w_]*)$"
    if loop then return add_fields(out, index, loop, offset - #part) end
    local signal, named = before:match "%$(%l+)%(%s*([%w_.]*)$"
    if signal == "stop" then return add_loops(out, index, offset - #named) end
    if signal == "cancel" then
        for _, member in ipairs(index.unit and index.unit.trainer.loops or {}) do
            for _, phase in ipairs(member.phases) do add(out, offset - #named, phase.full, "node", "phase") end
        end
        return
    end
    local name = before:match "%$([%w_]*)$"
    if name then
        for _, scope in ipairs(index:scopes(owner and owner.head ~= "trainer" and owner.name or nil)) do
            add_fields(out, index, scope, offset - #name)
        end
        add_loops(out, index, offset - #name)
        for _, entry in ipairs(vocabulary.signals) do add(out, offset - #name, entry[1], "signal", "signal", entry[2]) end
        return
    end
    local word = before:match "[%w_]*$"
    for _, entry in ipairs(documentation.functions(index.unit)) do
        add(out, offset - #word, entry.name, "func", entry.declaration, entry.doc)
    end
end

local field_keys = { net = "mlp", inputs_from = "dataset", like = "dataset", from = "dataset" }

-- In a string of the Lua: names of nodes, fields, activations.
local function in_string(out, index, frame, first)
    local key = frame.key or frame.under
    if key == "call_on" or key == "within" or key == "home" then
        each_node(index, function(full, _, doc) add(out, first, full, "node", "node", doc) end)
    elseif frame.under == "control" or field_keys[key] then
        for _, field in ipairs(index.unit and spec_tree.fields(index.unit.trainer) or {}) do
            if frame.under == "control" or field.type == field_keys[key] then add(out, first, field.full, "field", type_of(field), field.doc) end
        end
    end
    for _, entry in ipairs(documentation.values(frame) or {}) do add(out, first, entry[1], "value", nil, entry[2]) end
end

-- A key of a table, or a value.
local function in_table(out, index, frame, first, is_value)
    if is_value or not frame then
        for _, entry in ipairs(documentation.words()) do add(out, first, entry[1], "word", entry[2], entry[3]) end
        return
    end
    for _, entry in ipairs(documentation.keys(frame) or {}) do add(out, first, entry[1], "key", entry[2], entry[3]) end
    if frame.head == "callback" then
        each_node(index, function(full, name, doc) add(out, first, name, "node", full, doc) end)
    elseif frame.head == "loop" then
        for _, prefix in ipairs(vocabulary.prefixes) do add(out, first, prefix .. "_", "node", "a node of a phase") end
    end
end

function completion.at(index, offset)
    local out, file = {}, index.files[1]
    local body = structure.text_at(file.structure, offset)
    if body then
        in_body(out, index, offset, body.owner)
        return out
    end
    local line = file.text:sub(1, offset - 1):match "[^\n]*$"
    local part = line:match "[%w_.]*$"
    local frame = structure.frame_at(file.structure, offset)
    local quote = line:match "[\"']([%w_.]*)$"
    if frame then
        local key = line:match "([%a_][%w_]*)%s*=%s*[\"']?[%w_.]*$" or line:match "([%a_][%w_]*)%s*=%s*{[^{}]*$"
        frame = setmetatable({ key = key or false }, { __index = frame })
        if not key then frame.key = nil end
    end
    if quote and frame then in_string(out, index, frame, offset - #quote)
    else in_table(out, index, frame, offset - #part, line:match "=%s*[%w_.]*$" ~= nil) end
    return out
end

return completion

-- Analysis of trees of elements (built by check/elements.lua): properties that decide on their C.

local analysis = {}

-- Whether a piece of C text is a $stop() without a name that a REPEAT or LOOP around it catches.
local function is_inner_stop(piece) return piece.kind == "signal" and piece.word == "stop" and piece.inner end

-- Calls visit(child) for each direct child, in the order of the text.
function analysis.each_child(tree, visit)
    for _, child in ipairs(tree.items or {}) do visit(child) end
    if tree.default then visit(tree.default) end
    if tree.el then visit(tree.el) end
end

-- Whether a tree can raise a $stop() that no repetition in it catches. Computed once per tree.
function analysis.stops(tree)
    if tree.stops ~= nil then return tree.stops end
    tree.stops = false
    for _, piece in ipairs(tree.leaf and tree.leaf.pieces or {}) do
        tree.stops = tree.stops or is_inner_stop(piece)
    end
    if tree.op ~= "REPEAT" and tree.op ~= "LOOP" then
        analysis.each_child(tree, function(child) tree.stops = analysis.stops(child) or tree.stops end)
    end
    return tree.stops
end

-- Whether the only signals of a leaf are stops of the repetition around it.
function analysis.only_stops(leaf)
    for _, piece in ipairs(leaf.pieces) do
        if piece.kind == "signal" and not is_inner_stop(piece) then return false end
    end
    return true
end

-- Whether a tree can raise anything but a stop that the repetition around it catches. Repetitions can be interrupted, except in
-- handlers.
function analysis.raises(tree, in_handler)
    local op = tree.op
    if op == "POPEN" or op == "SPAWN" then return true end
    if op == "CHOOSE" and not tree.default or op == "BUFFER_REPEAT" and tree.n.text then return true end
    if tree.leaf then return not analysis.only_stops(tree.leaf) end
    if tree.el and not in_handler then return true end
    local any = false
    analysis.each_child(tree, function(child) any = any or analysis.raises(child, in_handler) end)
    return any
end

-- The C lvalues of all processes that a tree may have running; known when its functions are written.
function analysis.processes(tree, out)
    out = out or {}
    if tree.child then out[#out + 1] = tree.child end
    if tree.op ~= "SPAWN" then analysis.each_child(tree, function(child) analysis.processes(child, out) end) end
    return out
end

-- Whether coroutines take turns in a tree.
function analysis.weaves(tree)
    local any = tree.op == "WEAVE" and #tree.items > 0
    if tree.op ~= "SPAWN" then analysis.each_child(tree, function(child) any = any or analysis.weaves(child) end) end
    return any
end

local always = {}

-- Whether a tree, when it runs, always takes a step or fails.
function analysis.always_steps(tree)
    local test = always[tree.op]
    return test == nil or test(tree)
end

function always.SEQ(tree)
    for _, child in ipairs(tree.items) do
        if analysis.always_steps(child) then return true end
    end
    return false
end

function always.CHOOSE(tree)
    for _, child in ipairs(tree.items) do
        if not analysis.always_steps(child) then return false end
    end
    return not tree.default or analysis.always_steps(tree.default)
end

function always.REPEAT(tree) return (tree.n.constant or 0) > 0 and analysis.always_steps(tree.el) end

always.BUFFER_REPEAT = always.REPEAT

function always.WEAVE(tree) return tree.required > 0 and always.CHOOSE(tree) end

-- The texts of the values and fields of a BUFFER_REPEAT.
function analysis.buffer_texts(tree)
    local out = {}
    for _, buffer in ipairs(tree.buffers or {}) do
        out[#out + 1] = buffer.into or nil
        out[#out + 1] = buffer.value or nil
    end
    return out
end

-- The fields that a tree writes, each once, in the order of the text.
function analysis.written(tree, out, seen)
    out, seen = out or {}, seen or {}
    for _, text in ipairs { tree.leaf or false, tree.text or false, tree.counter or false, tree.into or false,
        tree.n and tree.n.text or false, table.unpack(analysis.buffer_texts(tree)) } do
        for _, use in ipairs(text and text.uses or {}) do
            if use.write and not seen[use.field] and use.field.lvalue then
                seen[use.field] = true
                out[#out + 1] = use.field
            end
        end
    end
    analysis.each_child(tree, function(child) analysis.written(child, out, seen) end)
    return out
end

-- The field that a text of one field names.
function analysis.field(text)
    for _, piece in ipairs(text and text.pieces or {}) do
        if piece.kind == "field" then return piece.field end
    end
end

return analysis

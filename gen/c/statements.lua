-- Statements of C as data: the decisions of an emitter, before a line is written. render.lua writes them.
--
-- A block is a list of statements; a statement is a table with `op` and the members of its row in `shapes`. Beside these it may
-- have `at`, the place in the spec that its C is from, and `pending`, when its text names st by itself. Texts are C, without the
-- semicolon: strings, or lists of strings and of parts with a method text(), for names that are known only when all functions are.
-- `st` is the pending status of the function. A `leave` is the way out with it: { "break" }, { "return" } or { "goto", label }; a
-- label is a table { name }.

local statements = {}

-- op -> the members that a statement has; "?" marks those that may be missing. A member `block` or `other` is a block.
statements.shapes = {
    comment = { "lines" },
    paragraph = {},                                 -- a blank line, but not at the start of a block or below a title
    ["do"] = { "code" },                            -- code;
    set = { "to", "code" },                         -- to = code;
    declare = { "type", "name", "dims?", "value?" }, -- type name[dims] = value;
    exit = { "code?", "leave" },                    -- if ((st = code)) leave;   without code: if (st) leave;
    suspend = { "to?", "code", "remark?" },         -- if ((to = code) == LOOPC_MORE) return LOOPC_MORE;
    ["if"] = { "test", "block", "other?", "remark?" },
    ["for"] = { "start", "test", "step", "block" }, -- start and step may be "": while
    switch = { "on", "cases", "remark?" },          -- a case: { heads, block }
    label = { "label", "remark?" },
    leave = { "leave" },                            -- break; goto label; return st;
    ["return"] = { "code?" },                       -- without code: return st;
    probe = { "verb", "point" },                    -- if (instrumented) loopc_verb(&s->loopc, point);
}

-- The error of a block, as text, or nil. For tests.
function statements.problem(block)
    for i, s in ipairs(block) do
        local shape = statements.shapes[s.op]
        if not shape then return ("statement %d has the unknown op %s"):format(i, tostring(s.op)) end
        for _, member in ipairs(shape) do
            if not member:match("%?$") and s[member] == nil then return ("statement %d (%s) has no %s"):format(i, s.op, member) end
        end
        for _, inner in ipairs(statements.blocks_of(s)) do
            local why = statements.problem(inner)
            if why then return ("%s in statement %d (%s)"):format(why, i, s.op) end
        end
    end
end

local none = {}

-- The blocks within a statement, in the order of the text.
function statements.blocks_of(s)
    if s.cases then
        local out = {}
        for i, case in ipairs(s.cases) do out[i] = case.block end
        return out
    end
    return s.block and { s.block, s.other } or none
end

-- Whether a statement is only for readers: no instruction.
function statements.is_silent(s) return s.op == "comment" or s.op == "paragraph" end

-- The last statement of a block that is not silent, and its index.
function statements.last(block)
    for i = #block, 1, -1 do
        if not statements.is_silent(block[i]) then return block[i], i end
    end
end

-- The first statement at or behind index i that is not silent, and its index.
function statements.next(block, i)
    while block[i] and statements.is_silent(block[i]) do i = i + 1 end
    return block[i], i
end

-- Calls visit(statement) for every statement of a block and of the blocks within, in the order of the text, until it returns true.
function statements.find(block, visit)
    for _, s in ipairs(block) do
        if visit(s) then return s end
        for _, inner in ipairs(statements.blocks_of(s)) do
            local found = statements.find(inner, visit)
            if found then return found end
        end
    end
end

-- Whether a statement has to do with the variable st. Those whose text does by itself are marked so.
local function touches_pending(s)
    if s.op == "exit" then return true end
    if s.op == "leave" then return s.leave[1] == "return" end
    if s.op == "return" then return not s.code or s.pending == true end
    return s.to == "st" or s.pending == true
end

-- Whether a function with that body needs the variable st.
function statements.has_pending(block) return statements.find(block, touches_pending) ~= nil end

-- Removes the test of st at the end of each branch of an if that ends the function: st is returned behind it.
local function drop_last_tests(s)
    for _, block in ipairs(statements.blocks_of(s)) do
        local last, at = statements.last(block)
        if last and last.op == "exit" and last.leave[1] == "return" then
            if last.code then block[at] = { op = "set", to = "st", code = last.code, pending = last.pending }
            elseif at > 1 then table.remove(block, at) end
        elseif last and last.op == "if" then drop_last_tests(last) end
    end
end

-- The end of a function that returns the pending status; a last test of it is the result itself.
function statements.return_pending(block)
    local last, at = statements.last(block)
    if last and last.op == "if" then drop_last_tests(last) end
    if last and last.op == "exit" and last.leave[1] == "return" then
        table.remove(block, at)
        if last.code then return table.insert(block, { op = "return", code = last.code, pending = last.pending }) end
    elseif last and last.op == "set" and last.to == "st" and not last.pending then
        block[at] = { op = "return", code = last.code }
        return
    end
    block[#block + 1] = { op = "return" }
end

return statements

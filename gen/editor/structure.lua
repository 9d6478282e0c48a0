-- The shape of a spec as it is written, read from its words without running it: what is still there while a text is being typed.
--
-- structure.read(text) -> { text, frames, symbols, texts }:
--   frames   every bracket: { open, head?, name, key?, under?, parent?, first, last }: `loop "Fit" {` has the head loop and the name
--            Fit (a ? and its place where code makes the name); `under` is the key of the table around it of which this is the value,
--            `key` the one at the end while reading
--   symbols  definitions and uses of loops, nodes and fields: { kind, role, name, owner?, first, last, frame }; kind is loop, callback,
--            trainer, node or field, role definition or use, `owner` the name of a loop or callback (nil: the trainer, or not told)
--   texts    the strings of bodies and expressions: { first, last, inner, value, owner, frame }

local ctext = require "gen.c.text"
local tokens = require "gen.editor.tokens"
local vocabulary = require "gen.spec.vocabulary"

local structure = {}

local owners = { loop = true, callback = true, trainer = true }
local field_tables = { state = true, site = true, batch = true, result = true }
-- Keys whose strings are names of nodes, of fields, of loops.
local node_lists = { call_on = true, within = true, home = true }
local field_names = { net = true, target = true, eta = true, loss = true, samples = true, inputs_from = true, like = true, from = true,
    value = true, into = true, counter = true, ema = true }

local prefixes = {}
for _, prefix in ipairs(vocabulary.prefixes) do prefixes[prefix] = true end

-- Whether a key of a loop is a node: on_batch, and neither order nor on_save_checkpoint.
function structure.is_node(name)
    local prefix = name:match "^(%l+)_%w"
    return prefixes[prefix] ~= nil and not vocabulary.find(vocabulary.loop_keys, name)
end

-- The frame's owner: the loop, callback or trainer that it is in, or is.
function structure.owner(frame)
    while frame and not owners[frame.head] do frame = frame.parent end
    return frame
end

local Reader = {}
Reader.__index = Reader

-- Before a bracket that ends at `i`: the index before its counterpart.
function Reader:before(i)
    local depth = 0
    while i > 0 do
        local text = self.tokens[i].kind == "op" and self.tokens[i].text
        depth = depth + ((text == ")" or text == "]") and 1 or (text == "(" or text == "[") and -1 or 0)
        i = i - 1
        if depth == 0 then break end
    end
    return i
end

-- The head of a bracket, the word before it, past a name in quotes or parentheses and the sizes of an array; and the token of the name.
function Reader:head(i)
    local list, name = self.tokens, nil
    i = i - 1
    if list[i] and list[i].kind == "string" then
        name, i = list[i], i - 1
    end
    while list[i] and list[i].kind == "op" and (list[i].text == "]" or list[i].text == ")") do
        local before = self:before(i)
        if list[i].text == ")" and before == i - 3 and list[i - 1].kind == "string" then name = list[i - 1] end
        i = before
    end
    if list[i] and list[i].kind == "name" then return list[i].text, name end
end

function Reader:symbol(kind, role, name, owner, first, last, frame)
    table.insert(self.symbols, { kind = kind, role = role, name = name, owner = owner, first = first, last = last, frame = frame })
end

function Reader:open(i, token)
    local head, name = self:head(i)
    local top = self.top
    if owners[head] and token.text == "(" then head = nil end -- loop("Fit") { ... }: the table is the loop
    local frame = { open = token.text, head = head, name = name and name.value or "?" .. token.first, under = top and top.key,
        parent = top, first = token.first, last = #self.text + 1, starts = token.text == "{" }
    if owners[head] and name then self:symbol(head, "definition", name.value, nil, name.inner, name.inner + #name.value - 1, frame) end
    self.frames[#self.frames + 1], self.top = frame, frame
end

function Reader:close(token)
    if not self.top then return end
    self.top.last, self.top = token.first, self.top.parent
end

-- A key of a table: what it defines or uses depends on the table.
function Reader:key(token, name, first)
    local frame = self.top
    frame.key, frame.starts = name, false
    local around, last = frame.parent, first + #name - 1
    if frame.head == "loop" and structure.is_node(name) then self:symbol("node", "definition", name, frame.name, first, last, frame)
    elseif frame.head == "callback" and not vocabulary.find(vocabulary.callback_keys, name) then
        self:node_use(name, first, frame)
    elseif not frame.head and field_tables[frame.under] and around and owners[around.head] then
        self:symbol("field", "definition", name, around.head ~= "trainer" and around.name or nil, first, last, frame)
        self.symbols[#self.symbols].token = token
    end
end

-- "Fit.on_batch" or "on_batch" as the name of a node.
function Reader:node_use(text, first, frame)
    local loop, node = text:match "^([%a_][%w_]*)%.([%a_][%w_]*)$"
    if loop then
        self:symbol("loop", "use", loop, nil, first, first + #loop - 1, frame)
        self:symbol("node", "use", node, loop, first + #loop + 1, first + #text - 1, frame)
    elseif text:match "^[%a_][%w_]*$" then self:symbol("node", "use", text, nil, first, first + #text - 1, frame) end
end

function Reader:field_use(name, owner, scope, first, frame)
    self:symbol("field", "use", name, owner, first, first + #name - 1, frame)
    self.symbols[#self.symbols].scope = scope -- whose fields come first, where the owner is not named
end

-- The $names of a C text.
function Reader:dollars(token, frame, owner)
    local code = ctext.mask(token.value)
    for at, name, behind in code:gmatch "()%$([%a_][%w_]*)()" do
        local first = token.inner + at
        local member = code:match("^%.([%a_][%w_]*)", behind)
        local argument_at, argument = code:match("^%s*%(%s*()([%a_][%w_.]*)", behind)
        if (name == "stop" or name == "cancel") and argument then
            local loop = argument:match "^[^.]*"
            self:symbol("loop", "use", loop, nil, token.inner + argument_at - 1, token.inner + argument_at + #loop - 2, frame)
        elseif vocabulary.find(vocabulary.signals, name) or name == "loopc" then goto continue
        elseif member and self.named[name] then
            self:symbol("loop", "use", name, nil, first, first + #name - 1, frame)
            self:field_use(member, name, nil, token.inner + behind, frame)
        else self:field_use(name, nil, owner and owner.name, first, frame) end
        ::continue::
    end
end

function Reader:string(token)
    local frame = self.top
    local owner = structure.owner(frame)
    if not frame or not owner or frame.key == "doc" then return end
    local key = frame.key or frame.under
    if key == "batch" and frame.under == "control" then
        return self:symbol("loop", "use", token.value, nil, token.inner, token.inner + #token.value - 1, frame)
    end
    if node_lists[key] then return self:node_use(token.value, token.inner, frame) end
    if field_names[key] and token.value:match "^[%a_][%w_.]*$" and not (owner == frame and owner.head == "loop") then
        return self.later(function()
            local loop, name = token.value:match "^([%a_][%w_]*)%.([%a_][%w_]*)$"
            self:field_use(name or token.value, loop, owner.head ~= "trainer" and owner.name or nil, token.last - #(name or token.value),
                frame)
        end)
    end
    if token.text:sub(1, 1) ~= "[" and not token.value:find("$", 1, true) then return end
    self.texts[#self.texts + 1] = { first = token.first, last = token.last, inner = token.inner, value = token.value, owner = owner,
        frame = frame }
    self.later(function() self:dollars(token, frame, owner) end)
end

-- Whether a string in parentheses is a name: loop("Fit").
function Reader:is_name(i)
    local before = self.tokens[i - 2]
    return self.tokens[i - 1].text == "(" and before and owners[before.text] and before.kind == "name"
end

function Reader:token(i, token)
    local list, top = self.tokens, self.top
    local next_text = (list[i + 1] or {}).text
    if token.kind == "op" and token.text:match "^[{(%[]$" then return self:open(i, token) end
    if token.kind == "op" and token.text:match "^[})%]]$" then
        if token.text == "]" and next_text == "=" and top and top.parent and list[i - 1].kind == "string" then
            self:close(token)
            return self:key(list[i - 1], list[i - 1].value, list[i - 1].inner)
        end
        return self:close(token)
    end
    if not top then return end
    if token.text == "," or token.text == ";" then top.key, top.starts = nil, top.open == "{"
    elseif token.kind == "name" and next_text == "=" and top.starts then self:key(token, token.text, token.first)
    elseif token.kind == "string" and not (top.open == "[" or next_text == "{" or self:is_name(i)) then
        self:string(token)
        top.starts = false
    else top.starts = false end
end

function structure.read(text)
    local later = {}
    local reader = setmetatable({ text = text, tokens = tokens.read(text), frames = {}, symbols = {}, texts = {}, named = {},
        later = function(run) later[#later + 1] = run end }, Reader)
    for i, token in ipairs(reader.tokens) do reader:token(i, token) end
    for _, symbol in ipairs(reader.symbols) do
        if owners[symbol.kind] then reader.named[symbol.name] = symbol end
    end
    for _, run in ipairs(later) do run() end -- $Loop.name needs the names of all loops
    return { text = text, tokens = reader.tokens, frames = reader.frames, symbols = reader.symbols, texts = reader.texts }
end

-- The innermost frame around a position: one whose bracket opens before it.
function structure.frame_at(read, at)
    local found
    for _, frame in ipairs(read.frames) do
        if frame.first < at and at <= frame.last and (not found or frame.first > found.first) then found = frame end
    end
    return found
end

-- The C text around a position, or nil.
function structure.text_at(read, at)
    for _, text in ipairs(read.texts) do
        if text.inner <= at and at <= text.inner + #text.value then return text end
    end
end

-- The symbol at a position, or nil.
function structure.symbol_at(read, at)
    for _, symbol in ipairs(read.symbols) do
        if symbol.first <= at and at <= symbol.last + 1 then return symbol end
    end
end

return structure

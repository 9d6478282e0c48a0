-- Finds things of a spec again in its text: a C text by its value, a key by its name.
--
-- A small lexer of Lua that knows comments and string literals; of the code between them it wants the names before "=".
-- index(text) makes { literals = { value -> list of literals }, in_order = list of literals, keys = { name -> list of lines } },
-- in the order of their lines. A literal is { value, line, lines }: `lines` of its lines, from the first on, are lines of the
-- file ("a\nb" has one). A file's index is made once and kept in file.found.

local source = {}

-- After a long bracket's opening at `position`: its value, where it ends, how many lines are dropped at its front.
local function long_string(text, position)
    local equals = text:match("^%[(=*)%[", position)
    if not equals then return end
    local first = position + #equals + 2
    local close, last = text:find("]" .. equals .. "]", first, true)
    if not close then return end
    local body = text:sub(first, close - 1)
    local dropped = body:sub(1, 1) == "\n" and 1 or 0
    return body:sub(dropped + 1), last, dropped
end

-- The value of a quoted literal at `position` and where it ends; no value when it is not closed.
local function quoted(text, position)
    local quote, at = text:sub(position, position), position + 1
    while true do
        local found = text:find("[\\\"'\n]", at)
        if not found then return nil, #text end
        local c = text:sub(found, found)
        if c == "\n" then return nil, found - 1 end
        if c == quote then
            local literal = load("return " .. text:sub(position, found), "=literal", "t", {})
            return literal and literal(), found
        end
        at = c == "\\" and (text:match("^z%s*()", found + 1) or found + 2) or found + 1
    end
end

-- Where a comment at `position` ends.
local function comment(text, position)
    local _, last = long_string(text, position + 2)
    return last or (text:find("\n", position, true) or #text + 1) - 1
end

local Index = {}
Index.__index = Index

local function append(lists, key, entry)
    lists[key] = lists[key] or {}
    table.insert(lists[key], entry)
end

-- The line of a position; positions are asked for in ascending order.
function Index:line_at(position)
    while self.newline and self.newline < position do
        self.line, self.newline = self.line + 1, self.text:find("\n", self.newline + 1, true)
    end
    return self.line
end

-- The first "=" at or after `position`.
function Index:equals_from(position)
    while self.equals and self.equals < position do self.equals = self.text:find("=", self.equals + 1, true) end
    return self.equals
end

-- Code between literals: every name before "=".
function Index:code(first, last)
    local text = self.text
    local equals = self:equals_from(first)
    while equals and equals <= last do
        local behind = equals + 1
        if text:sub(behind, behind) == "=" then behind = behind + 1
        else
            local at, name = text:sub(first, equals - 1):match("^.*%f[%w_]()([%a_][%w_]*)%s*$")
            if name then append(self.keys, name, self:line_at(first + at - 1)) end
        end
        first = behind
        equals = self:equals_from(first)
    end
end

function Index:literal(value, at, last, dropped, as_written)
    if not value then return end
    local line = self:line_at(at)
    local _, breaks = value:gsub("\n", "\n")
    local literal = { value = value, line = line + dropped, lines = as_written and breaks + 1 or 1 }
    append(self.literals, value, literal)
    table.insert(self.in_order, literal)
    if self.text:match("^%s*%]%s*=[^=]", last + 1) then append(self.keys, value, line) end
end

-- The end of the comment or literal that opens at `at`.
function Index:opaque(at)
    local two = self.text:sub(at, at + 1)
    if two == "--" then return comment(self.text, at) end
    if two:sub(1, 1) == "[" then
        local value, last, dropped = long_string(self.text, at)
        self:literal(value, at, last, dropped, true)
        return last
    end
    if two:match("^[\"']") then
        local value, last = quoted(self.text, at)
        self:literal(value, at, last, 0, false)
        return last
    end
end

function source.index(text)
    text = text:gsub("\r\n?", "\n")
    local index = setmetatable({ text = text, literals = {}, in_order = {}, keys = {}, line = 1,
        newline = text:find("\n", 1, true), equals = text:find("=", 1, true) }, Index)
    local position = 1
    while true do
        local at = text:find("[%-%[\"']", position)
        index:code(position, (at or #text + 1) - 1)
        if not at then return index end
        position = (index:opaque(at) or at) + 1
    end
end

local function index_of(file)
    file.found = file.found or source.index(file.text)
    return file.found
end

-- In a list in ascending order of `line_of(entry)`: the number of the first entry at or after `line`, else of the last one.
local function nearest(list, line, line_of)
    local low, high = 1, #list
    while low < high do
        local middle = (low + high) // 2
        if line_of(list[middle]) >= line then high = middle else low = middle + 1 end
    end
    return low
end

local function line_of_literal(literal) return literal.line end

-- The long literal with which a body begins that code put together: one of the next few.
local function beginning(list, body, line)
    if #list == 0 then return nil end
    local first = nearest(list, line, line_of_literal)
    for i = first, math.min(first + 3, #list) do
        local literal = list[i]
        if literal.lines > 1 and literal.line >= line and body:sub(1, #literal.value) == literal.value then return literal end
    end
end

-- The line at which `body` begins, the nearest at or after `line`, else the last before it; and how many of its lines, from the
-- first on, are consecutive there: all of a long literal, those of the first part of a text that code put together.
-- `line` itself when code made all of it, or there is nothing of it.
function source.line_of(file, body, line)
    local index = file and file.text and index_of(file)
    if not index or body == "" then return line end
    local list = index.literals[body]
    local literal = list and list[nearest(list, line, line_of_literal)] or beginning(index.in_order, body, line)
    if not literal then return line end
    return literal.line, literal.lines
end

-- The line at or after `line` on which `key` is given a value (key = ... or ["key"] = ...), else `line`.
function source.line_of_key(file, key, line)
    local list = file and file.text and index_of(file).keys[key]
    local found = list and list[nearest(list, line, function(number) return number end)] or line
    return found >= line and found or line
end

local function line_text(text, number)
    local at = 1
    for _ = 2, number do
        at = text:find("\n", at, true)
        if not at then return "" end
        at = at + 1
    end
    return text:match("[^\n]*", at)
end

-- The dimensions of a field as the line declares it, "ROWS * INPUTS" of `x = f32[ROWS * INPUTS]`; nil when they are only numbers.
function source.shape(file, name, line)
    local text = file and file.text and line_text(file.text, line) or ""
    local at = text:match("%f[%w_]" .. name .. "%s*=%s*%a%w*()%[")
    local sizes = {}
    while at do
        local size, after = text:match("^%[([%w_%s%+%-%*/%%%(%)]+)%]()", at)
        sizes[#sizes + 1] = size
        at = after
    end
    local shape = table.concat(sizes, " x ")
    return table.concat(sizes):find("%a") and not shape:find("[/*][/*]") and shape or nil
end

return source

-- C text of a spec: finds the `$` words in it and leaves everything else alone.
--
-- scan(text) returns a list of pieces in order:
--   { kind = "text", text }
--   { kind = "field", name, member, line, access }   $name or $name.member; access: "r", "w", "rw", "a" (address or array:
--                                                     may be read and written); assigned = true for a plain assignment;
--                                                     indices = how many follow; callee, argument: the call it is given to;
--                                                     through: a member behind the pointer follows
--   { kind = "signal", word, argument, line }         $fail( ... (its arguments follow as pieces), $recover(), $cancel(x), $stop(x)
-- and a list of its errors: { id, line, name, ... }, `id` a row of messages.lua with its arguments from 4 on. Strings, character
-- constants and comments are skipped. Lines count from 1.

local ctext = {}

local signals = { fail = true, recover = true, cancel = true, stop = true }

local quoted = { ['"'] = "a string", ["'"] = "a character constant" }

-- Where the string or character constant that opens at `first` ends, and whether it is closed.
local function end_of_quoted(text, first)
    local quote, position = text:sub(first, first), first + 1
    while true do
        local found = text:find("[\\\"'\n]", position)
        if not found then return #text, false end
        local c = text:sub(found, found)
        if c == quote then return found, true end
        if c == "\n" then return found - 1, false end
        position = found + (c == "\\" and 2 or 1)
    end
end

-- The end of the line at `at`; a backslash at the end of a line continues it.
local function end_of_line(text, at)
    while true do
        local newline = text:find("\n", at, true)
        if not newline then return #text end
        if not text:sub(at, newline):match("\\\r?\n$") then return newline - 1 end
        at = newline + 1
    end
end

-- The string, character constant or comment that opens at `first`: its kind, its last position, whether it is closed. nil for a
-- division.
local function opaque_at(text, first)
    local two = text:sub(first, first + 1)
    if two == "//" then return "a comment", end_of_line(text, first), true end
    if two == "/*" then
        local _, last = text:find("*/", first + 2, true)
        return "a comment", last or #text, last ~= nil
    end
    local kind = quoted[two:sub(1, 1)]
    if kind then return kind, end_of_quoted(text, first) end
end

-- Visits every string, character constant and comment: first, last, kind, closed.
local function opaques(text)
    local position = 1
    return function()
        while true do
            local first = text:find("[\"'/]", position)
            if not first then return nil end
            local kind, last, closed = opaque_at(text, first)
            position = (last or first) + 1
            if kind then return first, last, kind, closed end
        end
    end
end

local function blanks(text) return (text:gsub("[^\n]", " ")) end

-- The text with blanks for comments and quoted text, of the same length; and the list of unclosed ones.
local function mask(text)
    local out, position, open = {}, 1, {}
    if not text:find("[\"'/]") then return text, open end
    for first, last, kind, closed in opaques(text) do
        local comment = kind == "a comment"
        local edge = comment and 0 or 1
        out[#out + 1] = text:sub(position, first - 1 + edge)
        out[#out + 1] = blanks(text:sub(first + edge, last - (closed and edge or 0)))
        if closed and not comment then out[#out + 1] = text:sub(last, last) end
        if not closed then open[#open + 1] = { what = kind, at = first } end
        position = last + 1
    end
    out[#out + 1] = text:sub(position)
    return table.concat(out), open
end

ctext.mask = mask

-- Passes over [ ... ], .member and ->member, to what is done with the element. Returns its place, whether there was any of
-- these, and how many indices.
local function behind_postfix(code, position)
    local indexed, indices = false, 0
    while true do
        local first = code:find("%S", position) or #code + 1
        local bracket = code:match("^%b[]()", first)
        local member = code:match("^%.%s*[%a_][%w_]*()", first) or code:match("^%->%s*[%a_][%w_]*()", first)
        if not bracket and not member then return first, indexed, indices end
        position, indexed, indices = bracket or member, true, indices + (bracket and 1 or 0)
    end
end

-- Whether the text before an operand ends in an & that takes its address: not "a & x", not "a && x", but "(T *)&x".
local function unary_ampersand(before)
    local rest = before:match("^(.*)&%s*$")
    if not rest or rest:match("&$") then return false end
    return rest:match("[%w_%)%]]%s*$") == nil or rest:match("%*%s*%)%s*$") ~= nil
        or rest:match("%f[%w_]return%s*$") ~= nil
end

-- Passes out of parentheses that hold nothing but the field: ($x) = 1.
local function unwrap(before, code, after)
    local inner = before:match("^(.*)%(%s*$")
    while inner and code:sub(after, after) == ")" and not inner:match("[%w_%]]%s*$") do
        before, after = inner, code:find("%S", after + 1) or #code + 1
        inner = before:match("^(.*)%(%s*$")
    end
    return before, after
end

-- How the text around a field uses it: access, assigned, and how many indices it has. With fewer than the field has dimensions it
-- is a pointer to all that is behind it. sizeof looks at no value: it counts as one element that is read.
local function use_of(code, first, last)
    local after, indexed, indices = behind_postfix(code, last + 1)
    local before
    before, after = unwrap(code:sub(math.max(1, first - 80), first - 1), code, after)
    local operator = code:sub(after, after + 2)
    if operator:match("^=[^=]") or operator == "=" then return indexed and "rw" or "w", true, indices end
    if operator:match("^[%+%-%*/%%&|%^]=") or operator:match("^<<=") or operator:match("^>>=") then return "rw", true, indices end
    if operator:match("^%+%+") or operator:match("^%-%-") then return "rw", true, indices end
    if before:match("%+%+%s*$") or before:match("%-%-%s*$") then return "rw", true, indices end
    if unary_ampersand(before) then return "a", false, indices end
    if before:match("%f[%w_]sizeof[%s%*%(]*$") then indices = math.huge end
    return "r", false, indices
end

local Scanner = {}
Scanner.__index = Scanner

-- The line of a position; positions are asked for in ascending order, or nearly so.
function Scanner:line_at(position)
    if position < self.known then self.known, self.line = 1, 1 end
    local _, count = self.text:sub(self.known, position - 1):gsub("\n", "\n")
    self.known, self.line = position, self.line + count
    return self.line
end

function Scanner:flush(last)
    if last >= self.start then self.pieces[#self.pieces + 1] = { kind = "text", text = self.text:sub(self.start, last) } end
end

function Scanner:problem(id, position, name, ...)
    self.problems[#self.problems + 1] = { id, self:line_at(position), name, ... }
end

-- Whether a statement may begin at a position: after ; { } : ), else, do, a line of the preprocessor, or at the beginning.
local function begins_statement(code, at)
    local before = code:sub(1, at - 1)
    local last = before:match("(%S)%s*$")
    if not last or last:match("[;{}:%)]") or ("\n" .. before):match("\n[ \t]*#[^\n]*\n%s*$") then return true end
    local word = before:match("([%w_]+)%s*$")
    return word == "else" or word == "do"
end

local usages = { fail = '$fail("format", ...);', recover = "$recover();", cancel = "$cancel(); or $cancel(Loop.phase);",
    stop = "$stop(); or $stop(Loop);" }

-- The error of a signal's call, or nil. `behind` is the end of its parentheses.
local function signal_problem(code, word, at, arguments, behind)
    if not behind then return "is not closed" end
    if word == "fail" and arguments == "" then return "has no message" end
    if word == "recover" and arguments ~= "" then return "takes nothing in its parentheses" end
    if word ~= "fail" and not arguments:match("^[%w_%.]*$") then return "takes at most one name in its parentheses" end
    if not begins_statement(code, at) or not code:match("^%s*;", behind) then return "is not a statement" end
end

-- A signal's word ends before "("; for all but fail the whole call is taken.
function Scanner:signal(word, at, open)
    self:flush(at - 1)
    local behind = self.code:match("^%b()()", open)
    local arguments = behind and self.code:sub(open + 1, behind - 2):match("^%s*(.-)%s*$") or ""
    local problem = signal_problem(self.code, word, at, arguments, behind)
    if problem and (behind or not self.open) then self:problem("bad_signal", at, "$" .. word, ("$%s(...) %s"):format(word, problem), usages[word]) end
    local piece = { kind = "signal", word = word, line = self:line_at(at) }
    self.pieces[#self.pieces + 1] = piece
    self.start = open + 1
    if word ~= "fail" then piece.argument, self.start = arguments:match("^[%w_%.]*"), behind or open + 1 end
    return self.start
end

-- Whether the field is an argument or an operand of its own: its replacement needs no parentheses.
local function stands_alone(code, first, behind)
    return code:match("^%s*[,%)]", behind) ~= nil and code:sub(math.max(1, first - 80), first - 1):match("[%(,]%s*$") ~= nil
end

-- The function that the text before a position is an argument of, and which one: "memcpy", 2. Nothing where the argument has begun
-- with anything but an & or casts.
local function call_around(code, at)
    local before = code:sub(math.max(1, at - 400), at - 1):gsub("&?%s*$", "")
    local inner = before:match("^(.*)%([%w_%s]+%*[%*%s]*%)%s*$")
    while inner do before, inner = inner, inner:match("^(.*)%([%w_%s]+%*[%*%s]*%)%s*$") end
    local place = before:match("^(.*[%(,])%s*$")
    local depth, number, i = 0, 1, place and #place or 0
    while i > 0 do
        local c = place:sub(i, i)
        if c == ")" or c == "]" then depth = depth + 1
        elseif c == "(" and depth == 0 then return place:sub(1, i - 1):match("([%a_][%w_]*)%s*$"), number
        elseif c == "(" or c == "[" then depth = depth - 1
        elseif c == "," and depth == 0 then number = number + 1
        elseif c:match("[;{}]") then return nil end
        i = i - 1
    end
end

function Scanner:field(name, at, last)
    self:flush(at - 1)
    local member, behind = self.code:match("^%.([%a_][%w_]*)()", last)
    local access, assigned, indices = use_of(self.code, at, last - 1)
    local callee, argument = call_around(self.code, at)
    self.pieces[#self.pieces + 1] = { kind = "field", name = name, member = member, line = self:line_at(at), access = access,
        callee = callee, argument = argument, through = self.code:match("^%->", behind or last) ~= nil,
        assigned = assigned, indices = indices, alone = stands_alone(self.code, at, behind or last) }
    self.start = behind or last
    return self.start
end

function Scanner:dollar(at)
    local name, last = self.code:match("^([%a_][%w_]*)()", at + 1)
    if not name or self.code:sub(at - 1, at - 1):match("[%w_]") then
        self:problem("lone_dollar", at, "$")
        return at + 1
    end
    local open = signals[name] and self.code:match("^%s*()%(", last)
    if open then return self:signal(name, at, open) end
    if signals[name] then
        self:problem("bad_signal", at, "$" .. name, ("$%s has no parentheses"):format(name), usages[name])
        return last
    end
    return self:field(name, at, last)
end

local closes = { [")"] = "(", ["]"] = "[", ["}"] = "{" }

-- Whether all brackets have counterparts: innermost pairs are taken out until nothing is left.
local function balanced(code)
    local left = code:gsub("[^%(%)%[%]{}]+", "")
    while left ~= "" do
        local count = #left
        left = left:gsub("%(%)", ""):gsub("%[%]", ""):gsub("{}", "")
        if #left == count then return false end
    end
    return true
end

-- A bracket without a counterpart: { text, at }, or nil. Texts with directives are not judged: only one of their branches counts.
local function unbalanced(code)
    if balanced(code) or ("\n" .. code):match("\n%s*#") then return nil end
    local open = {}
    for at, c in code:gmatch("()([%(%)%[%]{}])") do
        local last = open[#open]
        if not closes[c] then open[#open + 1] = { text = c, at = at }
        elseif last and last.text == closes[c] then open[#open] = nil
        else return { text = c, at = at } end
    end
    return open[#open]
end

function Scanner:check_whole(open)
    for _, row in ipairs(open) do self:problem("unclosed", row.at, self.text:sub(row.at, row.at), row.what) end
    local stray = #self.problems == 0 and unbalanced(self.code)
    if stray then self:problem("unbalanced", stray.at, stray.text, stray.text) end
end

function ctext.scan(text)
    local code, open = mask(text)
    local scanner = setmetatable({ text = text, code = code, open = #open > 0, pieces = {}, problems = {}, start = 1, known = 1,
        line = 1 }, Scanner)
    local at = code:find("$", 1, true)
    while at do at = code:find("$", scanner:dollar(at), true) end
    scanner:flush(#text)
    scanner:check_whole(open)
    return scanner.pieces, scanner.problems
end

-- The identifiers of a C text outside strings and comments, as a set: which runtime functions does it name?
function ctext.identifiers(text, into)
    local out = into or {}
    for word in mask(text):gmatch("[%a_][%w_]*") do out[word] = true end
    return out
end

-- All names of members of a C text, behind a dot or an arrow, as a set.
function ctext.members(text, into)
    local out, code = into or {}, mask(text)
    for word in code:gmatch("%.%s*([%a_][%w_]*)") do out[word] = true end
    for word in code:gmatch("%->%s*([%a_][%w_]*)") do out[word] = true end
    return out
end

-- The identifiers of an expression that name variables: none behind a dollar, a dot or an arrow, none that is called; once each.
function ctext.bare_names(expression)
    local out, seen, code = {}, {}, mask(expression)
    for at, word, behind in code:gmatch("()%f[%w_$]([%a_][%w_]*)()") do
        local before = code:sub(1, at - 1)
        local is_member = before:find("%.%s*$") or before:find("%->%s*$")
        if not is_member and not code:match("^%s*%(", behind) and not seen[word] then
            seen[word] = true
            out[#out + 1] = word
        end
    end
    return out
end

-- Whether evaluating an expression has no side effects: no call, no assignment.
function ctext.is_pure(expression)
    local code = (" " .. mask(expression) .. " "):gsub("[=!<>]=", " ")
    return not (code:find("[%w_%)%]]%s*%(") or code:find("=", 1, true) or code:find("++", 1, true) or code:find("--", 1, true))
end

-- Whether a text is empty but for blanks and comments; one that is not closed is an error, not a blank.
function ctext.is_blank(text)
    if text:match("^%s*[^%s/]") then return false end
    local code, open = mask(text)
    return #open == 0 and not code:match("%S")
end

-- An expression on one line: comments and runs of blanks outside strings become one blank.
function ctext.one_line(text)
    local out, plain, position = {}, "", 1
    for first, last, kind in opaques(text) do
        plain = plain .. text:sub(position, first - 1)
        if kind == "a comment" then plain = plain .. " "
        else
            out[#out + 1] = plain:gsub("\\\r?\n", " "):gsub("%s+", " ")
            out[#out + 1] = text:sub(first, last):gsub("\\\r?\n", "")
            plain = ""
        end
        position = last + 1
    end
    out[#out + 1] = (plain .. text:sub(position)):gsub("\\\r?\n", " "):gsub("%s+", " ")
    return (table.concat(out):gsub("^ ", ""):gsub(" $", ""))
end

-- A text without common indentation, blank lines at its ends dropped; returns how many lines were dropped at the front.
function ctext.dedent(text)
    local front = 0
    while true do
        local rest = text:match("^[ \t\r]*\n(.*)$")
        if not rest then break end
        text, front = rest, front + 1
    end
    text = text:gsub("%s+$", "")
    local margin
    for line in (text .. "\n"):gmatch("(.-)\n") do
        local blank = line:match("^[ \t]*")
        if #blank < #line and (not margin or #blank < margin) then margin = #blank end
    end
    local out = {}
    for line in (text .. "\n"):gmatch("(.-)\r?\n") do out[#out + 1] = line:sub((margin or 0) + 1) end
    return table.concat(out, "\n"), front
end

return ctext

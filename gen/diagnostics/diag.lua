-- Diagnostics: collected while passes run, printed together.
--
-- A diagnostic is { id, severity, text, hint, at = { file, line }, name }: `name` is the offending word, found
-- again in the source line to put the caret under it. Texts are in messages.lua, one row per id.

local json = require "gen.base.json"
local messages = require "gen.diagnostics.messages"

local Diag = {}
Diag.__index = Diag

local WIDTH = 200 -- bytes of a source line that are shown

-- `sources` maps a file's name to { path = as the user reaches it, text = its text }.
function Diag.new(sources) return setmetatable({ rows = {}, errors = 0, sources = sources }, Diag) end

-- Replaces %1, %2 ... by the arguments.
local function fill(pattern, arguments)
    return (pattern:gsub("%%(%d)", function(i) return tostring(arguments[tonumber(i)] or "") end))
end

-- Adds a diagnostic with a finished text, and returns it; the same text about the same line is added once.
function Diag:insert(row)
    local key = ("%s:%d:%s"):format(row.at and row.at.file or "", row.at and row.at.line or 0, row.text)
    self.seen = self.seen or {}
    if self.seen[key] then return end
    self.seen[key] = true
    self.rows[#self.rows + 1] = row
    if row.severity == "error" then self.errors = self.errors + 1 end
    return row
end

function Diag:add(id, at, name, ...)
    local row = assert(messages[id], "no message " .. id)
    local arguments = { ... }
    local hint = row.hint and fill(row.hint, arguments) or ""
    return self:insert { id = id, severity = row.severity, text = fill(row.text, arguments), at = at, name = name,
        hint = hint ~= "" and hint or nil }
end

-- Makes an error of a warning.
function Diag:raise(row)
    if row.severity == "error" then return end
    row.severity, self.errors = "error", self.errors + 1
end

-- A line of a source; the lines are taken apart once.
local function line_of(source, number)
    if not source.lines then
        source.lines = {}
        for line in (source.text .. "\n"):gmatch("(.-)\r?\n") do source.lines[#source.lines + 1] = line end
    end
    return source.lines[number]
end

-- Whether two characters side by side belong to one word.
local function same_word(pair) return pair:match("^[%w_][%w_]$") ~= nil end

-- The column (from 1) of `name` as a whole word in `line`, or of the first character that is not blank.
local function column_of(line, name)
    local from = 1
    while name and name ~= "" do
        local first, last = line:find(name, from, true)
        if not first then break end
        if not same_word(line:sub(first - 1, first)) and not same_word(line:sub(last, last + 1)) then return first, last end
        from = first + 1
    end
    local first = line:find("%S") or 1
    return first, first
end

-- The place of a diagnostic: path, line, column, the source line.
function Diag:place(row)
    local source = row.at and self.sources[row.at.file]
    if not source then return { path = row.at and row.at.file or "loopc", line = row.at and row.at.line } end
    local line = row.at.line and source.text and line_of(source, row.at.line)
    local place = { path = source.path, line = row.at.line, source = line }
    if line then place.column, place.last = column_of(line, row.name) end
    return place
end

-- The line with control characters replaced: those of a binary file could change the state of a terminal.
local function printable(line)
    local text = line:gsub("[^\t\32-\126\128-\255]", "?")
    return utf8.len(text) and text or text:gsub("[\128-\255]", "?")
end

-- The source line and a caret below the offending word. Of a line longer than a screen the part around it is shown; bytes
-- that continue a UTF-8 character take no column.
local function excerpt(place)
    local source = printable(place.source)
    local first, last = place.column, math.min(place.last, place.column + WIDTH // 2)
    local start = last > WIDTH and first - WIDTH // 2 or 1
    local text = source:sub(start, start + WIDTH - 1)
    local before = source:sub(start, first - 1):gsub("[\128-\191]", ""):gsub("[^\t]", " ")
    local under = source:sub(first, last):gsub("[\128-\191]", "")
    return text, before .. "^" .. ("~"):rep(#under - 1)
end

-- One diagnostic as text: file:line: severity: text [id], the source line, a caret, the hint.
function Diag:format(row)
    local place = self:place(row)
    local where = place.line and ("%s:%d"):format(place.path, place.line) or place.path
    local lines = { ("%s: %s: %s [%s]"):format(where, row.severity, row.text, row.id) }
    if place.source and place.column then
        local text, caret = excerpt(place)
        lines[#lines + 1] = "    " .. text
        lines[#lines + 1] = "    " .. caret
    end
    if row.hint then lines[#lines + 1] = "    hint: " .. row.hint end
    return table.concat(lines, "\n") .. "\n"
end

-- Diagnostics in the order of the source: file by file as first read, line by line; stable.
function Diag:sorted()
    local rows = {}
    for i, row in ipairs(self.rows) do rows[i] = { row = row, index = i } end
    local function rank(entry)
        local source = entry.row.at and self.sources[entry.row.at.file]
        return source and source.index or 0, entry.row.at and entry.row.at.line or 0
    end
    table.sort(rows, function(a, b)
        local file_a, line_a = rank(a)
        local file_b, line_b = rank(b)
        if file_a ~= file_b then return file_a < file_b end
        if line_a ~= line_b then return line_a < line_b end
        return a.index < b.index
    end)
    for i, entry in ipairs(rows) do rows[i] = entry.row end
    return rows
end

function Diag:text()
    local out = {}
    for _, row in ipairs(self:sorted()) do out[#out + 1] = self:format(row) end
    return table.concat(out)
end

-- The same for programs: a JSON array, an object a diagnostic.
function Diag:json()
    local out = {}
    for i, row in ipairs(self:sorted()) do
        local place = self:place(row)
        out[i] = json.object { { "file", place.path }, { "line", place.line }, { "column", place.column },
            { "severity", row.severity }, { "id", row.id }, { "message", row.text }, { "hint", row.hint } }
    end
    return json.array(out) .. "\n"
end

return Diag

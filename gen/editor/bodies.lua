-- Formats the C bodies of a spec by clang-format, in the style of the emitted C: bodies.edits(text, structure) -> list of
-- { first, last, text }, or nil and a message.

local ctext = require "gen.c.text"
local format = require "gen.emit.format"

local bodies = {}

-- clang-format reads $x and $Loop.x as names, but not a text without a function around it.
local function head(k) return ("void body_%d(void)\n{\n"):format(k) end

local tail = "}\n"

local function indented(text, margin)
    local out = {}
    for line in text:gmatch "([^\n]*)\n" do
        local body = line:gsub("^    ", "")
        out[#out + 1] = (body ~= "" and margin or "") .. body
    end
    return table.concat(out, "\n")
end

-- Texts that begin on the line after [[ : bodies on one line stay as they are.
local function is_body(text, entry)
    return entry.value:match "^[ \t]*\n" and text:sub(entry.first, entry.first) == "[" and entry.owner.head ~= "trainer"
end

-- The C of a body as clang-format is given it, or nil: what it would tear apart stays as it is.
local function plain_of(entry)
    local plain = ctext.dedent(entry.value)
    if plain ~= "" and not plain:find "^#" and not plain:find "\n#" then return plain end
end

-- The bodies in a formatted text of `count` of them, or nil when it does not come apart: a brace too many runs into the next one.
local function apart(text, count)
    local out, at = {}, 1
    for k = 1, count do
        local first, last = text:find(head(k), at, true)
        if not first or text:sub(at, first - 1):find "%S" then return nil end
        local behind = k < count and text:find("\n" .. head(k + 1), last, true) or #text
        out[k] = text:sub(last + 1, behind):match "^(.*)}\n+$"
        if not out[k] then return nil end
        at = behind + 1
    end
    return out
end

local function format_together(plains, program)
    local parts = {}
    for k, plain in ipairs(plains) do parts[k] = head(k) .. plain .. "\n" .. tail end
    local made = #plains > 0 and format.text(table.concat(parts, "\n"), program)
    return made and apart(made, #plains) or nil
end

local function format_alone(plains, program)
    local out = {}
    for k, plain in ipairs(plains) do out[k] = (format_together({ plain }, program) or { false })[1] end
    return out
end

-- One start of clang-format for all: it takes far longer than a body does. A comment that switches it off is for its own body.
local function format_all(plains, program)
    for _, plain in ipairs(plains) do
        if plain:find("clang-format", 1, true) then return format_alone(plains, program) end
    end
    return format_together(plains, program) or format_alone(plains, program)
end

local function edit_of(text, entry, inner)
    local margin = entry.value:match "\n([ \t]*)[^%s]" or ""
    local closing = text:sub(1, entry.last):match "\n([ \t]*)%]=*%]$" or ""
    local new = "\n" .. indented(inner, margin) .. "\n" .. closing
    if new == entry.value then return nil end
    return { first = entry.inner, last = entry.inner + #entry.value - 1, text = new }
end

function bodies.edits(text, structure)
    local program, out = format.program(), {}
    if not program then return nil, "clang-format 14 is not installed" end
    local entries, plains = {}, {}
    for _, entry in ipairs(structure.texts) do
        local plain = is_body(text, entry) and plain_of(entry)
        if plain then entries[#entries + 1], plains[#plains + 1] = entry, plain end
    end
    for k, inner in ipairs(format_all(plains, program)) do
        if inner then out[#out + 1] = edit_of(text, entries[k], inner) end
    end
    return out
end

return bodies

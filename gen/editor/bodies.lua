-- Formats the C bodies of a spec by clang-format, in the style of the emitted C: bodies.edits(text, structure) -> list of
-- { first, last, text }, or nil and a message.

local ctext = require "gen.c.text"
local format = require "gen.emit.format"

local bodies = {}

-- clang-format reads $x and $Loop.x as names, but not a text without a function around it.
local head, tail = "void f(void)\n{\n", "}\n"

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

local function edit_of(text, entry, program)
    local plain = ctext.dedent(entry.value)
    if plain == "" or plain:find "^#" or plain:find "\n#" then return nil end
    local made = format.text(head .. plain .. "\n" .. tail, program)
    local inner = made and made:match "^void f%(void%)\n{\n(.*)}\n$"
    if not inner then return nil end
    local margin = entry.value:match "\n([ \t]*)[^%s]" or ""
    local closing = text:sub(1, entry.last):match "\n([ \t]*)%]=*%]$" or ""
    local new = "\n" .. indented(inner, margin) .. "\n" .. closing
    if new == entry.value then return nil end
    return { first = entry.inner, last = entry.inner + #entry.value - 1, text = new }
end

function bodies.edits(text, structure)
    local program, out = format.program(), {}
    if not program then return nil, "clang-format 14 is not installed" end
    for _, entry in ipairs(structure.texts) do
        if is_body(text, entry) then out[#out + 1] = edit_of(text, entry, program) end
    end
    return out
end

return bodies

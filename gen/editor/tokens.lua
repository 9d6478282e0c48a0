-- The words of a Lua text that somebody is typing: no text is refused, what is not closed ends with its line or with the text.
--
-- tokens.read(text) -> list of { kind, text, first, last, inner?, value? }: kind is name, number, string or op; comments are left
-- out. Of a string `value` is what is between its quotes as written, `inner` the position of the first character of that.

local tokens = {}

local function long_bracket(text, at)
    local equals = text:match("^%[(=*)%[", at)
    if not equals then return end
    local inner = at + #equals + 2
    local close, last = text:find("]" .. equals .. "]", inner, true)
    return inner, (close or #text + 1) - 1, last or #text
end

local function quoted(text, at)
    local quote, from = text:sub(at, at), at + 1
    while true do
        local found = text:find("[\\\"'\n]", from)
        local c = found and text:sub(found, found)
        if not found or c == "\n" then return (found or #text + 1) - 1, (found or #text + 1) - 1 end
        if c == quote then return found - 1, found end
        from = c == "\\" and found + 2 or found + 1
    end
end

local function comment(text, at)
    local _, _, last = long_bracket(text, at + 2)
    return last or (text:find("\n", at, true) or #text + 1) - 1
end

local function string_at(text, at)
    local inner, value_last, last = long_bracket(text, at)
    if not inner and text:match("^[\"']", at) then
        inner = at + 1
        value_last, last = quoted(text, at)
    end
    if not inner then return end
    return { kind = "string", text = text:sub(at, last), first = at, last = last, inner = inner, value = text:sub(inner, value_last) }
end

local plain = { { "name", "^[%a_][%w_]*" }, { "number", "^%d[%w_%.]*" }, { "op", "^[=~<>]=" }, { "op", "^%.%.%.?" }, { "op", "^." } }

local function plain_at(text, at)
    for _, row in ipairs(plain) do
        local word = text:match(row[2], at)
        if word then return { kind = row[1], text = word, first = at, last = at + #word - 1 } end
    end
end

function tokens.read(text)
    local out, at = {}, text:find("%S")
    while at do
        local last
        if text:sub(at, at + 1) == "--" then last = comment(text, at)
        else
            local token = string_at(text, at) or plain_at(text, at)
            out[#out + 1], last = token, token.last
        end
        at = text:find("%S", last + 1)
    end
    return out
end

return tokens

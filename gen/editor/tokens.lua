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

-- The kind of a word by its first character, so that each text is matched once: all others are operators.
local kinds = {}
for i = 0, 255 do
    local c = string.char(i)
    kinds[i] = c:match "[%a_]" and "name" or c:match "%d" and "number" or c:match "[\"'%[]" and "string" or "op"
end

local plain = { name = "^[%a_][%w_]*()", number = "^%d[%w_%.]*()" }

local function operator_at(text, at)
    return text:match("^[=~<>]=", at) or text:match("^%.%.%.?", at) or text:sub(at, at)
end

local function word_at(text, at)
    local kind = kinds[text:byte(at)]
    local token = kind == "string" and string_at(text, at)
    if token then return token end
    local word = plain[kind] and text:sub(at, text:match(plain[kind], at) - 1) or operator_at(text, at)
    return { kind = plain[kind] and kind or "op", text = word, first = at, last = at + #word - 1 }
end

function tokens.read(text)
    local out, at = {}, text:find("%S")
    while at do
        local last
        if text:byte(at) == 45 and text:byte(at + 1) == 45 then last = comment(text, at) -- two minus signs
        else
            local token = word_at(text, at)
            out[#out + 1], last = token, token.last
        end
        at = text:find("%S", last + 1)
    end
    return out
end

return tokens

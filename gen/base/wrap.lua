-- Text broken at the width of a terminal.

local wrap = {}

wrap.columns = 80

-- The words of `text` behind `head`, which may be empty; following lines begin with `indent` spaces. Returns the lines.
function wrap.words(head, text, indent)
    local lines, line, empty = {}, head, head:match "^%s*$" ~= nil
    for word in text:gmatch "%S+" do
        if not empty and #line + 1 + #word > wrap.columns then
            lines[#lines + 1] = (line:gsub("%s+$", ""))
            line, empty = (" "):rep(indent), true
        end
        line = line .. ((empty or line:match "%s$") and "" or " ") .. word
        empty = false
    end
    lines[#lines + 1] = (line:gsub("%s+$", ""))
    return lines
end

-- A line of a page: one that is too long continues under the text behind its label ("  label  text"), six columns further in
-- when it is indented without a label (a declaration in C), at the margin else.
local function page_line(line)
    if #line <= wrap.columns then return line end
    local label, text = line:match "^(%s+%S.-%s%s+)(%S.*)$"
    if not label then label, text = line:match "^(usage: )(.*)$" end
    if label and #label < wrap.columns // 2 then return table.concat(wrap.words(label, text, #label), "\n") end
    local head, rest = line:match "^(%s*)(.*)$"
    if rest:find "^[%w_ ]+[ %*][%w_]+%b()$" then rest = rest:gsub("([^,]) ", "%1\1") end -- a declaration breaks between parameters
    return (table.concat(wrap.words(head, rest, #head > 0 and #head + 6 or 0), "\n"):gsub("\1", " "))
end

-- A page of help.
function wrap.page(text)
    return (text:gsub("[^\n]+", page_line))
end

-- Sentences written over several lines, each sentence that ends a line as one line.
function wrap.sentences(text) return (text:gsub("([^.\n])\n(%S)", "%1 %2")) end

return wrap

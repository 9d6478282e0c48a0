-- The one place that emits newlines and indentation of C text.

local CWriter = {}
CWriter.__index = CWriter

function CWriter.new(depth) return setmetatable({ lines = {}, depth = depth or 0 }, CWriter) end

local indents = {}
for depth = 0, 60 do indents[depth] = ("    "):rep(depth) end

-- Adds one line; arguments as for string.format. Without arguments the text is taken as it is.
function CWriter:line(text, ...)
    if text ~= "" then text = (indents[self.depth] or ("    "):rep(self.depth)) .. text end
    local lines = self.lines
    lines[#lines + 1] = select("#", ...) > 0 and text:format(...) or text
end

function CWriter:open(text, ...)
    self:line(text, ...)
    self.depth = self.depth + 1
end

function CWriter:close(text, ...)
    self.depth = self.depth - 1
    self:line(text or "}", ...)
end

-- A line one level further out: labels, "} else {".
function CWriter:outdented(text, ...)
    self.depth = self.depth - 1
    self:line(text, ...)
    self.depth = self.depth + 1
end

-- A line at the margin: preprocessor directives.
function CWriter:directive(text, ...)
    self.lines[#self.lines + 1] = select("#", ...) > 0 and text:format(...) or text
end

function CWriter:blank()
    if self.lines[#self.lines] ~= "" then self.lines[#self.lines + 1] = "" end
end

-- Where definitions go that a library has in its header: there, if this writer has one, else here.
function CWriter:public() return self.header or self end

-- Text that may not end a comment early, on one line.
function CWriter.safe(text)
    return (text:gsub("%s+", " "):gsub("%*/", "* /"):gsub("/%*", "/ *"))
end

-- A block comment; lines longer than the page are wrapped at blanks. Continuations of an indented line are indented further.
function CWriter:comment(lines)
    local wrapped, width = {}, 96 - self.depth * 4
    if #lines == 1 and #lines[1] <= width then return self:line("/* " .. lines[1] .. " */") end
    for _, text in ipairs(lines) do
        local indent, rest = text:match("^( *)(.*)$")
        while #indent + #rest > width do
            local cut = width - #indent
            while cut > 20 and rest:sub(cut, cut) ~= " " do cut = cut - 1 end
            wrapped[#wrapped + 1] = indent .. rest:sub(1, cut):gsub("%s+$", "")
            if indent ~= "" and indent == text:match("^ *") then indent = indent .. "    " end
            rest = rest:sub(cut + 1):gsub("^%s+", "")
        end
        wrapped[#wrapped + 1] = indent .. rest
    end
    if #wrapped == 1 then return self:line("/* " .. wrapped[1] .. " */") end
    for i, text in ipairs(wrapped) do
        self:line(((i == 1 and "/* " or " * ") .. text):gsub("%s+$", "") .. (i == #wrapped and " */" or ""))
    end
end

-- The title of a section, a ruled line. With `fill`, which writes the section, nothing when that is empty.
function CWriter:section(title, fill)
    local mark = #self.lines
    self:line("/* %s %s */", "---- " .. title, ("-"):rep(80 - #title))
    self:blank()
    if not fill then return end
    fill()
    if #self.lines == mark + 2 then
        self.lines[mark + 2], self.lines[mark + 1] = nil, nil
    end
end

-- Adds the lines of another writer at the present depth.
function CWriter:append(other)
    local indent = indents[self.depth]
    for _, text in ipairs(other.lines) do
        self.lines[#self.lines + 1] = (text ~= "" and text:sub(1, 1) ~= "#") and indent .. text or text
    end
end

-- The lines as one text, each with its end; made at once, for it may be long.
function CWriter:text()
    local lines = self.lines
    lines[#lines + 1] = ""
    local text = table.concat(lines, "\n")
    lines[#lines] = nil
    return text
end

return CWriter

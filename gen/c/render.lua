-- The lines of statements (statements.lua): the only place that knows how they are spelled. clang-format lays them out after.
--
-- render.block(w, block, place) writes a block to a CWriter. `place`, if given, marks the text of the spec: place.mark(w, at)
-- is called before the line of a statement that has an `at`, place.unmark(w) behind it. With w.bare comments are left out.

local statements = require "gen.c.statements"

local render = {}

local write = {}

-- A text is a string, or a list of strings and of parts that are spelled as late as this: part:text().
local function text_of(code)
    if type(code) == "string" then return code end
    local out = {}
    for i, part in ipairs(code) do out[i] = type(part) == "string" and part or part:text() end
    return table.concat(out)
end

render.text = text_of

local function remark_of(s) return s.remark and (" /* %s */"):format(s.remark) or "" end

-- The line of a statement, or the first one of a statement that holds blocks.
local function line(w, s, place, text)
    local marked = s.at and place
    if marked then place.mark(w, s.at) end
    w:line(text)
    if marked then place.unmark(w) end
end

-- "break", "goto Fit_run_end", "return st"
local function leave_text(leave)
    if leave[1] == "goto" then return "goto " .. leave[2].name end
    return leave[1] == "return" and "return st" or leave[1]
end

-- Statements that are one line: op -> its text.
local simple = {
    ["do"] = function(s) return text_of(s.code) .. ";" end,
    set = function(s) return ("%s = %s;"):format(s.to, text_of(s.code)) end,
    leave = function(s) return leave_text(s.leave) .. ";" end,
    ["return"] = function(s) return ("return %s;"):format(s.code and text_of(s.code) or "st") end,
    declare = function(s) return ("%s %s%s%s;"):format(s.type, s.name, s.dims or "", s.value and " = " .. text_of(s.value) or "") end,
    probe = function(s) return ("if (instrumented) loopc_%s(&s->loopc, %s);"):format(s.verb, s.text or s.point.name) end,
    exit = function(s)
        return ("if (%s) %s;"):format(s.code and ("(st = %s)"):format(text_of(s.code)) or "st", leave_text(s.leave))
    end,
    suspend = function(s)
        local code = text_of(s.code)
        return ("if (%s == LOOPC_MORE) return LOOPC_MORE;%s"):format(s.to and ("(%s = %s)"):format(s.to, code) or code, remark_of(s))
    end,
}

for op, text in next, simple do
    write[op] = function(w, s, place) line(w, s, place, text(s)) end
end

function write.comment(w, s)
    if not w.bare then w:comment(s.lines) end
end

local function block(w, inner, place)
    w.depth = w.depth + 1
    render.block(w, inner, place)
    w.depth = w.depth - 1
end

local fits = { ["do"] = true, set = true, leave = true, ["return"] = true }

-- The statement of an alternative that is on the line of its test, as text, or nil.
local function alone(s)
    local only = s.block[1]
    if #s.block ~= 1 or s.other or s.remark or only.at or not fits[only.op] then return nil end
    return simple[only.op](only)
end

write["if"] = function(w, s, place)
    local single = alone(s)
    if single then return line(w, s, place, ("if (%s) %s"):format(s.test, single)) end
    line(w, s, place, ("if (%s) {%s"):format(s.test, remark_of(s)))
    block(w, s.block, place)
    if s.other then
        w:line("} else {")
        block(w, s.other, place)
    end
    w:line("}")
end

local function head_of_for(s)
    if s.start ~= "" or s.step ~= "" then return ("for (%s; %s; %s) {"):format(s.start, s.test, s.step) end
    return s.test ~= "" and ("while (%s) {"):format(s.test) or "for (;;) {"
end

write["for"] = function(w, s, place)
    line(w, s, place, head_of_for(s))
    block(w, s.block, place)
    w:line("}")
end

local function declares(inner)
    for _, s in ipairs(inner) do
        if s.op == "declare" then return true end
    end
    return false
end

-- An alternative with a declaration is in braces.
local function write_case(w, case, place)
    local braces = declares(case.block)
    for i, head in ipairs(case.heads) do w:line(head .. (braces and i == #case.heads and ": {" or ":")) end
    block(w, case.block, place)
    if braces then w:line("}") end
end

function write.switch(w, s, place)
    line(w, s, place, ("switch (%s) {%s"):format(s.on, remark_of(s)))
    for _, case in ipairs(s.cases) do write_case(w, case, place) end
    w:line("}")
end

-- A label precedes a statement, not before a declaration or the end of a block.
local function write_label(w, s, following)
    local empty = (not following or following.op == "declare") and ";" or ""
    w:outdented("%s:%s%s", s.label.name, empty, remark_of(s))
end

local opens = { comment = true, label = true, paragraph = true }

function render.block(w, list, place)
    for i, s in ipairs(list) do
        if s.op == "label" then write_label(w, s, (statements.next(list, i + 1)))
        elseif s.op ~= "paragraph" then write[s.op](w, s, place)
        elseif i > 1 and not opens[list[i - 1].op] then w:blank() end
    end
end

return render

-- Line directives, for --line: text of the spec is under the name and line of the spec, all else under those of the C file.
--
-- Where the C file goes on is known when the text is laid out: until then a directive back is line 0. What the spec has on several
-- lines is not laid out, so that it keeps them.

local cvalue = require "gen.c.value"

local line_directives = {}

local OFF, ON = "/* clang-format off */", "/* clang-format on */"

local function to_spec(unit, w, at)
    local source = unit.sources[at.file]
    w:directive("#line %d %s", at.line, cvalue.string(source and source.path or at.file))
end

-- Before text of the spec that is on one line.
function line_directives.to_spec(unit, w, at)
    if unit.options.line then to_spec(unit, w, at) end
end

-- Back to the emitted file itself: the next line is its own.
function line_directives.back(unit, w)
    if unit.options.line then w:directive('#line 0 ""') end
end

local function trimmed(line) return line:match "^%s*(.-)%s*$" end

local function trimmed_lines(text)
    local out = {}
    for line in (text .. "\n"):gmatch "([^\n]*)\n" do out[#out + 1] = trimmed(line) end
    return out
end

-- The lines of the sources, by file, without what opens and closes a long literal; and the place of each line that there is once.
local function index_of(unit)
    local index = { files = {}, places = {} }
    for name, source in next, unit.sources do
        index.files[name] = trimmed_lines(source.text:gsub("[^\n]*%[=*%[[ \t]*", ""):gsub("[ \t]*%]=*%][^;\n]*", ""))
        for number, line in ipairs(index.files[name]) do
            index.places[line] = index.places[line] == nil and { file = name, line = number } or false
        end
    end
    return index
end

-- The place of line `number` of a C text, after that of the line before it. A text that Lua code put together is where the spec has
-- its lines, one after the other; a line that it made is where the text is.
local function place_of(index, code, lines, number, before)
    if code.lines == #lines or number <= code.lines and code.lines > 1 then return { file = code.at.file, line = code.at.line + number - 1 } end
    local line, following = lines[number] or "", before and index.files[before.file] or {}
    if before and line ~= "" and following[before.line + 1] == line then return { file = before.file, line = before.line + 1 } end
    local place = index.places[line]
    local alone = place and lines[number + 1] and lines[number + 1] ~= index.files[place.file][place.line + 1]
    return not alone and place or code.at
end

local function is_next(place, before) return before and place.file == before.file and place.line == before.line + 1 end

-- Writes a C text of the spec, by write(line) for each line of `text`, of which the first `dropped` lines of code are no part.
function line_directives.write(unit, w, code, text, dropped, write)
    local laid_out = unit.options.line and unit.options.format ~= "never"
    local lines, number, before = trimmed_lines(code.text), dropped, nil
    unit.line_index = unit.line_index or unit.options.line and index_of(unit)
    if laid_out then w:line(OFF) end
    for line in (text .. "\n"):gmatch "([^\n]*)\n" do
        number = number + 1
        local place = unit.line_index and place_of(unit.line_index, code, lines, number, before)
        if place and not is_next(place, before) then line_directives.to_spec(unit, w, place) end
        write(line)
        before = place
    end
    line_directives.back(unit, w)
    if laid_out then w:line(ON) end
end

local function lines_of(text)
    local out = {}
    for line in text:gmatch("([^\n]*)\n") do out[#out + 1] = line end
    return out
end

-- Copies the lines between a directive and the next one. Those that were one line before they were laid out are one again.
local function join_text(lines, first, out)
    local last = first
    while lines[last + 1] and not lines[last + 1]:find("^#line") do last = last + 1 end
    out[#out + 1] = table.concat(lines, "\n", first, last):gsub("\n%s*", " ")
    return last
end

-- The text with the numbers of all directives back. formatted: it was laid out.
function line_directives.number(unit, text, formatted)
    if not unit.options.line then return text end
    local lines, out, i, apart = lines_of(text), {}, 1, not formatted
    local name = cvalue.string(unit.options.c_file or unit.struct .. ".c")
    while lines[i] do
        local number = lines[i]:match("^#line (%d+)")
        out[#out + 1] = number == "0" and ("#line %d %s"):format(#out + 2, name) or lines[i]
        if formatted and lines[i]:find(OFF, 1, true) then apart = true end
        if formatted and lines[i]:find(ON, 1, true) then apart = false end
        if not apart and number and number ~= "0" then i = join_text(lines, i + 1, out) end
        i = i + 1
    end
    return table.concat(out, "\n") .. "\n"
end

return line_directives

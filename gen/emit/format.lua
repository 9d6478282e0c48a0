-- format: lays out the emitted C with clang-format, in the style of the .clang-format built into loopc, and numbers its line directives.
--
-- In and out: unit.text. A clang-format of another version than 14 will do if it lays out templates/format/probe.c
-- as 14 does. unit.options.format says how much it matters: "must" (loopc gen: other bytes would differ from
-- those of another machine, so its absence is an error), "may" (build, run: skipped without the program, or when the text
-- is long), "never". The style goes along on the command line, so no file of the working folder can change it.

local host = require "host"
local line_directives = require "gen.emit.line_directives"

local format = {}

-- From here on formatting takes longer than compiling; only people read formatted text.
format.most_steps = 5000

-- The style file as the argument of --style: "{Key: value, ...}".
function format.style()
    local entries = {}
    for line in host.script(".clang-format"):gmatch("[^\n]+") do
        if line:match("^%w+:") then entries[#entries + 1] = line end
    end
    return "--style={" .. table.concat(entries, ", ") .. "}"
end

-- Formatted text, or nil and a message.
function format.text(text, program)
    local status, out, err = host.run { program, format.style(), "--assume-filename=x.c", input = text }
    if status == 0 then return out end
    return nil, err or out
end

-- Asking a program for its version takes as long as formatting a file: only names without one need that.
local function is_installed(program)
    for folder in ((host.getenv "PATH" or "") .. ":"):gmatch "([^:]*):" do
        if host.isfile((folder == "" and "." or folder) .. "/" .. program) then return true end
    end
    return false
end

local function is_14(program)
    local status, out = host.run { program, "--version" }
    return status == 0 and out:match("version 14%.") ~= nil
end

-- Whether it makes the probe, which is laid out by 14, of its text with other line breaks and without indentation.
local function agrees(program)
    local probe = host.template "format/probe.c"
    return format.text(probe:gsub("([,&|])\n +", "%1 "):gsub("\n +", "\n"), program) == probe
end

local function find()
    if is_installed "clang-format-14" then return "clang-format-14" end
    for _, name in ipairs { "clang-format", "clang-format-15", "clang-format-16", "clang-format-19", "clang-format-13" } do
        if is_14(name) or agrees(name) then return name end
    end
    return false
end

local found

-- The name of a clang-format that lays out as 14 does, or nil.
function format.program()
    if found == nil then found = find() end
    return found or nil
end

local function wanted(unit)
    local mode = unit.options.format or "may"
    if mode == "never" then return false end
    return mode == "must" or (unit.step_count or 0) <= format.most_steps
end

local function lay_out(unit, program)
    local text, message = format.text(unit.text, program)
    if not text then return unit.diags:add("format_failed", nil, nil, program, (message:gsub("%s+$", ""))) end
    unit.text = text
    unit.header = unit.header and format.text(unit.header, program)
    return true
end

function format.run(unit)
    local program = wanted(unit) and format.program()
    local formatted = program and lay_out(unit, program)
    if program == nil and unit.options.format == "must" then unit.diags:add "no_format_program" end
    unit.text = line_directives.number(unit, unit.text, formatted)
end

return format

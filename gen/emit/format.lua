-- format: lays out the emitted C with clang-format 14, in the style of the .clang-format built into loopc.
--
-- In and out: unit.text. unit.options.format says how much it matters: "must" (loopc gen: other bytes would differ from
-- those of another machine, so its absence is an error), "may" (build, run: skipped without the program, or when the text
-- is long), "never". The style goes along on the command line, so no file of the working folder can change it.

local host = require "host"

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

-- Asking a program for its version takes as long as formatting a file: only the name without one needs that.
local function is_14(program)
    local status, out = host.run { program, "--version" }
    return status == 0 and out:match("version 14%.") ~= nil
end

local function is_installed(program)
    for folder in ((host.getenv "PATH" or "") .. ":"):gmatch "([^:]*):" do
        if host.isfile((folder == "" and "." or folder) .. "/" .. program) then return true end
    end
    return false
end

local found

-- The name of a clang-format 14, or nil.
function format.program()
    if found == nil then
        found = is_installed("clang-format-14") and "clang-format-14" or is_14("clang-format") and "clang-format" or false
    end
    return found or nil
end

-- Formatted text, or nil and a message.
function format.text(text, program)
    local status, out, err = host.run { program, format.style(), "--assume-filename=x.c", input = text }
    if status == 0 then return out end
    return nil, err or out
end

local function wanted(unit)
    local mode = unit.options.format or "may"
    if mode == "never" then return false end
    return mode == "must" or (unit.step_count or 0) <= format.most_steps
end

function format.run(unit)
    if not wanted(unit) then return end
    local program = format.program()
    if program then
        local text, message = format.text(unit.text, program)
        if not text then return unit.diags:add("format_failed", nil, nil, program, (message:gsub("%s+$", ""))) end
        unit.text = text
        unit.header = unit.header and format.text(unit.header, program)
    elseif unit.options.format == "must" then unit.diags:add("no_format_program") end
end

return format

-- The man page loopc(1), in troff's man macros, made from the tables of the commands.

local cli = require "gen.cli.cli"

local manpage = {}

-- Text as troff takes it literally: no escapes, no requests, hyphens that can be copied.
local function literal(text)
    text = text:gsub("\\", "\\e"):gsub("%-", "\\-")
    return (("\n" .. text):gsub("\n([.'])", "\n\\&%1"):sub(2))
end

local function command_text(out, command)
    local usage = command.usage and " " .. command.usage or ""
    out[#out + 1] = (".SS %s%s"):format(literal(command.name), literal(usage))
    out[#out + 1] = literal(command.summary) .. "."
    if command.text then out[#out + 1] = literal(command.text) end
    for _, option in ipairs(cli.options(command)) do
        out[#out + 1] = ".TP\n.B " .. literal(cli.synopsis(option))
        out[#out + 1] = literal(option[3])
    end
end

local head = [[
.TH LOOPC 1
.SH NAME
loopc \- compiles loop specs to readable C programs
.SH SYNOPSIS
.B loopc
.I COMMAND
.RI [ ARGUMENT ...]
.SH DESCRIPTION
A spec is a Lua file that describes loops, their phases and the C bodies of each phase.
loopc flattens it into one C program that reads from top to bottom in the order in which it runs.
.SH COMMANDS]]

local tail = [[
.SH EXIT STATUS
.TP
.B 0
success
.TP
.B 1
a check or a program failed
.TP
.B 2
wrong usage, a bad spec or bad input
.SH ENVIRONMENT
.TP
.B CC, CFLAGS, LDFLAGS
the C compiler of build and run, and more flags for it
.TP
.B LOOPC_HOME
the folder that holds include/loopc and lib/libloopc.a
.TP
.B LOOPC_SCRIPTS
a folder whose gen/ and templates/ are used instead of those built in, as with
.B \-\-scripts
before the command
.TP
.B XDG_CACHE_HOME
where run keeps programs (~/.cache)
.TP
.B CI
when set, golden refuses to update]]

function manpage.text(commands)
    local out = { head }
    for _, command in ipairs(commands) do command_text(out, command) end
    out[#out + 1] = tail
    return table.concat(out, "\n") .. "\n"
end

return manpage

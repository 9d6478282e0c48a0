-- loopc observe: watches and steers trainers on a page. The work is done by the program loopc-observe beside this one.

local cli = require "gen.cli.cli"
local host = require "host"

local observe = {
    name = "observe",
    summary = "Watches and steers trainers while they run, on a page or in the terminal",
    usage = "[OPTION...] [--] PROGRAM [ARGUMENT...] [--and PROGRAM [ARGUMENT...]]...",
    text = "Starts each program with a control channel and prints the address of a page that shows it live: open it in a\n" ..
        "browser. When all have ended, and the page has had a viewer, their last losses are printed; where nobody sits at a\n" ..
        "terminal it waits 30 seconds for one. A trainer that was joined and is started anew is joined again, within a\n" ..
        "minute, or with --keep at any time. The exit code is that of the programs.",
    raw = true,
}

observe.options = {
    { "--attach", "unix:PATH", "join the trainer that runs with --control lines:unix:PATH" },
    { "--log", "FILE", "show the log that a trainer has written with --log FILE" },
    { "--port", "NUMBER", "where the page is served (default: any that is free)" },
    { "--host", "ADDRESS", "serve others than this machine, too (default 127.0.0.1)" },
    { "--keep", nil, "serve until interrupted, when all have ended, too" },
    { "--tui", nil, "show a table in the terminal, and no page" },
}

local function program() return (assert(host.exe()):gsub("[^/]*$", "loopc-observe")) end

function observe.run(arguments)
    local path = program()
    if not host.exists(path) then cli.fail("loopc-observe is not there: it belongs beside loopc", nil, 1) end
    local _, message = host.exec { path, table.unpack(arguments) }
    cli.fail(message, nil, 1)
end

return observe

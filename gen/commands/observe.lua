-- loopc observe: watches and steers trainers on a page. The work is done by the program loopc-observe beside this one.

local cli = require "gen.cli.cli"
local host = require "host"
local runs = require "gen.views.runs"

local observe = {
    name = "observe",
    summary = "Watches and steers trainers while they run, on a page or in the terminal",
    usage = "[OPTION...] [--] PROGRAM [ARGUMENT...] [--and PROGRAM [ARGUMENT...]]... | FOLDER",
    text = "Starts each program with a control channel and prints the address of a page that shows it live: open it in a\n" ..
        "browser. When all have ended, and the page has had a viewer, their last losses are printed; where nobody sits at a\n" ..
        "terminal it waits 30 seconds for one. A trainer that was joined and is started anew is joined again, within a\n" ..
        "minute, or with --keep at any time. The exit code is that of the programs.\n" ..
        "A folder of runs, of files of --metrics and checkpoints, is shown as one page: a table, curves, parameters against results.",
    raw = true,
}

observe.options = {
    { "--attach", "unix:PATH", "join the trainer that runs with --control lines:unix:PATH" },
    { "--log", "FILE", "show the log that a trainer has written with --log FILE" },
    { "--port", "NUMBER", "where the page is served (default: any that is free)" },
    { "--host", "ADDRESS", "serve others than this machine, too (default 127.0.0.1)" },
    { "--keep", nil, "serve until interrupted, when all have ended, too" },
    { "--json", nil, "print what the page of a folder of runs shows, as JSON" },
    { "--tui", nil, "show a table in the terminal, and no page" },
}

local function program() return (assert(host.exe()):gsub("[^/]*$", "loopc-observe")) end

-- The folder among the arguments, where they name no program, and whether --json is one of them; the arguments of the server.
local function folder_of(arguments)
    local rest, folder, as_json, takes_value = {}, nil, false, false
    for _, word in ipairs(arguments) do
        local is_option = word:sub(1, 2) == "--" and not takes_value
        if word == "--json" then as_json = true
        elseif not is_option and not takes_value and not folder then
            if not host.isdir(word) then return nil, as_json end
            folder = word
            table.move({ "--runs", word }, 1, 2, #rest + 1, rest)
        else rest[#rest + 1] = word end
        takes_value = is_option and (word == "--port" or word == "--host")
    end
    return folder, as_json, rest
end

function observe.run(arguments)
    local path = program()
    local folder, as_json, rest = folder_of(arguments)
    if as_json then
        if not folder then cli.fail("--json: it takes a folder of runs", "loopc observe --json RUNS/") end
        return host.stdout(runs.json(runs.read(folder)))
    end
    arguments = rest or arguments
    if not host.exists(path) then cli.fail("loopc-observe is not there: it belongs beside loopc", nil, 1) end
    local _, message = host.exec { path, table.unpack(arguments) }
    cli.fail(message, nil, 1)
end

return observe

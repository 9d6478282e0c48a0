-- The way from the command line to a command. In: the arguments; out: the exit code.

local cli = require "gen.cli.cli"
local host = require "host"
local list = require "gen.commands.list"
local nearest = require "gen.base.nearest"

local driver = {}

-- loopc --test FILE...: runs test files in Lua with all of Lua's libraries; `require` finds modules under the working folder
-- too. A file that returns a number other than 0 ends the program with it as the exit code.
local function run_tests(files)
    host.testing(".")
    for _, file in ipairs(files) do
        local text, message = host.read(file)
        if not text then cli.fail(message) end
        local code = assert(load(text, "@" .. file, "t"))()
        if math.type(code) == "integer" and code ~= 0 then return code end
    end
    return 0
end

local aliases = { ["--help"] = "help", ["-h"] = "help", ["--version"] = "version" }

-- Refuses a first word that is not a command: perhaps it is a spec, perhaps misspelt.
local function unknown(word)
    if word:match("%.lua$") then cli.usage(("'%s' is a spec, not a command"):format(word), "loopc build " .. word) end
    if word:sub(1, 1) == "-" then cli.usage(("unknown option '%s'"):format(word), "loopc --help lists the commands") end
    cli.usage(("unknown command '%s'%s"):format(word, nearest.suggest(word, list.names)), "loopc --help lists the commands")
end

function driver.run(arguments)
    local word = table.remove(arguments, 1)
    if word == "--test" then return run_tests(arguments) end
    if not word then
        host.stderr(list.command("help").overview())
        return 2
    end
    word = aliases[word] or word
    if not list.has(word) then unknown(word) end
    local command = list.command(word)
    local parsed = cli.parse(command, arguments)
    if parsed.help then
        host.stdout(cli.help(command))
        return 0
    end
    return command.run(parsed) or 0
end

return driver

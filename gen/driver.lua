-- The list of commands, and the way from the command line to one of them. In: the arguments; out: the exit code.

local cli = require "gen.cli.cli"
local host = require "host"

local driver = {}

-- In the order in which help shows them; each is gen/commands/<name>.lua.
driver.commands = { "init", "check", "explain", "gen", "build", "run", "graph", "observe", "plot", "state", "golden", "types",
    "completion", "help", "version" }

function driver.command(name) return require("gen.commands." .. name) end

local function is_command(name)
    for _, command in ipairs(driver.commands) do
        if command == name then return true end
    end
    return false
end

-- loopc --test FILE...: runs Lua files of ours on the passes, with all of Lua's libraries; `require` then finds modules
-- under the working folder too. A number that a file returns, if not 0, ends it as the exit code.
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

-- The word that is no command: perhaps a spec, perhaps a slip.
local function unknown(word)
    if word:match("%.lua$") then cli.usage(("'%s' is no command"):format(word), "loopc build " .. word) end
    if word:sub(1, 1) == "-" then cli.usage(("unknown option '%s'"):format(word), "loopc --help lists the commands") end
    local suggestion = require("gen.base.nearest").suggest(word, driver.commands)
    cli.usage(("unknown command '%s'%s"):format(word, suggestion), "loopc --help lists the commands")
end

function driver.run(arguments)
    local word = table.remove(arguments, 1)
    if word == "--test" then return run_tests(arguments) end
    if not word then
        host.stderr(driver.command("help").overview())
        return 2
    end
    word = aliases[word] or word
    if not is_command(word) then unknown(word) end
    local command = driver.command(word)
    local parsed = cli.parse(command, arguments)
    if parsed.help then
        host.stdout(cli.help(command))
        return 0
    end
    return command.run(parsed) or 0
end

return driver

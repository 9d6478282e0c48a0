-- loopc help: the list of commands, the help of one, or the man page, all made from the tables of the commands.

local cli = require "gen.cli.cli"
local host = require "host"
local topics = require "gen.cli.topics"
local list = require "gen.commands.list"
local manpage = require "gen.cli.manpage"
local wrap = require "gen.base.wrap"

local help = {
    name = "help",
    summary = "Shows the commands, or the options of one",
    usage = "[COMMAND|TOPIC] [--man]",
    most = 1,
    options = { { "--man", nil, "print the man page (troff) instead" } },
}

local function commands()
    local out = {}
    for i, name in ipairs(list.names) do out[i] = list.command(name) end
    return out
end

function help.overview()
    local out = { "usage: loopc COMMAND [ARGUMENT...]\n\nCompiles loop specs (Lua) to readable C programs.\n\ncommands:\n" }
    for _, command in ipairs(commands()) do
        out[#out + 1] = ("  %-10s  %s\n"):format(command.name, command.summary)
    end
    out[#out + 1] = "\nhelp of the language, loopc help TOPIC:\n"
    for _, topic in ipairs(topics.list) do out[#out + 1] = ("  %-10s  %s\n"):format(topic[1], topic[2]) end
    out[#out + 1] = "\noptions:\n  -h, --help  show this help; loopc COMMAND --help that of a command\n" ..
        "  --version   print the version\n\nexit codes:\n  0  success\n  1  a check or a program failed\n  2  wrong usage or a bad spec\n"
    return wrap.page(table.concat(out))
end

function help.run(arguments)
    if arguments.man then
        host.stdout(manpage.text(commands()))
    elseif arguments[1] then
        for _, command in ipairs(commands()) do
            if command.name == arguments[1] then return host.stdout(cli.help(command)) end
        end
        local text = topics.text(arguments[1])
        if text then return host.stdout(text) end
        cli.usage(("there is no command or topic '%s'"):format(arguments[1]), "loopc help lists them")
    else
        host.stdout(help.overview())
    end
end

return help

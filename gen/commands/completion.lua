-- loopc completion: a completion script for bash, made from the tables of the commands.

local cli = require "gen.cli.cli"
local host = require "host"
local list = require "gen.commands.list"

local completion = {
    name = "completion",
    summary = "Prints the completion script for a shell",
    usage = "[bash]",
    most = 1,
    text = 'To use it now: eval "$(loopc completion)"',
}

local head = [[
# bash completion for loopc
_loopc()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} options='' values=''
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W '@COMMANDS@ --help --version' -- "$word")
        return
    fi
    # --flag=value is three words to bash
    [ "$before" = = ] && before=${COMP_WORDS[COMP_CWORD - 2]}
    [ "$word" = = ] && before=${COMP_WORDS[COMP_CWORD - 1]} && word=''
    case $command in
]]

local tail = [[
    esac
    case $command:$before in
@VALUES@    *) ;;
    esac
    if [ -n "$values" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
    elif [ "${word#-}" != "$word" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}
complete -o filenames -F _loopc loopc
]]

-- The case of one option whose values are known; `out` grows.
local function add_values(out, command, option, spellings)
    if not option.values then return end
    local cases = {}
    for i, spelling in ipairs(spellings) do cases[i] = command.name .. ":" .. spelling end
    out[#out + 1] = ("    %s) values='%s' ;;\n"):format(table.concat(cases, " | "), table.concat(option.values, " "))
end

local function script()
    local out, values = {}, {}
    for _, name in ipairs(list.names) do
        local command, flags = list.command(name), {}
        for _, option in ipairs(cli.options(command)) do
            local spellings = cli.spellings(option)
            for _, spelling in ipairs(spellings) do flags[#flags + 1] = spelling end
            add_values(values, command, option, spellings)
        end
        out[#out + 1] = ("    %s) options='%s' ;;\n"):format(name, table.concat(flags, " "))
    end
    local names = table.concat(list.names, " ")
    local value_cases = table.concat(values)
    return head:gsub("@COMMANDS@", names) .. table.concat(out) .. tail:gsub("@VALUES@", function() return value_cases end)
end

function completion.run(arguments)
    local shell = arguments[1] or "bash"
    if shell ~= "bash" then cli.usage(("no completion for '%s'"):format(shell), "bash is supported") end
    host.stdout(script())
    return 0
end

return completion

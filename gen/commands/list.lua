-- The list of commands, in the order in which help shows them; each is gen/commands/<name>.lua.

local list = {}

list.names = { "init", "check", "explain", "gen", "build", "run", "sweep", "graph", "observe", "lsp", "plot", "state",
    "golden", "types", "completion", "help", "version" }

function list.has(name)
    for _, other in ipairs(list.names) do
        if other == name then return true end
    end
    return false
end

-- The table of a command: its options, its help, and run(arguments).
function list.command(name) return require("gen.commands." .. name) end

return list

-- loopc graph: the loop graph of a spec for other programs.

local compile = require "gen.compile"
local graph = require "gen.views.graph"
local host = require "host"

local command = {
    name = "graph",
    summary = "Prints the graph of a spec: dot, mermaid or json",
    usage = "SPEC [--format=FORMAT]",
    least = 1,
    most = 1,
    text = "Loops with their phases, nodes and insertions: loopc graph spec.lua | dot -Tsvg > spec.svg",
    options = compile.with {
        { "-f, --format", "FORMAT", "dot (default), mermaid or json", values = { "dot", "mermaid", "json" } },
    },
}

function command.run(arguments)
    local unit = compile.spec(arguments, { format = "never" }, "layout")
    if not unit then return 2 end
    host.stdout(graph[arguments.format or "dot"](unit))
    return 0
end

return command

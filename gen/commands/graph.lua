-- loopc graph: the loop graph of a spec for other programs.

local cli = require "gen.cli.cli"
local compile = require "gen.compile"
local graph = require "gen.views.graph"
local host = require "host"

local command = {
    name = "graph",
    summary = "Prints the graph of a spec: dot, mermaid, json or a page",
    usage = "SPEC [--format=FORMAT | --html]",
    least = 1,
    most = 1,
    text = "Loops with their phases, nodes and insertions: loopc graph spec.lua | dot -Tsvg > spec.svg\n" ..
        "For a browser: loopc graph --html spec.lua > spec.html",
    options = compile.with {
        { "--html", nil, "write a page: loops fold, and a step that is pointed at shows where its values come from and go to" },
        { "-f, --format", "FORMAT", "dot (default), mermaid or json", values = { "dot", "mermaid", "json" } },
    },
}

function command.run(arguments)
    if arguments.html and arguments.format then cli.usage "--html is a format of its own" end
    local unit = compile.spec(arguments, { format = "never" }, "layout")
    if not unit then return 2 end
    if arguments.html then
        host.stdout(require("gen.views.graph_page").text(unit))
        return 0
    end
    host.stdout(graph[arguments.format or "dot"](unit))
    return 0
end

return command

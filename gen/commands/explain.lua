-- loopc explain: the order in which everything of a spec runs, as an indented listing.

local compile = require "gen.compile"
local host = require "host"

local command = {
    name = "explain",
    summary = "Lists what a spec runs, in which order",
    usage = "SPEC",
    least = 1,
    most = 1,
    text = "A line a loop, phase and step: order, source line, what a step reads and writes, where its failure lands.",
    options = compile.with {},
}

function command.run(arguments)
    local unit = compile.spec(arguments, { format = "never" }, "layout")
    if not unit then return 2 end
    host.stdout(require("gen.views.explain").text(unit))
    return 0
end

return command

-- loopc explain: the order in which everything of a spec runs, as an indented listing.

local cli = require "gen.cli.cli"
local compile = require "gen.compile"
local host = require "host"
local toolchain = require "gen.build.toolchain"

local command = {
    name = "explain",
    summary = "Lists the steps of a spec in their order",
    usage = "SPEC [EVENT]",
    least = 1,
    most = 2,
    text = "A line a loop, phase and step: order, source line, the fields that a step reads and writes, where its failure lands.\n" ..
        "What a function reads through a pointer is known from its declaration: in `code`, and in headers of `include`.\n" ..
        "With EVENT, or any node, as Train.after_batch: its text, and its listeners in order.",
    options = compile.with {
        { "--html", nil, "write a page: loops fold, and a step that is pointed at shows where its values come from and go to" },
        { "--c", nil, "walk through the emitted C, part by part, with the lines of the spec beside it" },
        { "--cc", "COMPILER", "the C compiler, asked what a spec's headers declare (default: CC, else cc)" } },
}

local function walk_through(arguments)
    if arguments[2] then cli.usage "--c walks through the whole file, and takes no event" end
    local unit = compile.spec(arguments, { format = "may" })
    if not unit then return 2 end
    host.stdout(require("gen.views.walk").text(unit))
    return 0
end

function command.run(arguments)
    if arguments.html and (arguments.c or arguments[2]) then cli.usage "--html shows all steps, without --c and without an event" end
    if arguments.c then return walk_through(arguments) end
    local function headers(unit) return toolchain.headers(unit, arguments) end
    local unit = compile.spec(arguments, { format = "never", headers = headers }, "layout")
    if not unit then return 2 end
    local explain, name = require "gen.views.explain", arguments[2]
    if arguments.html then
        host.stdout(require("gen.views.explain_page").text(unit))
        return 0
    end
    if not name then
        host.stdout(explain.text(unit))
        return 0
    end
    local text, problem = explain.event(unit, name)
    if not text then cli.usage(problem) end
    host.stdout(text)
    return 0
end

return command

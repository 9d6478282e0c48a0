-- The output of loopc for each spec of the folder $FOLDER, a hash per command, for tests/tool/test_determinism.sh. A spec is compiled
-- once for all commands, and not formatted, which would take the longest.

local dump = require "gen.views.dump"
local explain = require "gen.views.explain"
local graph = require "gen.views.graph"
local host = require "host"
local pipeline = require "gen.pipeline"

local folder = host.getenv "FOLDER"
local dumped = { flatten = true, analyse_flow = true, layout = true, emit = true }

local function tell(name, command, text) host.stdout(("%s %s: %s\n"):format(name, command, host.sha256(text))) end

local function hash(name)
    local unit = pipeline.unit(folder .. "/" .. name, { format = "never" })
    for _, pass in ipairs(pipeline.passes) do
        require(pass[2]).run(unit)
        if dumped[pass[1]] then tell(name, "gen --dump=" .. pass[1], dump.text(unit, pass[1])) end
        if pass[1] == "layout" then
            for _, format in ipairs { "dot", "mermaid", "json" } do tell(name, "graph --format=" .. format, graph[format](unit)) end
            tell(name, "explain", explain.text(unit))
        end
    end
end

for _, name in ipairs(host.list(folder)) do
    if name:match("%.lua$") then hash(name) end
end
return 0

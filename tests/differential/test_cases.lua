-- The known answers of cases.lua, end to end: each graph written as a spec, generated, compiled and run, by gcc and clang in
-- turn (LOOPC_BOTH=1: each by both); and the specs that rule 6 refuses.

local cases = require "tests.differential.cases"
local check = require "tests.differential.check"
local graph = require "tests.differential.graph"
local platform = require "tests.differential.platform"
local program = require "tests.differential.program"

local both = platform.getenv "LOOPC_BOTH" == "1"

local function ways_of(i) return both and { "gcc", "clang" } or { i % 2 == 0 and "clang" or "gcc" } end

local function folder_of(i, way) return ("%s/cases/%02d-%s"):format(program.folder, i, way) end

local function named(case, i)
    local g = graph.copy(case.graph)
    g.name = "case" .. i
    return g
end

local function run_all()
    local folders = {}
    for i, case in ipairs(cases) do
        for _, way in ipairs(ways_of(i)) do
            folders[#folders + 1] = folder_of(i, way)
            program.prepare(folders[#folders], named(case, i), way)
        end
    end
    for i, case in ipairs(cases.refused) do
        folders[#folders + 1] = folder_of(i, "refused")
        program.prepare(folders[#folders], named(case, i), "gcc")
    end
    program.run(folders)
end

local function compare(case, i)
    for _, way in ipairs(ways_of(i)) do
        local _, why = program.compare(folder_of(i, way), "case" .. i, check.of_case(case))
        if why then return ("%s: %s (%s)"):format(way, why, folder_of(i, way)) end
    end
end

local function taken(i)
    local stage = platform.read(folder_of(i, "refused") .. "/stage") or ""
    local message = platform.read(folder_of(i, "refused") .. "/gen.err") or ""
    if not stage:find("generate") then return "loopc gen takes it: " .. folder_of(i, "refused") end
    if not message:find("spec%.lua:%d+: error: ") then return "no error of the spec: " .. message end
end

platform.remove(program.folder .. "/cases")
platform.mkdirs(program.folder .. "/cases")
run_all()
for i, case in ipairs(cases) do check.report(case.name, compare(case, i)) end
for i, case in ipairs(cases.refused) do check.report("refused: " .. case.name, taken(i)) end

return check.finish()

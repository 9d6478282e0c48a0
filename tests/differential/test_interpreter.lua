-- Holds the interpreter to the known answers, the validity rules to the refused ones, and the random generator to
-- being reproducible.

local cases = require "tests.differential.cases"
local check = require "tests.differential.check"
local interpret = require "tests.differential.interpret"
local random = require "tests.differential.random"
local valid = require "tests.differential.valid"
local write = require "tests.differential.write"

local function interpreted(case)
    local problem = valid.problem(case.graph)
    if problem then return "not valid: " .. problem end
    local expected, actual = check.of_case(case), interpret.run(case.graph, 1000)
    return check.difference("output", expected.output, actual.output)
        or check.difference("failures", expected.failures, actual.failures)
        or (actual.exit ~= expected.exit and "exit code " .. actual.exit) or nil
end

for _, case in ipairs(cases) do check.report(case.name, interpreted(case)) end

for _, case in ipairs(cases.refused) do
    check.report(case.name, not valid.problem(case.graph) and "taken to be valid" or nil)
end

local function reproducible()
    for seed = 1, 5 do
        local one, other = random.graph(seed, "g"), random.graph(seed, "g")
        if write.spec(one) ~= write.spec(other) then return "seed " .. seed end
    end
end

check.report("the same seed gives the same graph", reproducible())

return check.finish()

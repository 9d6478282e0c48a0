-- Shared by the test files: ok lines, and the comparison of a program's run with the expected one.

local platform = require "tests.differential.platform"

local check = { failed = 0 }

-- Prints "ok NAME" or "not ok NAME - why".
function check.report(name, why)
    if why then check.failed = check.failed + 1 end
    platform.say(why and ("not ok %s - %s"):format(name, why) or "ok " .. name)
end

function check.finish() return platform.finish(check.failed > 0 and 1 or 0) end

function check.lines(text)
    local out = {}
    for line in text:gmatch("([^\n]*)\n") do out[#out + 1] = line end
    local rest = text:match("([^\n]+)$")
    if rest then out[#out + 1] = rest .. " (without a line's end)" end
    return out
end

-- The first difference between two lists of lines, as text; nil when they are the same.
function check.difference(what, expected, actual)
    for i = 1, math.max(#expected, #actual) do
        if expected[i] ~= actual[i] then
            local function show(line) return line and ("'%s'"):format(line) or "nothing" end
            return ("%s, line %d: expected %s, got %s"):format(what, i, show(expected[i]), show(actual[i]))
        end
    end
end

-- The lines that a program called `name` writes to standard error for these failures (rule 7).
function check.failure_lines(name, failures)
    local out = {}
    for i, failure in ipairs(failures) do
        out[i] = ("%s: %s: %s"):format(name, i == 1 and "failed" or "suppressed", failure)
    end
    return out
end

-- Compares expected { output, exit, failures } with actual { out, err, code }.
function check.run(name, expected, actual)
    return check.difference("output", expected.output, check.lines(actual.out))
        or check.difference("standard error", check.failure_lines(name, expected.failures), check.lines(actual.err))
        or (actual.code ~= expected.exit and ("expected exit code %d, got %d"):format(expected.exit, actual.code)) or nil
end

-- The expectation of a case (cases.lua), in the form of an interpreter's answer.
function check.of_case(case)
    local output = {}
    for word in case.prints:gmatch("%S+") do
        if word:find("=", 1, true) then
            output[#output] = output[#output] .. " " .. word
        else
            output[#output + 1] = word
        end
    end
    local failures = case.failures or {}
    return { output = output, failures = failures, exit = #failures > 0 and 1 or 0 }
end

return check

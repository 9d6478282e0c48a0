-- Successive halving (Jamieson and Talwalkar 2016, "Non-stochastic best arm identification"): all runs go on until they have reported
-- a field once, then the better half of them until twice as often, and so on.
--
-- What is compared is the value of the report of that number, however far a run has come meanwhile: which runs are stopped does not
-- depend on time.

local results = require "gen.sweep.results"

local halving = {}

-- "Valid.loss", "max:Valid.accuracy" -> { field, highest }
function halving.of(text)
    local field = text:match "^max:(.+)$"
    return { field = field or text:match "^min:(.+)$" or text, highest = field ~= nil, reports = 1 }
end

-- How often a run has reported the field.
function halving.count(plan, run) return #(results.values(run, plan.field) or {}) end

-- Runs that have ended before that report are compared by their last one; values that are no numbers come last.
local function score(plan, run)
    local values = results.values(run, plan.field) or {}
    local value = values[math.min(plan.reports, #values)]
    if not value or value ~= value then return math.huge end
    return plan.highest and -value or value
end

-- The runs that go on, and those that are stopped: half of them, rounded down. Of equal ones the earlier goes on.
function halving.split(plan, runs)
    local order, scores, better, worse = {}, {}, {}, {}
    for i, run in ipairs(runs) do
        order[i], scores[i] = i, score(plan, run)
    end
    table.sort(order, function(a, b)
        if scores[a] ~= scores[b] then return scores[a] < scores[b] end
        return a < b
    end)
    for place, i in ipairs(order) do
        local list = place <= #runs - #runs // 2 and better or worse
        list[#list + 1] = runs[i]
    end
    return better, worse
end

return halving

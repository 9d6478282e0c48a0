-- Successive halving (Jamieson and Talwalkar 2016, "Non-stochastic best arm identification"): all runs go on until they have reported
-- a field so many times, then the better half of them until twice as often, and so on.
--
-- What is compared is the value of the report of that number, however far a run has come meanwhile: which runs are stopped does not
-- depend on time.

local followed = require "gen.sweep.followed"
local nearest = require "gen.base.nearest"

local halving = {}

-- "Valid.loss", "max:Valid.accuracy,20" -> { field, highest, reports }; nil when it has no field, or a number below 1.
function halving.of(text)
    local name, number = text:match "^([^,]+),(%d+)$"
    local reports = number and math.tointeger(tonumber(number)) or 1
    local field = (name or text):match "^max:(.+)$"
    local plan = { field = field or (name or text):match "^min:(.+)$" or name or text, highest = field ~= nil, reports = reports }
    return reports and reports > 0 and plan.field:match "^[%w_.%[%]]+$" and plan or nil
end

-- How often a run has reported the field.
function halving.count(plan, run) return #followed.values(run, plan.field) end

-- Why the field cannot tell these runs apart: it is that of two loops, or none has reported it. nil: it can.
function halving.complaint(plan, runs)
    local names, seen = {}, {}
    for _, run in ipairs(runs) do
        local _, meant, all = followed.values(run, plan.field)
        if #meant > 1 then return ("%s is %s: name one of them"):format(plan.field, table.concat(meant, " and ")) end
        if #meant == 1 then return nil end
        for _, name in ipairs(all) do
            if not seen[name] then names[#names + 1] = name end
            seen[name] = true
        end
    end
    if #names == 0 then return ("no run has reported %s, or anything else"):format(plan.field) end
    return ("no run has reported %s%s; there is %s"):format(plan.field, nearest.suggest(plan.field, names), table.concat(names, ", "))
end

-- Runs that have ended before that report are compared by their last one; values that are no numbers come last.
local function score(plan, run)
    local values = followed.values(run, plan.field)
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

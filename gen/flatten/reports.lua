-- Part of layout: which part of its loop sets a reported field, so that each line of metrics holds new values.
--
-- In:  field.report_in of reported fields, unit.list with uses. Out:
--   field.set_at_entry   a step before the repetition sets it (before_run and its listeners)
--   field.set_at_end     a step behind the repetition does (after_run, finally_run)
--   field.only_at_end    and none of the repetition: iterations have nothing to say of it
--   loop.reports_end     the loop has such fields, or some that only every n-th iteration reports, of which the last one is due, too:
--                        it writes a line when it ends; loop.reports_site: they are results of a loop with several places, each of
--                        which has a line of its own

local reports = {}

-- Where the repetition of each occurrence begins and ends in the list.
local function repetitions(list)
    local out = {}
    for i, item in ipairs(list) do
        if item.op == "repeat" then out[item.instance] = { first = i, last = item.matching } end
    end
    return out
end

local function around(instance, name)
    while instance and instance.loop.name ~= name do instance = instance.parent end
    return instance
end

-- Notes that step i, in occurrence `instance`, sets the field.
local function note(field, i, instance, ranges)
    local range = ranges[around(instance, field.report_in) or false]
    if not range then return end
    if i < range.first then field.set_at_entry = true
    elseif i > range.last then field.set_at_end = true
    else field.set_by_iterations = true end
end

local function places(unit, loop)
    local count = 0
    for _, item in ipairs(unit.list) do
        if item.op == "loop" and item.instance.loop == loop then count = count + 1 end
    end
    return count
end

function reports.run(unit, fields)
    local ranges = repetitions(unit.list)
    for i, item in ipairs(unit.list) do
        for _, use in ipairs(item.op == "step" and not item.dead and item.source.uses or {}) do
            if use.write and use.field.report_in then note(use.field, i, item.instance, ranges) end
        end
    end
    for _, field in ipairs(fields) do
        if (field.report_every or 1) > 1 and field.report_loop then field.report_loop.reports_end = true end
        field.only_at_end = field.set_at_end and not field.set_by_iterations
        if field.set_at_end then
            local apart = field.result and places(unit, field.owner) > 1
            field.report_loop[apart and "reports_site" or "reports_end"] = true
        end
    end
end

return reports

-- Part of plot: metrics of loops that iterate differently often over one axis, training beside validation.
--
-- The lines of a file are in the order in which they were written. A row is drawn where the reference, the loop that wrote first, was at
-- that time. Rows of another loop between two of its rows (the batches of a validation) are spread over the way since the group
-- before: the last one is where the reference is.

local plot_align = {}

-- The series that wrote first.
function plot_align.reference(list)
    local first = list[1]
    for _, series in ipairs(list) do
        if series.line[1] < first.line[1] then first = series end
    end
    return first
end

-- For each row of a series how many rows of the reference are before it.
local function passed(series, reference)
    local out, count = {}, 0
    for i, line in ipairs(series.line) do
        while reference.line[count + 1] and reference.line[count + 1] < line do count = count + 1 end
        out[i] = count
    end
    return out
end

-- The places of the rows of a series on the axis of the reference.
function plot_align.along(series, reference)
    if series.x_name == reference.x_name then return series.x end
    local out, counts, before, first = {}, passed(series, reference), 0, 1
    for i, count in ipairs(counts) do
        if counts[i + 1] ~= count then
            local reached = reference.x[count] or 0
            before = math.min(before, reached) -- a run that was done again goes back
            for k = first, i do out[k] = before + (reached - before) * (k - first + 1) / (i - first + 1) end
            before, first = reached, i + 1
        end
    end
    return out
end

return plot_align

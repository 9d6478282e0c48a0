-- Part of plot: axes. From the range of the values to a scale with sensible ticks.
--
-- An axis is { low, high, at = function(value) -> 0..1, ticks = list of { value, text } }; of a logarithmic one, values
-- that are not above 0 have no place.

local plot_axis = {}

local function magnitude(value) return math.floor(math.log(value, 10) + 1e-9) end

-- 1, 2 or 5 times a power of ten, so that there are at most `most` steps.
local function step_of(span, most)
    local raw = span / math.max(1, most)
    local power = 10.0 ^ magnitude(raw)
    for _, factor in ipairs { 1, 2, 5 } do
        if raw <= factor * power * (1 + 1e-9) then return factor * power end
    end
    return 10 * power
end

local suffixes = { { 12, "T" }, { 9, "G" }, { 6, "M" }, { 3, "k" } }

-- "2e-05" is written 2e-5.
local function exponential(value, digits)
    return (("%." .. digits .. "e"):format(value):gsub("%.?0*e", "e"):gsub("e([+-])0*(%d)", "e%1%2"):gsub("e%+", "e"))
end

-- A value as a tick shows it, when its neighbours are `step` away and the largest is `largest`.
local function label(value, step, largest)
    if math.abs(value) < step * 1e-6 then return "0" end
    if largest >= 1e15 or largest < 1e-3 then return exponential(value, math.max(0, magnitude(math.abs(value)) - magnitude(step))) end
    for _, suffix in ipairs(suffixes) do
        local power = suffix[1]
        local decimals = math.max(0, power - magnitude(step))
        if largest >= 10.0 ^ power * (power == 3 and 10 or 1) and decimals + 2 <= power then -- else it is longer than without
            return ("%." .. decimals .. "f"):format(value / 10.0 ^ power) .. suffix[2]
        end
    end
    return (("%." .. math.max(0, -magnitude(step)) .. "f"):format(value))
end

-- As doubles, for the least of all integers has no absolute value. Apart by no less than what they can tell apart in the places
-- of ticks.
local function apart(low, high)
    low, high = low + 0.0, high + 0.0
    local least = low == high and 0.1 or 2e-14
    local around = math.max(math.max(math.abs(low), math.abs(high)) * least, 1e-307)
    if low == 0 and high == 0 then around = 1 end
    if high - low >= around then return low, high end
    return low - around, high + around
end

-- From low to high, a little wider, with at most `most` ticks. `tight`: no wider than the values.
function plot_axis.linear(low, high, most, tight)
    low, high = apart(low, high)
    if not tight then
        local margin = (high - low) * 0.04
        if low >= 0 and low - margin < 0 then low = 0 else low = low - margin end
        high = high + margin
    end
    local step, ticks = step_of(high - low, most), {}
    local largest = math.max(math.abs(low), math.abs(high))
    for i = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) do
        ticks[#ticks + 1] = { value = i * step, text = label(i * step, step, largest) }
    end
    return { low = low, high = high, ticks = ticks, at = function(value) return (value - low) / (high - low) end }
end

local function log_label(value) return value >= 1e-3 and value < 1e4 and ("%.10g"):format(value) or exponential(value, 0) end

-- Values that are less than a factor of two apart: the axis is all but straight there.
local function narrow(low, high, most, tight)
    local axis = plot_axis.linear(low, high, most, tight)
    local at = axis.at
    axis.at = function(value) return value > 0 and at(value) or nil end
    return axis
end

-- Decades, every so many that they fit; within less than two of them also 2 and 5.
function plot_axis.logarithmic(low, high, most, tight)
    low, high = math.max(low, 1e-300), math.max(high, 1e-300) -- less has no neighbours to be drawn among
    if high < 2 * low then return narrow(low, high, most, tight) end
    local from, to = math.log(low, 10), math.log(high, 10)
    local margin = tight and 0 or math.max((to - from) * 0.04, 0.02)
    from, to = from - margin, to + margin
    local every, ticks = math.ceil((to - from) / math.max(1, most)), {}
    for power = math.floor(from), math.ceil(to) do
        for _, factor in ipairs(to - from < 2.5 and { 1, 2, 5 } or { 1 }) do
            local value = factor * 10.0 ^ power
            local place = math.log(value, 10)
            if power % every == 0 and place >= from and place <= to then
                ticks[#ticks + 1] = { value = value, text = log_label(value) }
            end
        end
    end
    return { low = 10.0 ^ from, high = 10.0 ^ to, ticks = ticks, at = function(value)
        return value > 0 and (math.log(value, 10) - from) / (to - from) or nil
    end }
end

return plot_axis

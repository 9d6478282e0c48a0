-- Not a pass. What follows from the feeds of nets (gen/analyse/feeds.lua): the data set that each is scaled by, and loops that leave rows
-- of one out.
--
-- Errors: data sets that are scaled apart from each other. Warnings: rows that no epoch takes.

local calls = require "gen.c.calls"
local spec_tree = require "gen.tree.spec_tree"

local feed_outcomes = {}

-- Data sets of one family share scale, columns and classes.

local function head_of(data)
    local seen = {}
    while not seen[data] do
        seen[data] = true
        local next_one = data.parameters.like or data.parameters.from
        if type(next_one) ~= "table" then break end
        data = next_one
    end
    return data
end

-- Whether something of it is calculated from its rows: another data set would come out otherwise.
local function is_fitted(data)
    local parameters = head_of(data).parameters
    local fitted = { max = true, standard = true, mean = true, median = true, onehot = true, number = true }
    return fitted[parameters.scale] or fitted[parameters.missing] or fitted[parameters.text] or fitted[parameters.target_scale]
        or false
end

-- The data set whose scale the net uses: that of the spec, else the first that it learns from, else the first that it sees.
local function main_of(net)
    local parameters = net.parameters
    if parameters.inputs_from then return parameters.inputs_from end
    local seen
    for _, feed in ipairs(parameters.feeds) do
        if feed.sees and feed.learns then return feed.data end
        seen = seen or feed.sees and feed.data
    end
    return seen
end

-- Writes the parameters data and untold of a net whose feeds are known.
function feed_outcomes.settle(unit, net)
    local parameters = net.parameters
    local data = main_of(net)
    parameters.data = data or nil
    parameters.untold = not data and parameters.inputs_from == nil and #spec_tree.fields_of_type(unit.trainer, "dataset") > 0
    for _, feed in ipairs(parameters.feeds) do
        if data and feed.sees and head_of(feed.data) ~= head_of(data) then
            local fitted = is_fitted(feed.data) or is_fitted(data)
            unit.diags:add(fitted and "scaled_apart" or "read_apart", feed.data.at, feed.data.name, feed.data.name, data.name,
                net.name)
        end
    end
end

-- Loops that leave rows out.

-- The data set D and the number n of `$D->rows / n`, and the expression as it was written.
local function division(known, loop)
    local text = loop.texts and loop.texts.times
    if not text then return nil end
    local value = calls.expression(text.pieces)
    local divisor = value.text:match("^%$1%s*%->%s*rows%s*/%s*([%w_]+)$") or value.text:match("^%$1%.rows%s*/%s*([%w_]+)$")
    local count = divisor and calls.constant(divisor, known)
    local field = value.fields[1] and value.fields[1].field
    if count and count > 1 and field and field.type == "dataset" then return field, count, divisor, text end
end

-- Warns of a loop that leaves the same rows of a data set out each time, and notes those that leave others out. found: { unit, nets, taken,
-- known } of analyse_feeds.
function feed_outcomes.check_loop(found, loop)
    local data, count, divisor, text = division(found.known, loop)
    local taken = data and found.taken[loop] and found.taken[loop][data]
    if not taken then return end
    if not taken.shuffled then
        found.unit.diags:add("rows_left_out", text.body.at, "times", loop.name, text.body.text, divisor, data.name,
            ("($%s->rows + %s - 1) / %s"):format(data.name, divisor, divisor))
    end
    for _, net in ipairs(found.nets) do
        for _, feed in ipairs(net.parameters.feeds) do
            if feed.data == data and feed.learns then feed.each, feed.loop = count, loop.name end
        end
    end
end

return feed_outcomes

-- Part of plot: from the text of a file of JSON lines to series of numbers.
--
-- Read are the lines of --metrics, of --timings-log, what a trainer has sent through its control channel (--log), and other
-- flat objects. Lines resemble each other: the first of a form (equal but for its numbers) is parsed as JSON and makes a
-- plan, where each number goes; the others of that form are matched against it, so a million lines take seconds.
--
-- plot_read.run(text) -> { series, times, summary } | nil, message, line
--   series   list of { name, x_name, x = { numbers }, y = { numbers, NaN for null } }, in the order in which they appear
--   times    list of rows of --timings-log: { time, kind, place, within, calls, total, self }
--   summary  the summary line of the run, "ok, accuracy 0.97", or nil

local json_read = require "gen.base.json_read"

local plot_read = {}

local nan = 0 / 0
local QUOTE = 34 -- the byte of "
local number_pattern = "(%-?%d[%d.eE+-]*)"
local captures_most = 32 -- of a Lua pattern

local function literal(text) return (text:gsub("%p", "%%%0")) end

-- Where the string whose first quote is at `at` ends; the end of the line for one that is not closed.
local function end_of_string(line, at)
    while true do
        at = line:find('["\\]', at + 1)
        if not at then return #line end
        if line:byte(at) == QUOTE then return at end
        at = at + 1
    end
end

-- Splits a line into its form and its numbers: { "text", ..., }, the pieces between numbers, one more than those. A string of
-- digits that is a value (u64) is a number within quotes.
local function split(line)
    local pieces, numbers, from, at = {}, {}, 1, 1
    local function cut(first, last)
        pieces[#pieces + 1] = line:sub(from, first - 1)
        numbers[#numbers + 1] = line:sub(first, last)
        from, at = last + 1, last + 1
    end
    while true do
        at = line:find('[%d"-]', at)
        if not at then break end
        if line:byte(at) == QUOTE then
            local stop = end_of_string(line, at)
            local is_key = line:find("^%s*:", stop + 1)
            if not is_key and line:find('^"%d+"', at) then cut(at + 1, stop - 1) end
            at = stop + 1
        else
            local _, stop = line:find("^" .. number_pattern, at)
            if stop then cut(at, stop) else at = at + 1 end
        end
    end
    pieces[#pieces + 1] = line:sub(from)
    return pieces, numbers
end

-- The same line with its first number 1, its second 2, ...: read as JSON it says which number is where.
local function numbered(pieces)
    local out = { pieces[1] }
    for i = 2, #pieces do
        out[#out + 1] = tostring(i - 1)
        out[#out + 1] = pieces[i]
    end
    return table.concat(out)
end

local function pattern_of(pieces)
    if #pieces - 1 > captures_most then return nil end
    local out = {}
    for i, piece in ipairs(pieces) do out[i] = literal(piece) end
    return "^" .. table.concat(out, number_pattern) .. "$"
end

-- The index of the number at a value; nil for null, false for a value that is not a number.
local function index_of(value)
    if value == json_read.null then return nil end
    return math.tointeger(tonumber(value)) or false
end

local function series_of(reader, name, x_name)
    local series = reader.by_name[name]
    if not series then
        series = { name = name, x_name = x_name, x = {}, y = {}, line = {} }
        reader.by_name[name] = series
        table.insert(reader.series, series)
    end
    return series
end

-- Adds to a plan where the numbers of a value go; the elements of an array are series of their own.
local function add_sinks(reader, plan, name, x_name, x, value)
    if json_read.is_array(value) then
        for i, element in ipairs(value) do
            add_sinks(reader, plan, ("%s[%d]"):format(name, i - 1), x_name, x, element)
        end
        return
    end
    local y = index_of(value)
    if y == false then return end
    plan[#plan + 1] = { name = name, x_name = x_name, x = x, y = y }
end

local own_keys = { loop = true, iteration = true, total = true, time = true, batch = true, step = true }

-- {"loop":"Train","iteration":1,"total":1,"loss":0.5}, and flat objects of others.
local function plan_metrics(reader, object)
    local plan, loop = {}, object.loop
    local x, x_name = nil, "line"
    for _, key in ipairs { "total", "iteration", "batch", "step", "time" } do
        if not x and index_of(object[key] or json_read.null) then x, x_name = index_of(object[key]), key end
    end
    if type(loop) == "string" and x then x_name = "iterations of " .. loop end
    for _, key in ipairs(object[json_read.keys]) do
        local name = type(loop) == "string" and loop .. "." .. key or key
        if not own_keys[key] then add_sinks(reader, plan, name, x_name, x, object[key]) end
    end
    return plan
end

local hidden = { sv = true, status = true, paused = true, dropped = true, checkpoint = true, running = true, timings = true,
    batch = true }

-- {"loss": [12, 0.5], "eta": [12, 0.1]}: the values set through the control channel.
local function plan_message(reader, object)
    local plan = {}
    for _, key in ipairs(object[json_read.keys]) do
        local pair = object[key]
        if not hidden[key] and json_read.is_array(pair) and #pair == 2 then
            add_sinks(reader, plan, key, "batch", index_of(pair[1]), pair[2])
        end
    end
    return plan
end

local function is_message(object)
    local first = object[json_read.keys][1]
    return first and json_read.is_array(object[first]) and not object.loop and #object[first] == 2
end

local function plan_times(object)
    if type(object.place) ~= "string" or type(object["in"] or "") ~= "string" then return nil end
    local row = { kind = object.kind, place = object.place, within = object["in"] or object.place }
    for _, key in ipairs { "time", "calls", "total", "self" } do
        row[key] = index_of(object[key] or json_read.null)
        if not row[key] then return nil end
    end
    return { times = row }
end

-- {"run":"digits","status":"ok","accuracy":0.97}
local function plan_summary(object)
    local keys = {}
    for _, key in ipairs(object[json_read.keys]) do
        local index = index_of(object[key])
        if key ~= "run" and key ~= "status" and index then keys[#keys + 1] = { key, index } end
    end
    return { summary = object.status, keys = keys }
end

local function make_plan(reader, pieces)
    local object, message = json_read.parse(numbered(pieces))
    if not object then return nil, message end
    if not json_read.is_object(object) then return nil, "no JSON object" end
    local plan
    if object.timings then plan = plan_times(object)
    elseif object.run then plan = plan_summary(object)
    elseif is_message(object) then plan = plan_message(reader, object)
    else plan = plan_metrics(reader, object) end
    if not plan then return nil, "no line of --timings-log" end
    plan.pattern = pattern_of(pieces)
    return plan
end

local function add_times(reader, row, numbers)
    table.insert(reader.times, { kind = row.kind, place = row.place, within = row.within, time = tonumber(numbers[row.time]),
        calls = tonumber(numbers[row.calls]), total = tonumber(numbers[row.total]), self = tonumber(numbers[row.self]) })
end

local function add_summary(reader, plan, numbers)
    local out = { tostring(plan.summary) }
    for _, key in ipairs(plan.keys) do out[#out + 1] = key[1] .. " " .. numbers[key[2]] end
    reader.summary = table.concat(out, ", ")
end

-- Numbers are those that tonumber accepts of digits, signs, points and e.
local function check_numbers(numbers)
    for _, number in ipairs(numbers) do
        if not tonumber(number) then return ("'%s' is not a number"):format(number) end
    end
end

local function follow(reader, plan, numbers, line_number)
    if plan.times then return add_times(reader, plan.times, numbers) end
    if plan.keys then return add_summary(reader, plan, numbers) end
    for i = 1, #plan do
        local sink = plan[i]
        local series = sink.series
        if not series then
            series = series_of(reader, sink.name, sink.x_name)
            sink.series = series
        end
        local n = #series.y + 1
        series.x[n], series.line[n] = sink.x and tonumber(numbers[sink.x]) or line_number, line_number
        series.y[n] = sink.y and tonumber(numbers[sink.y]) or nan
    end
end

-- The plan of a line and its numbers; nil and a message when the line is not a JSON object.
local function plan_for(reader, line)
    local pieces, numbers = split(line)
    local wrong = check_numbers(numbers)
    if wrong then return nil, wrong end
    local form = table.concat(pieces, "\0")
    if not reader.plans[form] then
        local plan, message = make_plan(reader, pieces)
        if not plan then return nil, message end
        reader.plans[form] = plan
    end
    return reader.plans[form], numbers
end

function plot_read.run(text)
    local reader = { series = {}, by_name = {}, times = {}, plans = {} }
    local last, number = nil, 0
    for line, stop in text:gmatch("([^\n]*)(\n?)") do
        number = number + 1
        local numbers = last and last.pattern and { line:match(last.pattern) }
        if numbers and numbers[1] and not check_numbers(numbers) then follow(reader, last, numbers, number)
        elseif line:find("%S") then
            local plan, found = plan_for(reader, line)
            if plan then
                last = plan
                follow(reader, plan, found, number)
            elseif stop ~= "" then return nil, found, number end -- the last line may be cut short
        end
    end
    return reader
end

return plot_read

-- The settings of the runs of a sweep: from "0.01,0.03" and "1..8" to one list of settings for each run.
--
-- A flag is { name, values = list of texts } or { name, low, high, log }, a range to draw from; a run is a list of
-- { name, value, constant }: a flag of the program, or a constant of the Lua. A flag without a value has the value "".

local grid = {}

local most_values = 100000

-- "1..8" -> its whole numbers; nil when the text is no such range.
local function whole_numbers(text)
    local low, high = text:match "^(%-?%d+)%.%.(%-?%d+)$"
    low, high = math.tointeger(tonumber(low)), math.tointeger(tonumber(high))
    if not low or not high or high < low or high - low >= most_values then return nil end
    local out = {}
    for value = low, high do out[#out + 1] = tostring(value) end
    return out
end

-- "1e-4..1e-1", "1e-4..1e-1:log" -> the range.
local function range(name, text)
    local low, high, rest = text:match "^([^:]-)%.%.([^:]*)(.*)$"
    low, high = tonumber(low), tonumber(high)
    if not low or not high or (rest ~= "" and rest ~= ":log") then return nil end
    if low >= high then return nil, "its upper end is not above its lower one" end
    if rest == ":log" and low <= 0 then return nil, "a range on a logarithmic scale begins above 0" end
    return { name = name, low = low, high = high, log = rest == ":log" }
end

-- Reads the values of a flag. Returns the flag, or nil and what is wrong with them.
function grid.flag(name, text, constant)
    local flag, why = range(name, text)
    local whole = whole_numbers(text)
    if flag and not whole then
        flag.constant = constant
        return flag
    elseif why then return nil, why end
    flag = { name = name, values = {}, constant = constant }
    if text == "" then flag.values[1] = "" end
    for piece in text:gmatch "[^,]+" do
        for _, value in ipairs(whole_numbers(piece) or { piece }) do flag.values[#flag.values + 1] = value end
    end
    if #flag.values == 0 then return nil, "there is no value" end
    return flag
end

local function extended(settings, flag, value)
    local out = table.move(settings, 1, #settings, 1, {})
    out[#out + 1] = { name = flag.name, value = value, constant = flag.constant }
    return out
end

-- All combinations; the last flag changes fastest. nil and a flag that is a range, or nil and nil when there are too many.
function grid.all(flags)
    local runs = { {} }
    for _, flag in ipairs(flags) do
        local more = {}
        if not flag.values then return nil, flag end
        if #runs * #flag.values > most_values then return nil end
        for _, settings in ipairs(runs) do
            for _, value in ipairs(flag.values) do more[#more + 1] = extended(settings, flag, value) end
        end
        runs = more
    end
    return runs
end

local function draw(flag)
    if flag.values then return flag.values[math.random(#flag.values)] end
    local share = math.random()
    if flag.log then return ("%.6g"):format(flag.low * (flag.high / flag.low) ^ share) end
    return ("%.6g"):format(flag.low + (flag.high - flag.low) * share)
end

-- Draws `count` combinations, the same for the same `key`; each is run with every seed.
function grid.sample(flags, count, key)
    local runs, seeds = {}, { name = "seed", values = { false } }
    math.randomseed(key)
    for _, flag in ipairs(flags) do
        if flag.name == "seed" and not flag.constant and flag.values then seeds = flag end
    end
    for _ = 1, count do
        local settings = {}
        for _, flag in ipairs(flags) do
            if flag ~= seeds then settings = extended(settings, flag, draw(flag)) end
        end
        for _, seed in ipairs(seeds.values) do runs[#runs + 1] = seed and extended(settings, seeds, seed) or settings end
    end
    return runs
end

-- "eta=0.01,seed=1": a comma is in no value, since lists have it. Of `varied` settings only, or of all of them.
function grid.name(settings, varied)
    local out = {}
    for _, setting in ipairs(settings) do
        if not varied or varied[setting.name] then
            out[#out + 1] = setting.value == "" and setting.name or setting.name .. "=" .. setting.value
        end
    end
    return table.concat(out, ",")
end

-- The names of the flags that have several values in a list of { settings }.
function grid.varied(runs)
    local first, varied = {}, {}
    for _, run in ipairs(runs) do
        for _, setting in ipairs(run.settings) do
            first[setting.name] = first[setting.name] or setting.value
            varied[setting.name] = varied[setting.name] or first[setting.name] ~= setting.value
        end
    end
    return varied
end

-- The settings without the seed: runs that share them are repetitions.
function grid.group(settings)
    local out = {}
    for _, setting in ipairs(settings) do
        if setting.name ~= "seed" then out[#out + 1] = setting end
    end
    return out
end

return grid

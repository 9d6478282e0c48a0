-- loopc.train: ready callbacks for training loops.
--
--     local train = require "loopc.train"
--     return trainer "digits" { Fit, Train, Valid, state = { ... },
--         train.schedule "falling" { at = "Train.before_step", base = "$peak",
--             train.warmup { 50, train.cosine { 950 } } },
--         train.early_stopping "patience" { at = "Fit.after_epoch",
--             watch = "$Valid.loss", stop = "Fit" },
--     }
--
-- Each is a callback of bodies in C, as a spec would write it, with fields that are saved with the run; its text is in the files of
-- train/. All take `name` as callback does, and at = "Loop.node": where they look or act, once for each time that node runs; `order`
-- is that of their insertions. A C expression can name any field that is in scope there.
--
--     train/rates.lua       train.schedule, train.plateau: learning rates
--     train/finder.lua      train.rate_finder: which learning rates are any good
--     train/stopping.lua    train.early_stopping: an end, with the best weights back
--     train/measures.lua    train.classification, train.regression: accuracy, top k, AUC, F1, confusion; R2, RMSE
--     train/statistics.lua  train.statistics: activations and gradients, layer by layer

local train = {}

-- Values without a name have numbers: the first is "entry 1".
local function called(key) return type(key) == "string" and key or "entry " .. tostring(key) end

local function names_of(list)
    local names = {}
    for name in pairs(list) do names[#names + 1] = called(name) end
    table.sort(names)
    return table.concat(names, ", ")
end

-- The kinds of arguments: what they are called, and whether a value is one.
local kinds = {
    node = { 'a node, "Loop.node"', function(v) return type(v) == "string" and v:match("^[%a_*][%w_]*%.[%a_][%w_]*$") ~= nil end },
    c = { "a C expression in a string", function(v) return type(v) == "string" end },
    value = { "a number, or a C expression in a string", function(v) return type(v) == "number" or type(v) == "string" end },
    number = { "a number", function(v) return type(v) == "number" end },
    share = { "a number between 0 and 1", function(v) return type(v) == "number" and v > 0 and v < 1 end },
    count = { "a whole number from 1", function(v) return math.type(v) == "integer" and v >= 1 end },
    patience = { "a whole number from 0", function(v) return math.type(v) == "integer" and v >= 0 end },
    name = { "a name", function(v) return type(v) == "string" and v:match("^[%a_][%w_]*$") ~= nil end },
    better = { '"lower" or "higher"', function(v) return v == "lower" or v == "higher" end },
    flag = { "true or false", function(v) return type(v) == "boolean" end },
    net = { "an mlp, the description of the net", function(v) return type(v) == "table" end },
    shape = { "a schedule: train.cosine { ... }", function(v) return type(v) == "table" and v.write ~= nil end },
}

-- The arguments of a word, with defaults: known = { key = { kind, default } }; a default of nil makes the key required, one of false
-- leaves it out. An error is reported at the spec's call, `level` calls up.
function train.arguments(word, given, known, level)
    if type(given) ~= "table" then error(word .. " takes a table", level + 1) end
    local out = {}
    for key in pairs(given) do
        if not known[key] then error(("%s knows no %s; it knows %s"):format(word, called(key), names_of(known)), level + 1) end
    end
    for key, entry in pairs(known) do
        local value, kind = given[key], kinds[entry[1]]
        if value ~= nil and not kind[2](value) then
            error(("%s: %s is %s, and it takes %s"):format(word, called(key), tostring(value), kind[1]), level + 1)
        end
        if value == nil and entry[2] == nil then error(("%s needs %s: %s"):format(word, called(key), kind[1]), level + 1) end
        if value == nil then value = entry[2] end
        out[key] = value
    end
    return out
end

-- A number as a C constant of type double; a C expression as one.
function train.double(value)
    if type(value) == "string" then return ("(double)(%s)"):format(value) end
    if value == math.huge then return "HUGE_VAL" end
    local text = ("%.17g"):format(value)
    return text:find("[%.e]") and text or text .. ".0"
end

-- Fills {name} in a text.
function train.fill(text, values) return (text:gsub("{([%a_]+)}", values)) end

-- A callback of one word: make(name, given) returns what `callback` takes. The error of an argument is at the call in the spec.
function train.word(make)
    return function(name)
        return function(given) return callback(name)(make(name, given)) end
    end
end

for _, part in ipairs { "rates", "finder", "stopping", "measures", "statistics" } do
    for name, word in pairs(require("loopc.train." .. part)(train)) do train[name] = word end
end

return train

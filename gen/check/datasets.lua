-- Part of check: the parameters of dataset fields. Values become those that gen/emit/datasets.lua writes: names are texts,
-- lists of columns are lists of names and of numbers from 1.

local ctext = require "gen.c.text"
local nearest = require "gen.base.nearest"
local other_names = require "gen.spec.other_names"
local reader = require "gen.spec.reader"

local check_datasets = {}

local function wrong(unit, field, what, hint)
    field.broken = true
    unit.diags:add("bad_field", field.at, field.name, field.name, what, hint)
end

-- One of a few words; reports any other and takes the default. `more`: what else it may be.
local function word(unit, field, key, words, default, more)
    local value = field.parameters[key]
    if value == nil then
        field.parameters[key] = default
        return
    end
    for _, known in ipairs(words) do
        if known == value then return end
    end
    wrong(unit, field, ("%s is %s%s"):format(key, reader.what(value),
        type(value) == "string" and nearest.suggest(value, words) or ""),
        other_names.hint(key, value, ('%s is one of "%s"%s'):format(key, table.concat(words, '", "'), more or "")))
    field.parameters[key] = default
end

local function whole(unit, field, key, least)
    local value = field.parameters[key]
    if value == nil or math.type(value) == "integer" and value >= least and value <= 0x7fffffff then return end
    wrong(unit, field, ("%s is %s"):format(key, reader.what(value)), ("%s is a whole number from %d"):format(key, least))
    field.parameters[key] = nil
end

local function is_column(value)
    return type(value) == "string" and value ~= "" or math.type(value) == "integer" and value >= 1
end

-- Columns: a list of names and of numbers from 1, or a single one.
local function columns(unit, field, key, most)
    local value = field.parameters[key]
    if value == nil then return end
    local list = type(value) == "table" and value or { value }
    local good = #list > 0 and (not most or #list <= most)
    for at in pairs(list) do good = good and math.type(at) == "integer" end
    for _, column in ipairs(list) do good = good and is_column(column) end
    if good then field.parameters[key] = list
    else
        wrong(unit, field, key .. " is not a list of columns", most and key .. ' = "name", or a number from 1'
            or key .. ' = { "name", ... }, each a name or a number from 1')
        field.parameters[key] = nil
    end
end

local scales = { "none", "max", "standard" }

local function is_divisor(value) return type(value) == "number" and value > 0 and value < math.huge end

-- A scale may be a divisor.
local function scale(unit, field, key)
    if not is_divisor(field.parameters[key]) then word(unit, field, key, scales, "none", ", or a divisor above 0") end
end

local function divisor(unit, field)
    local value = field.parameters.divisor
    if value == nil then return end
    if field.parameters.scale ~= nil then
        return wrong(unit, field, "it has both scale and divisor", "divisor = 16 is scale = 16")
    end
    if is_divisor(value) then
        field.parameters.scale = value
    else
        wrong(unit, field, "divisor is " .. reader.what(value), "divisor is a number above 0")
    end
end

local separators = { [","] = true, [";"] = true, ["|"] = true, ["\t"] = true, [" "] = true, [":"] = true, ["/"] = true, ["&"] = true,
    ["!"] = true, ["~"] = true, ["^"] = true }
local separator_words = { tab = "\t", blanks = " ", blank = " ", space = " ", comma = ",", semicolon = ";" }

local function dialect(unit, field)
    local parameters = field.parameters
    local separator = parameters.separator
    if separator ~= nil and not separators[separator_words[separator] or separator] then
        wrong(unit, field, "separator is " .. reader.what(separator), 'separator is a character such as "," ";" or "|", "tab" or "blanks"')
        parameters.separator = nil
    end
    parameters.separator = separator_words[parameters.separator] or parameters.separator
    word(unit, field, "decimal", { ".", "," })
    local comment = parameters.comment
    if comment ~= nil and comment ~= false and not (type(comment) == "string" and comment:find "^[!-~]$") then
        wrong(unit, field, "comment is " .. reader.what(comment), "comment is the character that such lines begin with, or false")
        parameters.comment = nil
    end
    whole(unit, field, "skip_lines", 0)
end

local function missing(unit, field)
    local value = field.parameters.missing
    if type(value) == "number" and value == value and value - value == 0 then return end
    word(unit, field, "missing", { "refuse", "mean", "median", "drop" }, "refuse", ", or a finite number")
end

local function share(unit, field)
    local parameters = field.parameters
    local value = parameters.share
    if value ~= nil and not (type(value) == "number" and value > 0 and value < 1) then
        wrong(unit, field, "share is " .. reader.what(value), "share is a number between 0 and 1: of the rows of `from`")
        parameters.share = nil
    elseif parameters.from ~= nil and value == nil then
        wrong(unit, field, "it has `from` but no share", 'from = "train", share = 0.2')
    elseif parameters.from == nil and value ~= nil then
        wrong(unit, field, "it has a share but not of what", 'from = "train", share = 0.2')
    end
    if parameters.from ~= nil and parameters.like ~= nil then
        wrong(unit, field, "it is both like another one and a part", "a part is like the whole anyway")
    end
end

-- A device has no files: there the data set is an expression. A library's firmware may set the field instead.
local function on_device(unit, field)
    local text = field.parameters.device
    if text and ctext.is_blank(text) then
        wrong(unit, field, "device is blank", "device = \"(struct loopc_dataset){.x = x, .labels = y, .rows = 100, .columns = 4, .classes = 3}\"")
    elseif not text and unit.options.firmware then
        unit.diags:add("not_on_device", field.at, field.name, "data set '" .. field.full .. "'", "there are no files to read it from",
            'device = "(struct loopc_dataset){.x = x, .labels = y, ... }" says where it is in flash; or loopc gen --lib --device, whose '
            .. "firmware sets the field")
    end
end

function check_datasets.read(unit, field)
    local parameters = field.parameters
    if parameters.targets ~= nil and parameters.label then
        wrong(unit, field, "it has both label and targets", "with targets there is no label")
    end
    if type(parameters.targets) == "number" then whole(unit, field, "targets", 1) else columns(unit, field, "targets") end
    if type(parameters.label) == "number" then whole(unit, field, "label", 1) end
    columns(unit, field, "inputs")
    columns(unit, field, "ignore")
    columns(unit, field, "weight", 1)
    columns(unit, field, "id", 1)
    dialect(unit, field)
    missing(unit, field)
    word(unit, field, "text", { "refuse", "onehot", "number" }, "refuse")
    divisor(unit, field)
    scale(unit, field, "scale")
    scale(unit, field, "target_scale")
    whole(unit, field, "classes", 1)
    whole(unit, field, "columns", 1)
    share(unit, field)
    on_device(unit, field)
end

return check_datasets

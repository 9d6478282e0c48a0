-- The options of data sets as C: a static struct for each field (runtime/data/dataset.h).

local cvalue = require "gen.c.value"

local emit_datasets = {}

local labels = { last = "LOOPC_LABEL_LAST", first = "LOOPC_LABEL_FIRST" }
local scales = { max = "LOOPC_SCALE_MAX", standard = "LOOPC_SCALE_STANDARD" }
local texts = { onehot = "LOOPC_TEXT_ONEHOT", number = "LOOPC_TEXT_NUMBER" }
local missings = { mean = "LOOPC_MISSING_MEAN", median = "LOOPC_MISSING_MEDIAN", drop = "LOOPC_MISSING_DROP" }

-- A name as an item of a list: in quotes where it would be taken for something else.
local function item(column)
    if math.type(column) == "integer" then return tostring(column) end
    if not column:find '[,"]' and not column:find "^ " and not column:find " $" and not column:find "^%d+$" then return column end
    return '"' .. column:gsub('"', '""') .. '"'
end

local function list(columns)
    local items = {}
    for i, column in ipairs(columns) do items[i] = item(column) end
    return cvalue.string(table.concat(items, ","))
end

local function add_label(add, label)
    if label == false then add("label", "LOOPC_LABEL_NONE")
    elseif math.type(label) == "integer" then
        add("label", "LOOPC_LABEL_NUMBER")
        add("label_number", label)
    elseif labels[label] then add("label", labels[label])
    elseif label then
        add("label", "LOOPC_LABEL_NAME")
        add("label_name", cvalue.string(item(label)))
    end
end

local function add_columns(add, parameters)
    if type(parameters.targets) == "table" then add("target_list", list(parameters.targets))
    elseif parameters.targets then add("targets", parameters.targets) end
    for _, key in ipairs { "inputs", "ignore", "weight", "id" } do
        if parameters[key] then add(key, list(parameters[key])) end
    end
end

local function character(text) return text == "\t" and "'\\t'" or "'" .. text .. "'" end

local function add_dialect(add, parameters)
    if parameters.separator then add("separator", character(parameters.separator)) end
    if parameters.decimal then add("decimal", character(parameters.decimal)) end
    if parameters.comment == false then add("comment", "LOOPC_NO_COMMENT")
    elseif parameters.comment then
        add("comment", (parameters.comment == "'" or parameters.comment == "\\") and "'\\" .. parameters.comment .. "'"
            or character(parameters.comment))
    end
    if parameters.skip_lines and parameters.skip_lines > 0 then add("skip_lines", parameters.skip_lines) end
    if parameters.header ~= nil then add("header", parameters.header and "LOOPC_HEADER_YES" or "LOOPC_HEADER_NO") end
end

local function add_scale(add, scale, kind, divisor)
    if type(scale) == "number" then
        add(kind, "LOOPC_SCALE_CONSTANT")
        add(divisor, cvalue.of("f64", scale))
    elseif scales[scale] then add(kind, scales[scale]) end
end

local function add_missing(add, missing)
    if type(missing) == "number" then
        add("missing", "LOOPC_MISSING_VALUE")
        add("missing_value", cvalue.of("f64", missing))
    elseif missings[missing] then add("missing", missings[missing]) end
end

local function add_others(add, parameters)
    for _, key in ipairs { "classes", "columns" } do
        if parameters[key] then add(key, parameters[key]) end
    end
    for _, key in ipairs { "like", "from" } do
        if parameters[key] then add(key, cvalue.string(parameters[key].full)) end
    end
    if parameters.share then add("share", cvalue.of("f64", parameters.share)) end
    if parameters.stratify == false then add("unstratified", true) end
end

-- The initializer of a field's options. A set of what bodies do: `splits`: they draw parts of data sets; `by_rows`: they get at samples
-- by functions alone; `weighs`: they take weights of rows.
function emit_datasets.options(field, bodies)
    local parts, parameters = {}, field.parameters
    local function add(key, value) parts[#parts + 1] = (".%s = %s"):format(key, tostring(value)) end
    add_label(add, parameters.label)
    add_columns(add, parameters)
    add_dialect(add, parameters)
    add_missing(add, parameters.missing)
    if texts[parameters.text] then add("text", texts[parameters.text]) end
    add_scale(add, parameters.scale, "scale", "divisor")
    add_scale(add, parameters.target_scale, "target_scale", "target_divisor")
    add_others(add, parameters)
    for _, key in ipairs { "splits", "by_rows", "weighs" } do
        if bodies[key] then add(key, true) end
    end
    if parameters.file then add("file", cvalue.string(parameters.file)) end
    add("required", parameters.required == true)
    return "{" .. table.concat(parts, ", ") .. "}"
end

return emit_datasets

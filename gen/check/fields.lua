-- Part of check: reads the fields of a trainer, a loop or a callback.
--
-- A field is { kind = "field", name, full, owner, life, type, scalar, aggregate, dims, default, option, settable, report,
-- const, doc, flag, samples, at }: `scalar` is the row of vocabulary.scalars, `life` is state, site or batch, `default` a
-- value, a list of values, or nil for zero; an aggregate has `parameters` instead.

local check_aggregates = require "gen.check.aggregates"
local dsl = require "gen.spec.dsl"
local host = require "host"
local nearest = require "gen.base.nearest"
local other_names = require "gen.spec.other_names"
local reader = require "gen.spec.reader"
local spec_tree = require "gen.tree.spec_tree"
local vocabulary = require "gen.spec.vocabulary"

local check_fields = {}

local largest_f32 = 0x1.fffffep127

-- The maximum number of elements of a field: sizes in bytes stay far below the limits of size_t.
local most_elements = 1 << 40

local flag_keys = { "option", "settable", "report", "const" }

local function bad_text(value)
    if type(value) ~= "string" then return "a str is text" end
    if value:find("\0", 1, true) then return "a text of C ends at a zero byte" end
    if #value > vocabulary.longest_text then return ("a str holds at most %d bytes"):format(vocabulary.longest_text) end
end

-- The error of a default of a scalar type, or nil.
local function bad_value(scalar, value)
    local name = scalar[1]
    if name == "bool" then return type(value) ~= "boolean" and "a bool is true or false" or nil end
    if name == "str" then return bad_text(value) end
    if type(value) ~= "number" then return name .. " takes a number" end
    if name == "f32" and math.abs(value) > largest_f32 and math.abs(value) < math.huge then return "it does not fit in f32" end
    if not scalar.min then return nil end
    local whole = math.tointeger(value)
    if not whole then return name .. " takes a whole number" end
    if whole < scalar.min or whole > scalar.max then return "it does not fit in " .. name end
end

-- The default of a scalar or an array; one value fills an array.
local function read_default(unit, field, parameters)
    local count = #field.dims > 0 and spec_tree.element_count(field.dims) or 1
    local values = {}
    for i, value in ipairs(parameters) do
        local why = bad_value(field.scalar, value)
        if why then
            unit.diags:add("bad_default", field.at, field.name, field.name, reader.what(value), why, field.scalar[4])
            return nil
        end
        values[i] = field.scalar.min and math.tointeger(value) or value
    end
    if #values > 1 and #values ~= count then
        unit.diags:add("bad_default", field.at, field.name, field.name, #values .. " values",
            count == 1 and "it holds one" or ("it has %d elements"):format(count),
            count == 1 and "an array is " .. field.type .. "[10]" or "give all elements, or one value for all of them")
        return nil
    end
    if #values == 1 then return values[1] end
    return #values > 1 and values or nil
end

local function check_dims(unit, field)
    local count = 1.0
    for _, size in ipairs(field.dims) do
        if math.type(size) ~= "integer" or size < 1 or size > 1 << 30 then
            unit.diags:add("bad_field", field.at, field.name, field.name, "its dimension is " .. reader.what(size),
                ("a dimension is a whole number from 1 to %d: %s[10]"):format(1 << 30, field.type))
            field.dims = {}
            return
        end
        count = count * size
    end
    if count > most_elements then
        unit.diags:add("bad_field", field.at, field.name, field.name, ("it has %.3g elements"):format(count),
            "a trainer keeps its fields in memory")
        field.dims = {}
    end
end

-- report = n is report = true, in every n-th iteration and the last of each pass only.
local function read_report(unit, field, value)
    if math.type(value) ~= "integer" then return end
    field.report, field.report_every = true, value
    if value < 1 then
        unit.diags:add("bad_field", field.at, field.name, field.name, "it is reported every " .. value .. " iterations",
            "report = true, or report = n for every n-th iteration")
    end
end

local function read_keys(unit, field, parameters, own)
    local entries = {}
    for _, list in ipairs { vocabulary.field_keys, own } do
        for _, entry in ipairs(list) do entries[#entries + 1] = entry end
    end
    reader.unknown(unit, field, parameters, entries, nil, true, function(key) return other_names.of(field.type, key) end)
    reader.keys(unit, field, parameters, entries)
    for _, entry in ipairs(own) do field.parameters[entry[1]] = parameters[entry[1]] end
    for _, key in ipairs(flag_keys) do field[key] = parameters[key] == true end
    read_report(unit, field, parameters.report)
    field.doc, field.min, field.max = parameters.doc, parameters.min, parameters.max
end

local function settle(unit, field)
    local whole_dims = #field.dims == 0
    if field.option and field.life ~= "state" then
        unit.diags:add("bad_field", field.at, field.name, field.name, "options belong in state, not in " .. field.life,
            "move it to state = { ... }")
        field.option = false
    end
    if (field.option or field.settable) and field.aggregate and field.type ~= "dataset" then
        unit.diags:add("bad_field", field.at, field.name, field.name, ("a field of type %s cannot be %s"):format(field.type,
            field.option and "an option" or "settable"), "options are numbers, bool, str and dataset")
        field.option = false
    end
    if field.option and field.const then
        unit.diags:add("bad_field", field.at, field.name, field.name, "an option cannot be const: the command line assigns it",
            "drop one of the two")
    end
    if field.report and (not whole_dims or field.aggregate) then
        unit.diags:add("bad_field", field.at, field.name, field.name, "only single values are reported",
            "report a number computed from it")
        field.report = false
    end
    if field.option then field.flag = field.name:gsub("_", "-") end
end

-- What is wrong with the way in which a field is to be shown, and a hint; or nil.
local function show_problem(field)
    local count = spec_tree.element_count(field.dims)
    local words = table.concat(vocabulary.names(vocabulary.shows), ", ")
    if not vocabulary.find(vocabulary.shows, field.show) then return ("it is shown as '%s'"):format(field.show), "show is one of " .. words end
    if field.life ~= "state" then return "a field of " .. field.life .. " is not shown", "move it to state = { ... }" end
    if field.show == "text" then return field.type ~= "str" and "only a str is shown as text", "name = str { \"\", show = \"text\" }" end
    if not field.scalar or field.type == "str" or #field.dims == 0 then return "only arrays of numbers are shown as " .. field.show,
        ("name = f32[64] { show = \"%s\" }"):format(field.show) end
    if field.show == "graph" and not (#field.dims == 2 and field.dims[1] == field.dims[2]) then
        return "a graph has as many rows as columns, an edge each", "name = f32[8][8] { show = \"graph\" }"
    end
    if field.show == "points" and not (#field.dims == 2 and (field.dims[2] == 2 or field.dims[2] == 3)) then
        return "points have two or three numbers each", "name = f32[100][2], or f32[100][3] with a class"
    end
    local rows = field.rows or field.dims[1]
    if field.show == "image" and (rows < 1 or count % rows ~= 0 or not field.rows and #field.dims ~= 2) then
        return ("%d values do not make an image of %s"):format(count, field.rows and rows .. " rows" or "one row"),
            "rows = n, where n divides the number of values; or f32[rows][columns]"
    end
end

-- show, and the keys that go with it.
local function check_show(unit, field, parameters)
    for _, key in ipairs { "show", "rows", "low", "high", "over" } do field[key] = parameters[key] end
    local why, hint
    if field.show then why, hint = show_problem(field)
    elseif field.rows or field.low or field.high or field.over then
        why, hint = "it says how it is shown, and is not", "show = \"image\""
    end
    if not why and field.show and (field.low or 0) >= (field.high or math.huge) then
        why, hint = "its low is not below its high", "low = -1, high = 1: the coordinates at the edges"
    end
    if not why then return end
    unit.diags:add("bad_field", field.at, field.name, field.name, why, hint)
    field.show = nil
end

-- The points that are drawn over images.
function check_fields.link_shows(unit, trainer)
    for _, owner in ipairs { trainer, table.unpack(trainer.members) } do
        for _, field in ipairs(owner.fields) do
            local other
            for _, candidate in ipairs(field.over and owner.fields or {}) do
                if candidate.name == field.over and candidate.show == "points" then other = candidate end
            end
            if field.over and not other then
                unit.diags:add("bad_field", field.at, field.name, field.name, ("'%s' is not a field of points beside it"):format(field.over),
                    "over names a field of the same owner with show = \"points\"")
            end
            field.over = other and other.full
        end
    end
end

-- min and max restrict flags, messages and the default; bodies may assign any value.
local function check_range(unit, field)
    local low, high = field.min or -math.huge, field.max or math.huge
    local function refuse(why, hint) unit.diags:add("bad_field", field.at, field.name, field.name, why, hint) end
    if not (field.min or field.max) then return end
    if not field.scalar or field.type == "bool" or field.type == "str" then
        return refuse("a field of type " .. field.type .. " has no min and max", "only numbers have them")
    elseif not (field.option or field.settable) then
        return refuse("min and max are for flags and messages, and it has neither", "option = true, or settable = true")
    elseif low > high then
        return refuse(("no number is from %s to %s"):format(low, high), "min is at most max")
    end
    for _, value in ipairs(type(field.default) == "table" and field.default or { field.default or 0 }) do
        if not (value >= low and value <= high) then
            return refuse(("its default %s is not from %s to %s"):format(value, low, high), "its default is the first entry, or 0")
        end
    end
end

-- samples { type, room } is an array of room elements of that type, marked as one value a sample.
local function expand_samples(unit, field, parameters)
    local element, room = parameters[1], parameters[2]
    if not dsl.is_type(element) or not vocabulary.find(vocabulary.scalars, rawget(element, "type"))
        or math.type(room) ~= "integer" or room < 1 then
        unit.diags:add("bad_field", field.at, field.name, field.name, "samples takes a type and a number of samples",
            "samples { f32, 256 }, or samples { f32[8], 256 } for eight values a sample")
        element, room = nil, 1
    end
    field.samples, field.type = room, element and rawget(element, "type") or "f32"
    field.dims = { room, table.unpack(element and rawget(element, "dims") or {}) }
    parameters[1], parameters[2], parameters[3] = parameters[3], nil, nil
end

-- Tables of the spec stay as they are: it may have used one for several fields.
local function copy(values)
    local out = {}
    for key, value in next, values do out[key] = value end
    return out
end

-- One entry of a state, site or batch table.
local function read_field(unit, owner, life, entry)
    local value, at = entry.value, dsl.at(entry.value, reader.key_at(unit, owner, entry.key))
    local field = { kind = "field", name = entry.key, owner = owner, life = life, at = at, dims = {}, parameters = {},
        full = owner.kind == "trainer" and entry.key or owner.name .. "." .. entry.key }
    if not dsl.is_type(value) and dsl.kind(value) ~= "field" then
        unit.diags:add("bad_field", at, field.name, field.name, "its value is " .. reader.what(value),
            "a field is a type and its default: n = u64(0)")
        return nil
    end
    if not reader.name(unit, field.name, "field", at) then return nil end
    if vocabulary.find(vocabulary.signals, field.name) then
        unit.diags:add("bad_name", at, field.name, field.name, "field", "$" .. field.name .. " is a signal")
        return nil
    end
    field.type, field.dims = rawget(value, "type"), rawget(value, "dims")
    local parameters = dsl.is_type(value) and {} or copy(value.parameters)
    if field.type == "samples" then expand_samples(unit, field, parameters) end
    field.scalar = vocabulary.find(vocabulary.scalars, field.type)
    field.aggregate = not field.scalar
    check_dims(unit, field)
    local own = vocabulary.find(vocabulary.aggregates, field.samples and "samples" or field.type)
    read_keys(unit, field, parameters, own and own[3] or {})
    if field.scalar then field.default = read_default(unit, field, parameters)
    else check_aggregates.read(unit, field, parameters) end
    settle(unit, field)
    check_range(unit, field)
    check_show(unit, field, parameters)
    return field
end

function check_fields.read(unit, owner, life, values)
    local out = {}
    if values == nil then return out end
    for _, entry in ipairs(dsl.entries(values)) do out[#out + 1] = read_field(unit, owner, life, entry) end
    for _, key in ipairs(reader.odd_keys(values)) do
        unit.diags:add("bad_field", reader.key_at(unit, owner, life), life, key, "it has no name", "fields are written name = type(default)")
    end
    return out
end

-- A loop's state, site and batch share one space of names.
function check_fields.check_twice(unit, loop)
    local seen = {}
    for _, field in ipairs(loop.fields) do
        local other = seen[field.name]
        if other then
            unit.diags:add("name_taken", field.at, field.name, field.name, other.life .. " field", reader.where(unit, other.at))
        end
        seen[field.name] = field
    end
end

-- Every repeating loop counts its iterations.
function check_fields.add_counters(unit, loop)
    if not loop.repeats then return end
    for _, field in ipairs(loop.fields) do
        if spec_tree.is_counter(field.name) then
            unit.diags:add("name_taken", field.at, field.name, field.name, "counter of every repeating loop",
                reader.where(unit, loop.at))
        end
    end
    spec_tree.add_counters(loop)
end

-- The flags that every trainer has: the rows of a file of the runtime that is built into loopc, too.
local function trainer_flags()
    local names = {}
    for name in assert(host.script "runtime/main/flags.def"):gmatch '\nFLAG%("([%w-]+)"' do names[name] = true end
    return names
end

-- The flags of an option: a bool has a second one that switches it off.
local function flags_of(field)
    if not field.flag then return {} end
    return field.type == "bool" and { field.flag, "no-" .. field.flag } or { field.flag }
end

function check_fields.check_flags(unit, trainer)
    local taken, of_trainers = {}, trainer_flags()
    for _, field in ipairs(spec_tree.fields(trainer)) do
        for _, name in ipairs(flags_of(field)) do
            local own_seed = name == "seed" and field.scalar and field.scalar.min
            if of_trainers[name] and not own_seed then
                unit.diags:add("flag_taken", field.at, field.name, name, field.full, "every trainer has that flag")
            elseif taken[name] then
                unit.diags:add("flag_taken", field.at, field.name, name, field.full, "it is that of field '" .. taken[name].full .. "'")
            else taken[name] = field end
        end
    end
end

-- Finds the fields that aggregates name in their parameters (`like`, `net`, `inputs_from`).
function check_fields.link_aggregates(unit, trainer)
    local owners = { trainer, table.unpack(trainer.members) }
    for _, owner in ipairs(owners) do
        for _, field in ipairs(owner.fields) do
            if field.waiting then check_aggregates.join(unit, trainer, owner, field) end
        end
    end
    for _, owner in ipairs(owners) do
        for _, field in ipairs(owner.fields) do
            if field.aggregate then check_aggregates.link(unit, trainer, owner, field, nearest.suggest) end
        end
    end
end

return check_fields

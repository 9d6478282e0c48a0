-- The table of fields: what command line, metrics, progress, trace and checkpoints know of the state.
--
-- A row a field; a net or an optimizer has a row for each of its tensors, named as a checkpoint names them.

local CWriter = require "gen.c.writer"
local cvalue = require "gen.c.value"
local emit_nets = require "gen.emit.nets"
local emit_state = require "gen.emit.state"
local spec_tree = require "gen.tree.spec_tree"

local emit_fields = {}

local flags = { { "option", "LOOPC_OPTION" }, { "settable", "LOOPC_SETTABLE" }, { "report", "LOOPC_REPORT" },
    { "const", "LOOPC_CONST" }, { "counter", "LOOPC_COUNTER" }, { "restarting", "LOOPC_RESTARTING" },
    { "set_at_entry", "LOOPC_SET_AT_ENTRY" }, { "set_at_end", "LOOPC_SET_AT_END" }, { "only_at_end", "LOOPC_ONLY_AT_END" } }

local function flags_of(field)
    local out = {}
    for _, flag in ipairs(flags) do
        if field[flag[1]] then out[#out + 1] = flag[2] end
    end
    return #out > 0 and table.concat(out, " | ") or nil
end

-- One row, from { key, value } pairs; a row too long for a line is left to clang-format.
local function write_row(unit, w, pairs_of_row)
    local out = {}
    for _, pair in ipairs(pairs_of_row) do
        if pair[2] then out[#out + 1] = (".%s = %s"):format(pair[1], pair[2]) end
    end
    unit.field_rows = unit.field_rows + 1
    w:line("{%s},", table.concat(out, ", "))
end

local function offset(unit, lvalue) return ("offsetof(struct %s, %s)"):format(unit.struct, (lvalue:gsub("^s%->", ""))) end

-- The dimensions of a row that has more than one, or a vector of one; the last one may be decided by the data.
local function shape_of(unit, dims)
    local sizes, width = {}, nil
    for i, size in ipairs(dims) do
        if type(size) == "table" then size, width = size.most, offset(unit, size.lvalue) end
        sizes[i] = size
    end
    local shaped = #sizes > 1 or sizes[1] == 1
    return sizes, { { "rank", shaped and tostring(#sizes) },
        { "dims", shaped and "{" .. table.concat(sizes, ", ") .. "}" }, { "width_at", width } }
end

local function concat(first, second)
    for _, entry in ipairs(second) do first[#first + 1] = entry end
    return first
end

local function range_of(field)
    if not (field.min or field.max) then return nil end
    return ("&(const struct loopc_range){%s, %s}"):format(cvalue.of("f64", (field.min or -math.huge) + 0.0),
        cvalue.of("f64", (field.max or math.huge) + 0.0))
end

local function value_row(unit, w, field, name, lvalue)
    local type = field.scalar and field.scalar[3] or "LOOPC_" .. field.type:upper()
    local sizes, shape = shape_of(unit, field.dims)
    write_row(unit, w, concat({
        { "name", cvalue.string(name) }, { "flag", field.flag and cvalue.string(field.flag) }, { "type", type },
        { "offset", offset(unit, lvalue) }, { "count", tostring(spec_tree.element_count(sizes)) }, { "flags", flags_of(field) },
        { "report_in", field.report_in and cvalue.string(field.report_in) },
        { "report_every", field.report_every and tostring(field.report_every) },
        { "samples", field.samples and tostring(field.samples) },
        { "set", field.samples and field.parameters.set and cvalue.string(field.parameters.set) },
        { "range", range_of(field) },
        { "doc", field.doc and cvalue.string(field.doc) }, { "dataset", field.options_name and "&" .. field.options_name },
    }, shape))
end

local function tensor_rows(unit, w, field)
    for _, entry in ipairs(emit_nets.entries(field)) do
        local sizes, shape = shape_of(unit, entry.dims)
        write_row(unit, w, concat({ { "name", cvalue.string(entry.name) }, { "type", entry.type },
            { "offset", offset(unit, entry.lvalue) }, { "count", tostring(spec_tree.element_count(sizes)) },
            { "panels", entry.panels and "true" } }, shape))
    end
end

local function rows_of(unit, w, field)
    if field.struct then return tensor_rows(unit, w, field) end
    if field.life ~= "site" then return value_row(unit, w, field, field.full, field.lvalue) end
    local root = field.owner == unit.trainer.root -- which stands in one place
    for _, lvalue in ipairs(emit_state.instances(unit, field)) do
        value_row(unit, w, field, root and field.full or lvalue:gsub("^s%->", ""), lvalue)
    end
end

function emit_fields.write(unit, w)
    unit.field_rows = 0
    emit_nets.write_dataset_options(unit, w)
    local rows = CWriter.new()
    for _, field in ipairs(spec_tree.fields(unit.trainer)) do rows_of(unit, rows, field) end
    if unit.field_rows == 0 then return end
    w:comment { "Every field, for the command line, metrics, progress, trace and checkpoints." }
    w:open("static const struct loopc_field %s[] = {", unit.tables.fields)
    w:append(rows)
    w:close("};")
    w:blank()
end

return emit_fields

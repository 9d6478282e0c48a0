-- The table of fields, for the command line, metrics, progress, trace and checkpoints.
--
-- A row a field; a net or an optimizer has a row for each of its tensors, named as a checkpoint names them. The doc is that of
-- options, for --help; the others are described where the state is declared.

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

-- One row: its field, as a macro of fields.h, then { key, value } pairs.
local function add_row(rows, field, pairs_of_row)
    local out = { field }
    for _, pair in ipairs(pairs_of_row) do
        if pair[2] then out[#out + 1] = (".%s = %s"):format(pair[1], pair[2]) end
    end
    rows[#rows + 1] = ("{%s},"):format(table.concat(out, ", "))
end

-- The member of the state that an lvalue is.
local function member_of(lvalue) return (lvalue:gsub("^s%->", "")) end

-- The dimensions as numbers, and the member that says how many of the last are in use, when the data decides that.
local function sizes_of(dims)
    local sizes, width = {}, nil
    for i, size in ipairs(dims) do
        if type(size) == "table" then size, width = size.most, member_of(size.lvalue) end
        sizes[i] = size
    end
    return sizes, width
end

-- The dimensions of an array that has more than one, or one of one element.
local function shape_of(sizes)
    if #sizes < 2 and sizes[1] ~= 1 then return {} end
    return { { "rank", tostring(#sizes) }, { "dims", "{" .. table.concat(sizes, ", ") .. "}" } }
end

-- LOOPC_FIELD(digits, Fit.loss, F32), or with the number of elements, or with a name that is not that of the member.
local function field_of(unit, name, lvalue, type, sizes)
    local member, count = member_of(lvalue), spec_tree.element_count(sizes)
    if name ~= member then return ("LOOPC_NAMED(%s, %s, %s, %s, %d)"):format(cvalue.string(name), unit.struct, member, type, count) end
    if #sizes == 0 then return ("LOOPC_FIELD(%s, %s, %s)"):format(unit.struct, member, type) end
    return ("LOOPC_ARRAY(%s, %s, %s, %d)"):format(unit.struct, member, type, count)
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

local function value_row(unit, rows, field, name, lvalue, report_in)
    local type = field.scalar and field.scalar[3] or "LOOPC_" .. field.type:upper()
    local sizes = sizes_of(field.dims)
    add_row(rows, field_of(unit, name, lvalue, type:gsub("^LOOPC_", ""), sizes), concat({
        { "flag", field.flag and cvalue.string(field.flag) }, { "flags", flags_of(field) },
        { "report_in", report_in and cvalue.string(report_in) },
        { "report_every", field.report_every and tostring(field.report_every) },
        { "samples", field.samples and tostring(field.samples) },
        { "set", field.samples and field.parameters.set and cvalue.string(field.parameters.set) },
        { "range", range_of(field) },
        { "doc", field.flag and not unit.options.lib and field.doc and cvalue.string(field.doc) },
        { "dataset", field.options_name and "&" .. field.options_name },
    }, shape_of(sizes)))
end

-- Weights are matrices in panels, of which the data may decide how many columns are in use.
local function matrix_row(unit, rows, entry)
    local sizes, width = sizes_of(entry.dims)
    add_row(rows, ("LOOPC_%sMATRIX(%s, %s, %s, %d, %d%s)"):format(width and "OPEN_" or "", cvalue.string(entry.name), unit.struct,
        member_of(entry.lvalue), sizes[1], sizes[2], width and ", " .. width or ""), {})
end

-- A tensor of one replica: its elements lie 16 apart (runtime/nn/replica.h).
local function replica_row(unit, rows, entry)
    add_row(rows, ("LOOPC_REPLICA(%s, %s, %s, %d, %s)"):format(cvalue.string(entry.name), unit.struct, member_of(entry.lvalue),
        #entry.dims, table.concat(entry.dims, ", ") .. (entry.dims[2] and "" or ", 1")), {})
end

local function tensor_rows(unit, rows, field)
    for _, entry in ipairs(emit_nets.entries(field)) do
        if entry.panels then matrix_row(unit, rows, entry)
        elseif entry.replica then replica_row(unit, rows, entry)
        else
            local sizes = sizes_of(entry.dims)
            add_row(rows, field_of(unit, entry.name, entry.lvalue, entry.type:gsub("^LOOPC_", ""), sizes), shape_of(sizes))
        end
    end
end

local function rows_of(unit, rows, field)
    if field.struct then return tensor_rows(unit, rows, field) end
    if field.life ~= "site" then return value_row(unit, rows, field, field.full, field.lvalue, field.report_in) end
    local lvalues = emit_state.instances(unit, field)
    local alone = field.owner == unit.trainer.root or field.result and #lvalues == 1 -- it has one place
    for _, lvalue in ipairs(lvalues) do
        local name, apart = member_of(lvalue), field.result and field.report_in and not alone
        value_row(unit, rows, field, alone and field.full or name, lvalue, apart and name:match("^[%w_]+") or field.report_in)
    end
end

-- The rows of the table, in its order.
function emit_fields.rows(unit)
    local rows = {}
    for _, field in ipairs(spec_tree.fields(unit.trainer)) do rows_of(unit, rows, field) end
    for _, frame in ipairs(spec_tree.is_resumable(unit) and unit.frames or {}) do -- where coroutines are, for checkpoints alone
        local member = unit.position .. "." .. frame.name
        add_row(rows, ("LOOPC_NAMED(%s, %s, %s, BYTES, sizeof((struct %s *)0)->%s)"):format(cvalue.string("loopc." .. member), unit.struct,
            member, unit.struct, member), {})
    end
    return rows
end

function emit_fields.write(unit, w)
    emit_nets.write_dataset_options(unit, w)
    if #unit.field_rows == 0 then return end
    w:comment { "Every field, for the command line, metrics, progress, trace and checkpoints." }
    w:open("static const struct loopc_field %s[] = {", unit.tables.fields)
    for _, row in ipairs(unit.field_rows) do w:line("%s", row) end
    w:close("};")
    w:blank()
end

return emit_fields

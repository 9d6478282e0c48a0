-- The tables at the end of the file, by which the runtime knows the program. The table of fields is in fields.lua.

local cvalue = require "gen.c.value"
local emit_hooks = require "gen.emit.hooks"
local emit_nets = require "gen.emit.nets"
local host = require "host"
local spec_tree = require "gen.tree.spec_tree"
local trace_points = require "gen.emit.trace_points"

local emit_tables = {}

-- A text among others in an array. One that clang-format will break over lines is put in parentheses, as clang wants it, so
-- that it is not taken for two that lack a comma.
local function listed(text)
    local literal, most = cvalue.string(text), 60
    return #literal > most and "(" .. literal .. ")" or literal
end

local function write_resume_points(unit, w)
    if #unit.resume_points == 0 then return end
    w:comment { "The resume points by name, as checkpoints have them." }
    w:open("static const char *const %s[] = {", unit.tables.resume_points)
    w:line('[AT_START] = "start",')
    for _, point in ipairs(unit.resume_points) do w:line("[%s] = %s,", point.name, listed(point.path)) end
    w:close("};")
    w:blank()
end

-- The names that the spec gives to the control channel.
local function write_steering(unit, w)
    local control = unit.trainer.control
    if not control then return end
    w:comment { "The names batch, target, eta, loss and samples of the control channel." }
    w:open("static const struct loopc_steering %s = {", unit.tables.steering)
    if control.batch then w:line(".batch = %s,", cvalue.string(control.batch.name)) end
    for _, key in ipairs { "target", "eta", "loss" } do
        if control[key] then w:line(".%s = %s,", key, cvalue.string(control[key].full)) end
    end
    local samples = control.samples
    if math.type(samples) == "integer" then w:line(".samples = %d,", samples)
    elseif samples then w:line(".samples_field = %s,", cvalue.string(samples.full)) end
    w:close("};")
    w:blank()
end

-- The fields that a viewer is shown, in the order of the trainer's list.
local function shown(unit)
    local out = {}
    for _, field in ipairs(spec_tree.fields(unit.trainer)) do out[#out + 1] = field.show and field or nil end
    return out
end

local function write_views(unit, w)
    local list = shown(unit)
    if #list == 0 then return end
    w:comment { "The fields that loopc observe draws." }
    w:open("static const struct loopc_view %s[] = {", unit.tables.views)
    for _, field in ipairs(list) do
        local row = { (".field = %s, .show = %s"):format(cvalue.string(field.full), cvalue.string(field.show)) }
        if field.show == "image" then row[2] = (".rows = %d"):format(field.rows or field.dims[1]) end
        if field.show == "points" or field.show == "graph" then row[2] = (".rows = %d"):format(field.dims[1]) end
        for _, key in ipairs { "low", "high" } do
            if field[key] then row[#row + 1] = (".%s = %s"):format(key, cvalue.of("f64", field[key] + 0.0)) end
        end
        if field.over then row[#row + 1] = ".over = " .. cvalue.string(field.over) end
        if field.doc then row[#row + 1] = ".doc = " .. cvalue.string(field.doc) end
        w:line("{%s},", table.concat(row, ", "))
    end
    w:close("};")
    w:blank()
end

-- Where processes may be running.
function emit_tables.write_children(unit, w)
    if #unit.children == 0 then return end
    w:comment { "The processes of POPEN and SPAWN, which end with the run." }
    w:open("static const size_t %s[] = {", unit.tables.children)
    for _, child in ipairs(unit.children) do
        w:line("offsetof(struct %s, %s),", unit.struct, (child:gsub("^s%->", "")))
    end
    w:close("};")
    w:blank()
end

-- All but the fields; a library is told of its children alone.
function emit_tables.write(unit, w)
    emit_nets.write_table(unit, w)
    trace_points.write_table(unit, w)
    write_resume_points(unit, w)
    write_steering(unit, w)
    write_views(unit, w)
    emit_tables.write_children(unit, w)
end

-- A table of the program, and how many rows it has.
local function write_table(w, member, count, name) w:line("LOOPC_TABLE(%s, %s, %s),", member, count, name) end

-- The members that name the ways to run it.
local function write_entries(unit, w, hash)
    local name = unit.struct
    if unit.options.lib then
        w:line(".hash = 0x%s,", hash)
        w:line(".position = offsetof(struct %s, %s),", name, unit.position)
        w:line(".position_size = sizeof((struct %s *)0)->%s,", name, unit.position)
        return
    end
    local entry = unit.options.step and "step" or "run"
    w:line(".%s = %s_%s,", entry, name, entry)
    w:line(".%s_instrumented = %s_%s_instrumented,", entry, name, entry)
end

-- The members that name the tables of a program that is run by itself.
local function write_names(unit, w)
    local tables = unit.tables
    write_table(w, "trace_points", "trace_point_count", tables.trace_points)
    if #unit.resume_points > 0 then
        write_table(w, "resume_points", "resume_point_count", tables.resume_points)
        w:line(".reevaluate = %s_reevaluate,", unit.struct)
    end
    if unit.trainer.control then w:line(".steering = &%s,", tables.steering) end
    if #shown(unit) > 0 then write_table(w, "views", "view_count", tables.views) end
    if #unit.nets.nets > 0 then
        write_table(w, "nets", "net_count", "nets")
        if emit_nets.shards(unit) then w:line(".shards = %d,", emit_nets.shards(unit)) end
        w:line(".threads = true,")
        w:line(".model = loopc_model_main,")
    end
    if unit.prepare then w:line(".prepare = %s_prepare,", unit.struct) end
end

-- A number that changes with the form of the program and the elements of bodies: a position inside of others means something else.
local function fingerprint_of(unit)
    local texts = { unit.options.step and "step" or "straight" }
    for _, source in ipairs(unit.sources_used) do
        if source.resumable then texts[#texts + 1] = source.full .. tostring(source.body.element) end
    end
    return host.sha256(table.concat(texts, "\0")):sub(1, 16)
end

-- `hash`: of a library's text.
function emit_tables.write_program(unit, w, hash)
    local name, tables = unit.struct, unit.tables
    w:open("static const struct loopc_program %s = {", tables.program)
    w:line(".name = %s,", cvalue.string(unit.trainer.name))
    if unit.trainer.doc then w:line(".doc = %s,", cvalue.string(unit.trainer.doc)) end
    w:line(".size = sizeof(struct %s),", name)
    if spec_tree.is_resumable(unit) then w:line(".fingerprint = 0x%s,", fingerprint_of(unit)) end
    if #unit.field_rows > 0 then write_table(w, "fields", "field_count", tables.fields) end
    if not unit.options.lib then write_names(unit, w) end
    if #unit.defaults > 0 then w:line(".defaults = %s_defaults,", name) end
    emit_hooks.write_entries(unit, w)
    write_entries(unit, w, hash)
    if #unit.children > 0 then
        write_table(w, "children", "child_count", tables.children)
        w:line(".end_child = loopc_child_end,")
    end
    w:close("};")
    w:blank()
end

return emit_tables

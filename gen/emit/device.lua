-- What a library for devices has in the place of a table of fields and of functions that open files: the parts of the state that a
-- checkpoint in flash holds, and the beginning of a run (runtime/device/run.h).

local cvalue = require "gen.c.value"
local emit_hooks = require "gen.emit.hooks"
local emit_nets = require "gen.emit.nets"
local emit_state = require "gen.emit.state"
local spec_tree = require "gen.tree.spec_tree"

local emit_device = {}

local function member_of(lvalue) return (lvalue:gsub("^s%->", "")) end

local function instances(unit, field)
    return field.life == "state" and { field.lvalue } or field.life == "site" and emit_state.instances(unit, field) or {}
end

local unsaved = { dataset = true, str = true } -- they point to what only this image has

-- The members of the state that a checkpoint holds.
local function saved(unit)
    local out = { "loopc.seed", "loopc.item" }
    for _, field in ipairs(spec_tree.fields(unit.trainer)) do
        for _, entry in ipairs(field.struct and emit_nets.entries(field) or {}) do out[#out + 1] = member_of(entry.lvalue) end
        if not field.struct and not unsaved[field.type] and not field.show then
            for _, lvalue in ipairs(instances(unit, field)) do out[#out + 1] = member_of(lvalue) end
        end
    end
    out[#out + 1] = unit.position
    return out
end

-- Standard output, for bodies that print: no other trainer sees the header.
function emit_device.write_stdio(unit, w)
    if not emit_nets.names_one_of(unit, { "printf", "puts", "putchar", "fprintf", "fputs", "snprintf", "stdout", "stderr", "fflush",
        "loopc_note" }) then return end
    w:directive "#include <stdio.h>"
    w:directive "#define LOOPC_DEVICE_STDIO"
    unit.prints = true
end

function emit_device.write_tables(unit, w, hash)
    local names = saved(unit)
    w:comment { "What a checkpoint holds." }
    w:open("static const struct loopc_part parts[] = {")
    for _, name in ipairs(names) do w:line("LOOPC_PART(%s, %s),", unit.struct, name) end
    w:close("};")
    w:blank()
    w:open("static const struct loopc_program %s = {", unit.tables.program)
    w:line(".name = %s,", cvalue.string(unit.trainer.name))
    w:line(".hash = 0x%s,", hash)
    w:line(".parts = parts,")
    w:line(".part_count = %d,", #names)
    emit_hooks.write_entries(unit, w)
    w:close("};")
    w:blank()
end

local function write_streams(unit, w)
    for _, field in ipairs(spec_tree.fields_of_type(unit.trainer, "rng")) do
        local count = #field.dims > 0 and spec_tree.element_count(field.dims)
        for i = 0, (count or 1) - 1 do
            local name = count and ("%s[%d]"):format(field.full, i) or field.full
            local at = count and ("((struct loopc_rng *)%s + %d)"):format(field.lvalue, i) or "&" .. field.lvalue
            w:line("loopc_rng_seed(%s, seed, %s);", at, cvalue.string(name))
        end
    end
end

-- What a run looks at before its first step, beside what nets do: whether its data is there.
function emit_device.prepare(unit, prepare)
    local lines = {}
    for _, field in ipairs(unit.options.device and spec_tree.fields_of_type(unit.trainer, "dataset") or {}) do
        for _, lvalue in ipairs(instances(unit, field)) do
            local function refuse(condition, why)
                lines[#lines + 1] = ("if (%s) return loopc_fail(&s->loopc, %s, %s);"):format(condition, cvalue.string(field.full), cvalue.string(why))
            end
            if field.parameters.required then refuse(("%s.rows < 1"):format(lvalue), "the data set has no rows") end
            refuse(("%s.rows > 0 && !loopc_dataset_is_readable(&%s)"):format(lvalue, lvalue),
                "the data set has rows, but neither .x nor loopc_device_read gives them")
        end
    end
    if #lines == 0 then return prepare end
    prepare = prepare or { declarations = {}, lines = {} }
    table.move(prepare.lines, 1, #prepare.lines, #lines + 1, lines)
    return { declarations = prepare.declarations, lines = lines }
end

local function write_datasets(unit, w)
    for _, field in ipairs(spec_tree.fields_of_type(unit.trainer, "dataset")) do
        for _, lvalue in ipairs(field.parameters.device and instances(unit, field) or {}) do
            w:line("%s = %s;", lvalue, field.parameters.device)
        end
    end
end

local bodies = {}

function bodies._init(unit, w)
    w:line("memset(s, 0, sizeof *s);")
    w:line("s->loopc.program = &%s;", unit.tables.program)
    w:line("s->loopc.seed = seed;")
    if #unit.defaults > 0 then w:line("%s_defaults(s);", unit.struct) end
    write_streams(unit, w)
    write_datasets(unit, w)
end

function bodies._copy(_, w) w:line("*to = *from;") end

function bodies._failure(_, w) w:line("return loopc_device_failure(&s->loopc);") end

function emit_device.write_function(unit, w, name) bodies[name](unit, w) end

return emit_device

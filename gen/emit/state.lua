-- The state of a run: one plain struct, and its defaults.

local bodies = require "gen.emit.bodies"
local CWriter = require "gen.c.writer"
local cvalue = require "gen.c.value"
local source = require "gen.spec.source"
local spec_tree = require "gen.tree.spec_tree"

local emit_state = {}

local aggregate_types = { rng = "struct loopc_rng", dataset = "struct loopc_dataset" }

local function dims_of(field)
    local out = {}
    for i, size in ipairs(field.dims) do out[i] = ("[%d]"):format(size) end
    return table.concat(out)
end

-- "float eta[10]"
local function declaration(field)
    local type = field.scalar and field.scalar[2] or aggregate_types[field.type] or "struct " .. field.struct
    return type .. (type:match("%*$") and "" or " ") .. field.name .. dims_of(field)
end

-- The comment of a member. The doc of an option is in the table of fields, for --help.
local function remark(unit, field)
    local doc = field.flag and not unit.options.lib and "--" .. field.flag or field.doc and CWriter.safe(field.doc)
    if field.counter then return doc end
    local shape = #field.dims > 0 and source.shape(unit.sources[field.at.file], field.name, field.at.line)
    if shape then doc = doc and doc .. ", " .. shape or shape end
    return doc and doc .. bodies.place(unit, field.at) or bodies.where(unit, field.at)
end

-- Members with their remarks, the remarks in one column when lines stay short.
local function write_members(w, members)
    local width = 0
    for _, member in ipairs(members) do width = math.max(width, #member[1]) end
    for _, member in ipairs(members) do
        local text = member[1] .. ";"
        if member[2] then text = text .. (" "):rep(width - #member[1] + 1) .. "/* " .. member[2] .. " */" end
        if #text + w.depth * 4 > 100 then
            w:comment { member[2] }
            text = member[1] .. ";"
        end
        w:line(text)
    end
end

local counted = { iteration = "completed since entry", total = "since the first start", times = "to do since entry" }

-- The counters of a loop, which are declared together.
local function counters_of(owner)
    local names, remarks = {}, {}
    for _, field in ipairs(owner.fields) do
        if field.counter and counted[field.name] then
            names[#names + 1] = field.name
            remarks[#names] = counted[field.name]
        end
    end
    return names[1] and { "int64_t " .. table.concat(names, ", "), "iterations " .. table.concat(remarks, ", ") }
end

local function members_of(unit, owner, life)
    local out = { life == "state" and owner.kind == "loop" and counters_of(owner) or nil }
    for _, field in ipairs(owner.fields) do
        local together = out[1] and field.counter and counted[field.name]
        if field.life == life and not together then out[#out + 1] = { declaration(field), remark(unit, field) } end
    end
    return out
end

local function loop_struct(unit, w, owner)
    local members = members_of(unit, owner, "state")
    if #members == 0 then return end
    w:open("struct {")
    write_members(w, members)
    w:close("} %s;", owner.member)
end

local function batch_struct(unit, w, owner)
    if not owner.batch_member then return end
    w:open(owner.kind == "loop" and "struct { /* made anew for every iteration of %s */"
        or "struct { /* of %s, made anew for every iteration of its loop */", owner.name)
    write_members(w, members_of(unit, owner, "batch"))
    w:close("} %s;", owner.batch_member)
end

local function site_members(unit)
    local out = {}
    for _, item in ipairs(unit.list) do
        if item.op == "loop" and item.instance.site then
            local on = item.instance.on and "on " .. item.instance.on.full or nil
            out[#out + 1] = { ("struct %s %s"):format(item.instance.loop.site_struct, item.instance.site), on }
        end
    end
    return out
end

local function write_site_structs(unit, w)
    for _, loop in ipairs(unit.trainer.loops) do
        if loop.site_struct then
            w:comment { ("Fields that each place of %s has for itself."):format(loop.name) }
            w:open("struct %s {", loop.site_struct)
            write_members(w, members_of(unit, loop, "site"))
            w:close("};")
            w:blank()
        end
    end
end

-- The frames of the coroutines: where each is, and its counters.
local function write_frames(unit, w)
    for _, frame in ipairs(unit.frames) do
        w:open("struct %s_at_%s { /* frame of %s */", unit.struct, frame.name, frame.name)
        for _, member in ipairs(frame.members) do w:line("%s;", member) end
        w:close("};")
        w:blank()
    end
end

local function position_member(unit, w)
    if #unit.frames == 0 and not unit.options.step then return end
    w:open("struct {")
    if unit.options.step then
        w:line("enum loopc_stage stage; /* new, running or ended */")
        w:line("int ended; /* the status with which it ended */")
    end
    for _, frame in ipairs(unit.frames) do w:line("struct %s_at_%s %s;", unit.struct, frame.name, frame.name) end
    w:close("} %s; /* the position, between two steps */", unit.position)
end

function emit_state.write_struct(unit, w)
    write_site_structs(unit, w)
    write_frames(unit, w)
    w:comment { "The whole state of a run." }
    w:open("struct %s {", unit.struct)
    local members = { { "struct loopc_run loopc", "the runtime's own" } }
    for _, member in ipairs(members_of(unit, unit.trainer, "state")) do members[#members + 1] = member end
    for _, member in ipairs(site_members(unit)) do members[#members + 1] = member end
    write_members(w, members)
    for _, owner in ipairs(unit.trainer.members) do
        loop_struct(unit, w, owner)
        batch_struct(unit, w, owner)
    end
    position_member(unit, w)
    w:close("};")
    w:blank()
end

-- The statements that give a field its default, as C without semicolons, none when that is zero; `lvalue` is the field's own unless
-- given.
local function defaults_of(field, lvalue)
    lvalue = lvalue or field.lvalue
    local default = field.default
    if field.aggregate or (field.type == "str" and default == nil and #field.dims == 0) then
        return field.type == "str" and { lvalue .. ' = ""' } or {}
    end
    if type(default) == "table" then
        local values = {}
        for i, value in ipairs(default) do values[i] = cvalue.of(field.type, value) end
        local list = ("(const %s[]){%s}"):format(field.scalar[2], table.concat(values, ", "))
        return { ("memcpy(%s, %s, sizeof %s)"):format(lvalue, list, lvalue) }
    end
    if cvalue.is_zero(default) then return {} end
    local value = cvalue.of(field.type, default)
    if #field.dims == 0 then return { ("%s = %s"):format(lvalue, value) } end
    return { ("loopc_fill(%s, sizeof %s, &(const %s){%s}, sizeof(%s))"):format(lvalue, lvalue, field.scalar[2], value,
        field.scalar[2]) }
end

-- Every lvalue of a field: one, or one a place for site fields.
local function instances(unit, field)
    if field.life ~= "site" then return { field.lvalue } end
    local out = {}
    for _, item in ipairs(unit.list) do
        if item.op == "loop" and item.instance.site and item.instance.loop == field.owner then
            out[#out + 1] = ("s->%s.%s"):format(item.instance.site, field.name)
        end
    end
    return out
end

-- The statements that set the defaults, without semicolons.
function emit_state.defaults(unit)
    local lines = {}
    for _, field in ipairs(spec_tree.fields(unit.trainer)) do
        for _, lvalue in ipairs(field.life == "batch" and {} or instances(unit, field)) do
            for _, text in ipairs(defaults_of(field, lvalue)) do lines[#lines + 1] = text end
        end
    end
    return lines
end

function emit_state.write_defaults(unit, w)
    if #unit.defaults == 0 then return end
    w:line("static void %s_defaults(void *state)", unit.struct)
    w:open("{")
    w:line("struct %s *const s = state;", unit.struct)
    w:blank()
    for _, code in ipairs(unit.defaults) do w:line(code .. ";") end
    w:close()
    w:blank()
end

-- The initialisation of nets, which needs the command line and the data first.
function emit_state.write_prepare(unit, w)
    local prepare = unit.prepare
    if not prepare then return end
    w:line("static int %s_prepare(void *state)", unit.struct)
    w:open("{")
    w:line("struct %s *const s = state;", unit.struct)
    for _, text in ipairs(prepare.declarations) do w:line(text) end
    w:blank()
    for _, text in ipairs(prepare.lines) do w:line(text) end
    w:line("return LOOPC_OK;")
    w:close()
    w:blank()
end

emit_state.defaults_of = defaults_of
emit_state.instances = instances

return emit_state

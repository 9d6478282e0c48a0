-- emit: from the analysed step list to one C file, the straight form.
--
-- In:  unit after layout. Out: unit.text, C11, not yet formatted.
-- The order of the file is that of its reading: what it is, what it knows, the bodies, the run, the tables.

local bodies = require "gen.emit.bodies"
local CWriter = require "gen.c.writer"
local ctext = require "gen.c.text"
local cvalue = require "gen.c.value"
local emit_elements = require "gen.emit.elements"
local emit_fields = require "gen.emit.fields"
local emit_hooks = require "gen.emit.hooks"
local emit_lib = require "gen.emit.lib"
local emit_nets = require "gen.emit.nets"
local emit_resume = require "gen.emit.resume"
local emit_run = require "gen.emit.run"
local emit_step = require "gen.emit.step"
local emit_state = require "gen.emit.state"
local host = require "host"
local reader = require "gen.spec.reader"

local emit = {}

local function names_of(nodes)
    local out = {}
    for i, node in ipairs(nodes) do out[i] = node.full end
    return table.concat(out, ", ")
end

local function repetition(loop)
    local out = {}
    if loop.times then
        out[1] = type(loop.times) == "table" and "times " .. CWriter.safe(loop.times.text) or ("%d times"):format(loop.times)
    end
    if loop.done then out[#out + 1] = "until " .. CWriter.safe(loop.done.text) end
    return #out > 0 and ", " .. table.concat(out, ", ") or ""
end

-- The table of contents: each loop with its phases, each callback, where they stand.
local function contents(unit)
    local lines = {}
    for _, member in ipairs(unit.trainer.members) do
        local where = bodies.where(member.at)
        if member.kind == "loop" then
            local phases = {}
            for i, phase in ipairs(member.phases) do phases[i] = phase.name end
            local on = #member.call_on > 0 and "; on " .. names_of(member.call_on) or ""
            lines[#lines + 1] = ("  %s (%s): %s%s%s"):format(member.name, where,
                #phases > 0 and table.concat(phases, ", ") or "no phase", repetition(member), on)
        else
            local nodes = {}
            for _, listener in ipairs(member.listeners) do
                for _, node in ipairs(listener.nodes) do nodes[#nodes + 1] = node end
            end
            lines[#lines + 1] = ("  %s (%s): callback on %s"):format(member.name, where, names_of(nodes))
        end
    end
    return lines
end

local function banner(unit, w)
    local trainer = unit.trainer
    local lines = { ("%s: %s"):format(trainer.name, trainer.doc and CWriter.safe(trainer.doc)
        or "a trainer, flattened from " .. CWriter.safe(unit.name)) }
    lines[#lines + 1] = ("Made by loopc from %s; change that, not this."):format(CWriter.safe(unit.name))
    lines[#lines + 1] = ""
    for _, line in ipairs(contents(unit)) do lines[#lines + 1] = line end
    w:comment(lines)
end

-- The headers: `first`, and those of the spec.
local function includes(unit, w, first)
    w:directive('#include "%s"', first)
    emit_nets.write_include(unit, w)
    for _, name in ipairs(unit.trainer.include) do
        bodies.line_directive(unit, w, reader.code(unit, name, reader.key_at(unit, unit.trainer, "include")).at)
        w:directive("#include %s", name:match('^[<"]') and name or '"' .. name .. '"')
    end
    if #unit.trainer.include > 0 then bodies.line_back(unit, w) end
    w:blank()
end

local function write_targets(unit, w)
    if #unit.targets == 0 then return end
    w:comment { "Signals with a named target." }
    local values = {}
    for i, status in ipairs(unit.targets) do values[i] = status .. (i == 1 and " = LOOPC_FIRST_TARGET" or "") end
    w:line("enum { %s };", table.concat(values, ", "))
    w:blank()
end

local function write_positions(unit, w)
    if #unit.positions == 0 then return end
    w:comment { "Where a run can be saved and resumed: between two iterations of a loop." }
    local names = { "AT_START" }
    for _, position in ipairs(unit.positions) do names[#names + 1] = position.name end
    w:line("enum { %s };", table.concat(names, ", "))
    w:blank()
end

-- A text among others in an array. One that clang-format will break over lines stands in parentheses, as clang wants it, so
-- that it is not taken for two that lack a comma.
local function listed(text)
    local literal, most = cvalue.string(text), 60
    return #literal > most and "(" .. literal .. ")" or literal
end

local function write_position_names(unit, w)
    if #unit.positions == 0 then return end
    w:comment { "The positions of the run by name, as checkpoints have them." }
    w:open("static const char *const %s[] = {", unit.tables.positions)
    w:line('[AT_START] = "start",')
    for _, position in ipairs(unit.positions) do w:line("[%s] = %s,", position.name, listed(position.path)) end
    w:close("};")
    w:blank()
end

local function write_bodies(unit, w)
    for _, source in ipairs(unit.sources_used) do
        if source.tree then emit_elements.write(unit, w, source) else bodies.write_function(unit, w, source) end
    end
    emit_hooks.write(unit, w)
end

local function write_code(unit, w)
    local code = unit.trainer.code
    if not code then return end
    local text, dropped = ctext.dedent(code.text)
    bodies.line_directive(unit, w, { file = code.at.file, line = code.at.line + dropped })
    for line in (text .. "\n"):gmatch("(.-)\n") do w:directive(line) end
    bodies.line_back(unit, w)
    w:blank()
end

local function write_places(unit, w)
    w:comment { "The places of the run, for --timings and --trace." }
    w:open("static const struct loopc_trace_point %s[] = {", unit.tables.places)
    for _, place in ipairs(unit.places) do
        w:line("{%s, %s, %d, '%s'},", cvalue.string(place.name), place.on and cvalue.string(place.on) or "NULL",
            place.parent, place.kind)
    end
    w:close("};")
    w:blank()
end

-- A table of the program, and how many rows it has: ".fields = fields,", ".field_count = sizeof fields / sizeof fields[0],".
local function write_table(w, member, count, name)
    w:line(".%s = %s,", member, name)
    w:line(".%s = sizeof %s / sizeof %s[0],", count, name, name)
end

-- What the control channel is told by the spec.
local function write_steering(unit, w)
    local control = unit.trainer.control
    if not control then return end
    w:comment { "What the control channel means by batch, target, eta, loss and samples." }
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

-- Where processes may be running.
local function write_children(unit, w)
    if #unit.children == 0 then return end
    w:comment { "Where processes of POPEN and SPAWN are kept: they end with the run." }
    w:open("static const size_t %s[] = {", unit.tables.children)
    for _, child in ipairs(unit.children) do
        w:line("offsetof(struct %s, %s),", unit.struct, (child:gsub("^s%->", "")))
    end
    w:close("};")
    w:blank()
end

-- The members that name the ways to run it.
local function write_entries(unit, w, hash)
    local name = unit.struct
    if unit.options.lib then
        w:line(".hash = 0x%s,", hash)
        w:line(".position = offsetof(struct %s, %s),", name, unit.position)
        w:line(".position_size = sizeof((struct %s *)0)->%s,", name, unit.position)
    elseif unit.options.step then
        w:line(".step = %s_step,", name)
        w:line(".step_instrumented = %s_step_instrumented,", name)
    else
        w:line(".run = %s_run,", name)
        w:line(".run_instrumented = %s_instrumented,", name)
    end
end

local function write_program(unit, w, hash)
    local name, tables = unit.struct, unit.tables
    w:open("static const struct loopc_program %s = {", tables.program)
    w:line(".name = %s,", cvalue.string(unit.trainer.name))
    if unit.trainer.doc then w:line(".doc = %s,", cvalue.string(unit.trainer.doc)) end
    w:line(".size = sizeof(struct %s),", name)
    if unit.field_rows > 0 then write_table(w, "fields", "field_count", tables.fields) end
    if not unit.options.lib then write_table(w, "trace_points", "trace_point_count", tables.places) end
    if #unit.positions > 0 then
        write_table(w, "resume_points", "resume_point_count", tables.positions)
        w:line(".reevaluate = %s_reevaluate,", name)
    end
    if unit.trainer.control and not unit.options.lib then w:line(".steering = &%s,", tables.steering) end
    if unit.has_nets then
        write_table(w, "nets", "net_count", "nets")
        w:line(".threads = true,")
        if not unit.options.lib then w:line(".model = loopc_model_main,") end
    end
    if unit.has_defaults then w:line(".defaults = %s_defaults,", name) end
    if unit.has_prepare and not unit.options.lib then w:line(".prepare = %s_prepare,", name) end
    emit_hooks.write_entries(unit, w)
    write_entries(unit, w, hash)
    if #unit.children > 0 then
        write_table(w, "children", "child_count", tables.children)
        w:line(".end_child = loopc_child_end,")
    end
    w:close("};")
    w:blank()
end

local function write_steps(unit, w)
    w:comment { "The run, step by step: every step in the order in which it happens, each behind a place at which the run can be left "
        .. "and gone on with. `st` is what is pending: a failure, or a signal on its way to its target." }
    w:blank()
    for _, run in ipairs(unit.runs) do run:write_to(w) end
    if not unit.options.lib then
        w:comment { "The same, watched: --timings and --trace run this one." }
        w:blank()
        for _, run in ipairs(unit.watched_runs) do run:write_to(w) end
    end
end

local function write_runs(unit, w)
    if unit.options.step then return write_steps(unit, w) end
    w:comment { "The run: every step in the order in which it happens. `st` is what is pending: a failure, or a signal on its way to "
        .. "its target; each phase hands it on when its failed and finally parts are done." }
    w:blank()
    emit_run.write(unit, w, false)
    w:comment { "The same run, watched: --timings and --trace run this one. Places are numbered as in their table." }
    w:blank()
    emit_run.write(unit, w, true)
end

local function prepare_elements(unit)
    unit.frames, unit.children = {}, {}
    for _, source in ipairs(unit.sources_used) do
        if source.tree then emit_elements.prepare(unit, source) end
    end
    if not unit.options.step then return end
    unit.runs = emit_run.make(unit, false)
    unit.watched_runs = unit.options.lib and {} or emit_run.make(unit, true)
end

-- What decides whether a saved position is one of this program: its text, but for comments.
local function hash_of(w)
    return host.sha256((w:text():gsub("/%*.-%*/", ""):gsub("#line[^\n]*", ""))):sub(1, 16)
end

-- The library: header and source. The banner is that of both.
local function run_lib(unit)
    local nets, state, w = CWriter.new(), CWriter.new(), CWriter.new()
    unit.defaults_of = emit_state.defaults_of
    prepare_elements(unit)
    emit_nets.describe(unit)
    emit_nets.write(unit, nets)
    emit_state.write_struct(unit, state)
    local structs, rest = emit_lib.split(nets.lines)
    unit.header = emit_lib.header(unit, banner, structs, state)
    banner(unit, w)
    includes(unit, w, unit.options.header or unit.struct .. ".h")
    write_targets(unit, w)
    for _, line in ipairs(rest) do w.lines[#w.lines + 1] = line end
    write_code(unit, w)
    write_bodies(unit, w)
    write_runs(unit, w)
    emit_state.write_defaults(unit, w)
    emit_state.write_prepare(unit, w)
    emit_fields.write(unit, w)
    write_children(unit, w)
    emit_step.write_step(unit, w, false)
    write_program(unit, w, hash_of(w))
    emit_lib.write(unit, w)
    unit.text = w:text()
end

function emit.run(unit)
    if unit.options.lib then return run_lib(unit) end
    local w = CWriter.new()
    unit.defaults_of = emit_state.defaults_of
    prepare_elements(unit)
    emit_nets.describe(unit)
    banner(unit, w)
    includes(unit, w, "loopc.h")
    write_targets(unit, w)
    write_positions(unit, w)
    emit_nets.write(unit, w)
    emit_state.write_struct(unit, w)
    write_code(unit, w)
    write_bodies(unit, w)
    write_runs(unit, w)
    emit_resume.write_again(unit, w)
    emit_state.write_defaults(unit, w)
    emit_state.write_prepare(unit, w)
    emit_fields.write(unit, w)
    unit.has_nets = emit_nets.write_table(unit, w)
    write_places(unit, w)
    write_position_names(unit, w)
    write_steering(unit, w)
    write_children(unit, w)
    if unit.options.step then
        emit_step.write_step(unit, w, false)
        emit_step.write_step(unit, w, true)
    end
    write_program(unit, w)
    w:line("int main(int argc, char **argv)")
    w:open("{")
    w:line("return loopc_main(&%s, argc, argv);", unit.tables.program)
    w:close()
    unit.text = w:text()
end

return emit

-- emit: from the analysed step list to one C file.
--
-- In:  unit after layout. Out: unit.text (and unit.header of a library), C11, not yet formatted.
-- The run and the bodies of elements are made first, as statements (gen/c/statements.lua): their frames are in the state. Then
-- the file is written in the order in which it is read: the banner, nets, the state, the bodies, the run, the tables.

local banner = require "gen.emit.banner"
local bodies = require "gen.emit.bodies"
local CWriter = require "gen.c.writer"
local ctext = require "gen.c.text"
local emit_device = require "gen.emit.device"
local emit_elements = require "gen.emit.elements"
local emit_fields = require "gen.emit.fields"
local emit_hooks = require "gen.emit.hooks"
local emit_lib = require "gen.emit.lib"
local emit_nets = require "gen.emit.nets"
local emit_resume = require "gen.emit.resume"
local emit_run = require "gen.emit.run"
local emit_state = require "gen.emit.state"
local emit_step = require "gen.emit.step"
local emit_tables = require "gen.emit.tables"
local functions = require "gen.emit.functions"
local host = require "host"
local line_directives = require "gen.emit.line_directives"
local reader = require "gen.spec.reader"
local trace_points = require "gen.emit.trace_points"

local emit = {}

-- The headers: `first`, and those of the spec.
local function includes(unit, w, first)
    w:directive('#include "%s"', first)
    emit_nets.write_include(unit, w)
    for _, name in ipairs(unit.trainer.include) do
        line_directives.to_spec(unit, w, reader.code(unit, name, reader.key_at(unit, unit.trainer, "include")).at)
        w:directive("#include %s", name:match('^[<"]') and name or '"' .. name .. '"')
    end
    if #unit.trainer.include > 0 then line_directives.back(unit, w) end
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

local function write_resume_points(unit, w)
    if #unit.resume_points == 0 then return end
    w:comment { "Resume points: where a run can be saved and resumed, between two iterations of a loop." }
    local names = { "AT_START" }
    for _, point in ipairs(unit.resume_points) do names[#names + 1] = point.name end
    w:line("enum { %s };", table.concat(names, ", "))
    w:blank()
end

local function write_code(unit, w)
    local code = unit.trainer.code
    if not code then return end
    local text, dropped = ctext.dedent(code.text)
    line_directives.write(unit, w, code, text, dropped, function(line) w:directive(line) end)
    w:blank()
end

local function write_bodies(unit, w)
    w:section "Bodies"
    write_code(unit, w)
    for _, source in ipairs(unit.sources_used) do
        if source.tree then emit_elements.write(unit, w, source) else bodies.write_function(unit, w, source) end
    end
    emit_hooks.write(unit, w)
end

local title = "Every step in the order in which it happens. `st` is the pending status: a failure, or a signal that has not reached its "
    .. "target yet."
local step_title = "The function returns before each step and continues there when it is called again."

local function write_run(unit, w)
    w:section "Run"
    write_resume_points(unit, w)
    if not unit.options.lib then trace_points.write_list(unit, w) end
    w:comment { unit.options.step and title .. " " .. step_title or title }
    w:blank()
    for _, run in ipairs(unit.runs) do functions.write(run, w, bodies.places(unit)) end
    if not unit.options.lib then emit_resume.write_bounds(unit, w, bodies.places(unit)) end
    emit_state.write_defaults(unit, w)
    emit_state.write_prepare(unit, w)
    if unit.options.step then emit_step.write_step(unit, w) end
end

-- Decides everything that more than one part of the file depends on.
local function make(unit)
    unit.frames, unit.children = {}, {}
    for _, source in ipairs(unit.sources_used) do
        if source.tree then emit_elements.prepare(unit, source) end
    end
    unit.runs = emit_run.make(unit)
    emit_nets.describe(unit)
    unit.defaults, unit.prepare, unit.field_rows = emit_state.defaults(unit),
        emit_device.prepare(unit, emit_nets.prepare(unit)), emit_fields.rows(unit)
end

-- The identity of a program for saved positions: its text without comments.
local function hash_of(w)
    return host.sha256((w:text():gsub("/%*.-%*/", ""):gsub("#line[^\n]*", ""))):sub(1, 16)
end

-- The tables of a library: its fields, or on a device the parts of the state that are saved.
local function write_lib_tables(unit, w)
    w:section "Tables"
    if unit.options.device then return emit_device.write_tables(unit, w, hash_of(w)) end
    emit_fields.write(unit, w)
    emit_tables.write_children(unit, w)
    emit_tables.write_program(unit, w, hash_of(w))
end

-- The library: header and source. The banner is that of both.
local function run_lib(unit)
    local w = CWriter.new()
    w.header = CWriter.new()
    banner(unit, w)
    includes(unit, w, unit.options.header or unit.struct .. ".h")
    write_targets(unit, w)
    w:section("Nets", function() emit_nets.write(unit, w) end)
    emit_state.write_struct(unit, w.header)
    unit.header = emit_lib.header(unit, banner, w.header)
    write_bodies(unit, w)
    write_run(unit, w)
    write_lib_tables(unit, w)
    w:section "Library"
    emit_lib.write(unit, w)
    unit.text = w:text()
end

function emit.run(unit)
    make(unit)
    if unit.options.lib then return run_lib(unit) end
    local w = CWriter.new()
    banner(unit, w)
    includes(unit, w, "loopc.h")
    w:section("Nets", function() emit_nets.write(unit, w) end)
    w:section "State"
    write_targets(unit, w)
    emit_state.write_struct(unit, w)
    write_bodies(unit, w)
    write_run(unit, w)
    w:section "Tables"
    emit_fields.write(unit, w)
    emit_tables.write(unit, w)
    emit_tables.write_program(unit, w)
    w:line("int main(int argc, char **argv)")
    w:open("{")
    w:line("return loopc_main(&%s, argc, argv);", unit.tables.program)
    w:close()
    unit.text = w:text()
end

return emit

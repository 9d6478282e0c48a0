-- The step form as a library: the header, and the functions that it declares.
--
-- The header is for programs that hold states of this trainer: the structs and the prototypes. C++ sees an incomplete struct, made
-- and reached by functions, because the structs are C11. The source holds the rest, all of it static; common parts are in
-- runtime/library/instance.h.

local CWriter = require "gen.c.writer"
local emit_device = require "gen.emit.device"

local emit_lib = {}

-- The prototypes: { result, name after the trainer's, arguments, comment }.
local functions = {
    { "void", "_init", "struct %s *s, uint64_t seed",
        "Begins a new run, before its first step: fields may be assigned and data sets loaded then." },
    { "int", "_step", "struct %s *s",
        "Runs one step, a leaf. Returns LOOPC_MORE, or the status with which the run ended." },
    { "int", "_run", "struct %s *s, int64_t steps", "Runs at most that many steps." },
    { "int", "_resume", "struct %s *s", "Runs all remaining steps." },
    { "void", "_copy", "struct %s *to, const struct %s *from",
        "Copies the run `from`, position included. Processes of `to` must have ended." },
    { "int", "_save", "const struct %s *s, const char *path, char *message, size_t size",
        "Writes position and fields, but not data sets. Returns LOOPC_OK, or LOOPC_FAILED and a message." },
    { "int", "_load", "struct %s *s, const char *path, char *message, size_t size",
        "Continues a saved run, after init; refuses files of other programs." },
    { "void", "_end", "struct %s *s", "Ends the processes of the run." },
    { "const struct loopc_program *", "_program", "void", "The program's name and the table of its fields." },
    { "struct %s *", "_new", "uint64_t seed", "Allocates a state and begins a new run; NULL without memory." },
    { "void", "_free", "struct %s *s", "Ends its processes and frees it, unless it is NULL." },
    { "void *", "_field", "struct %s *s, const char *name",
        "The address of the field of that name, \"Fit.loss\"; NULL when there is none." },
    { "size_t", "_failure", "const struct %s *s, char *text, size_t size",
        "The text of the failure with which the run ended, \"\" without one; returns its length." },
}

-- Those of a device, which has neither files nor an allocator.
local on_device = { _init = true, _step = true, _run = true, _resume = true, _program = true }
local device_functions = {
    { "void", "_copy", "struct %s *to, const struct %s *from", "Copies the run `from`, position included." },
    { "const char *", "_failure", "const struct %s *s", "The text of the failure with which the run ended, as in the spec; \"\" without one." },
}
for i = #functions, 1, -1 do
    if on_device[functions[i][2]] then table.insert(device_functions, 1, functions[i]) end
end

local function functions_of(unit) return unit.options.device and device_functions or functions end

local function prototype(unit, row)
    local name = unit.struct
    local blank = row[1]:match("%*$") and "" or " "
    return ("%s%s%s%s(%s)"):format((row[1]:gsub("%%s", name)), blank, name, row[2], (row[3]:gsub("%%s", name)))
end

-- The header, around the writer of its structs.
function emit_lib.header(unit, banner, structs)
    local w, guard = CWriter.new(), unit.struct:upper() .. "_H"
    banner(unit, w)
    w:directive("#ifndef %s", guard)
    w:directive("#define %s", guard)
    w:blank()
    if unit.options.device then emit_device.write_stdio(unit, w) end
    w:directive "#ifdef __cplusplus"
    if not unit.options.device then w:directive '#include "base/status.h"' end
    w:directive "#include <stddef.h>"
    w:directive "#include <stdint.h>"
    w:directive 'extern "C" {'
    w:directive("struct loopc_program;")
    w:directive("struct %s; /* %s_new makes one, %s_field reaches its fields */", unit.struct, unit.struct, unit.struct)
    w:directive "#else"
    w:directive(unit.options.device and '#include "loopc_device.h"' or '#include "loopc.h"')
    w:blank()
    w:append(structs)
    w:directive "#endif"
    w:blank()
    for _, row in ipairs(functions_of(unit)) do
        w:comment { row[4] }
        w:line("%s;", prototype(unit, row))
        w:blank()
    end
    w:directive "#ifdef __cplusplus"
    w:directive "}"
    w:directive "#endif"
    w:directive "#endif"
    return w:text()
end

-- Their bodies; the argument is the name of the program's table.
local bodies = {
    _init = "loopc_instance_init(&%s, s, seed);",
    _copy = "loopc_instance_copy(&%s, to, from);",
    _save = "return loopc_instance_save(&%s, s, path, message, size);",
    _load = "return loopc_instance_load(&%s, s, path, message, size);",
    _end = "loopc_instance_end(&%s, s);",
    _program = "return &%s;",
    _new = "return loopc_instance_new(&%s, seed);",
    _free = "loopc_instance_free(&%s, s);",
    _field = "return loopc_instance_field(&%s, s, name);",
    _failure = "return loopc_instance_failure(s, text, size);",
}

function emit_lib.write(unit, w)
    for _, row in ipairs(functions_of(unit)) do
        if row[2] ~= "_step" then
            w:line(prototype(unit, row))
            w:open("{")
            if row[2] == "_run" then
                w:line("int st = s->%s.stage == LOOPC_STAGE_ENDED ? s->%s.ended : LOOPC_MORE;", unit.position, unit.position)
                w:line("while (st == LOOPC_MORE && steps-- > 0) st = %s_step(s);", unit.struct)
                w:line("return st;")
            elseif row[2] == "_resume" then
                w:line("int st;")
                w:line("do { st = %s_step(s); } while (st == LOOPC_MORE);", unit.struct)
                w:line("return st;")
            elseif unit.options.device and row[2] ~= "_program" then emit_device.write_function(unit, w, row[2])
            else w:line((bodies[row[2]]:format(unit.tables.program))) end
            w:close()
            w:blank()
        end
    end
end

return emit_lib

-- The checkpoint hooks: their functions, and the two that call all of one kind, in the order of the trainer's list.

local CWriter = require "gen.c.writer"
local emit_bodies = require "gen.emit.bodies"
local spec_tree = require "gen.tree.spec_tree"

local emit_hooks = {}

local kinds = {
    { "on_save_checkpoint", "before_save", "Before a checkpoint is taken." },
    { "on_load_checkpoint", "after_load", "After a checkpoint was loaded." },
}

local function of_kind(unit, key)
    local out = {}
    for _, hook in ipairs(spec_tree.hooks(unit.trainer)) do
        if hook.key == key then out[#out + 1] = hook end
    end
    return out
end

local function write_calls(unit, w, list, name, comment)
    w:comment { comment }
    w:line("static int %s_%s(void *state)", unit.struct, name)
    w:open("{")
    local lines = CWriter.new()
    for _, hook in ipairs(list) do
        local call = emit_bodies.call(hook)
        if hook.signals then lines:line("if (%s) return LOOPC_FAILED;", call) else lines:line("%s;", call) end
    end
    if CWriter.mentions(lines.lines, "s") then
        w:line("struct %s *const s = state;", unit.struct)
        w:blank()
    else w:line("(void)state;") end
    for _, line in ipairs(lines.lines) do w:line("%s", line) end
    w:line("return LOOPC_OK;")
    w:close()
    w:blank()
end

function emit_hooks.write(unit, w)
    for _, hook in ipairs(spec_tree.hooks(unit.trainer)) do emit_bodies.write_function(unit, w, hook) end
    for _, kind in ipairs(kinds) do
        local list = of_kind(unit, kind[1])
        if #list > 0 then write_calls(unit, w, list, kind[2], kind[3]) end
    end
end

-- Their members of struct loopc_program.
function emit_hooks.write_entries(unit, w)
    for _, kind in ipairs(kinds) do
        if #of_kind(unit, kind[1]) > 0 then w:line(".%s = %s_%s,", kind[2], unit.struct, kind[2]) end
    end
end

return emit_hooks

-- The hooks of checkpoints and of viewers: their functions, and the two that call all of one kind, in the order of the trainer's list.

local emit_bodies = require "gen.emit.bodies"
local render = require "gen.c.render"
local spec_tree = require "gen.tree.spec_tree"

local emit_hooks = {}

local kinds = {
    { "on_save_checkpoint", "before_save", "Before a checkpoint is taken." },
    { "on_load_checkpoint", "after_load", "After a checkpoint was loaded." },
    { "draw", "before_show", "Before a viewer is shown the fields of the table of views." },
}

-- A device has no viewers.
local function hooks_of(unit)
    local out = {}
    for _, hook in ipairs(spec_tree.hooks(unit.trainer)) do
        if not (unit.options.device and hook.key == "draw") then out[#out + 1] = hook end
    end
    return out
end

local function of_kind(unit, key)
    local out = {}
    for _, hook in ipairs(hooks_of(unit)) do
        if hook.key == key then out[#out + 1] = hook end
    end
    return out
end

local function call_of(hook)
    local call = emit_bodies.call(hook)
    if not hook.signals then return { op = "do", code = call } end
    return { op = "if", test = call, block = { { op = "return", code = "LOOPC_FAILED" } } }
end

local function write_calls(unit, w, list, name, comment)
    local block, takes_state = {}, false
    for i, hook in ipairs(list) do
        block[i] = call_of(hook)
        takes_state = takes_state or emit_bodies.has_parameters(hook)
    end
    w:comment { comment }
    w:line("static int %s_%s(void *state)", unit.struct, name)
    w:open("{")
    if takes_state then
        w:line("struct %s *const s = state;", unit.struct)
        w:blank()
    else w:line("(void)state;") end
    render.block(w, block)
    w:line("return LOOPC_OK;")
    w:close()
    w:blank()
end

function emit_hooks.write(unit, w)
    for _, hook in ipairs(hooks_of(unit)) do emit_bodies.write_function(unit, w, hook) end
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

-- Part of check: the hooks of a loop or a callback, which run outside of its phases: at checkpoints, and for a viewer.
--
-- member.hooks is a list of { kind = "hook", key, full, owner, callback?, at, body }, in the order of hooks.keys.

local ctext = require "gen.c.text"
local reader = require "gen.spec.reader"

local hooks = {}

hooks.keys = { "on_save_checkpoint", "on_load_checkpoint", "draw" }

function hooks.read(unit, member)
    member.hooks = {}
    for _, key in ipairs(hooks.keys) do
        local text = rawget(member.value, key)
        if type(text) == "string" and not ctext.is_blank(text) then
            local at = reader.key_at(unit, member, key)
            member.hooks[#member.hooks + 1] = { kind = "hook", key = key, full = member.name .. "." .. key, owner = member, at = at,
                callback = member.kind == "callback" and member or nil, body = reader.code(unit, text, at) }
        end
    end
end

return hooks

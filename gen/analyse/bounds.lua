-- analyse_bounds: which bounds of `times` a resumed run may evaluate again.
--
-- In:  unit.list after analyse_fields. Out: loop.bound_fixed, for loops whose bound has the same value whenever it is
-- evaluated, unless a flag changes it: it consists of numbers, constants, and fields that no text writes and that cannot be
-- set during a run. A larger --epochs then takes effect in a resumed run, too.

local spec_tree = require "gen.tree.spec_tree"

local analyse_bounds = {}

local function written_fields(unit)
    local written = {}
    spec_tree.each_source(unit, function(text)
        for _, use in ipairs(text.uses) do written[use.field] = written[use.field] or use.write end
    end)
    return written
end

-- Whether the C between the fields names nothing but types and constants: a function may return another value.
local function is_constant(text)
    for name in text:gsub("%d[%w.]*", ""):gmatch("[%a_][%w_]*") do
        if name:match("%l") and not name:match("_t$") and name ~= "int" and name ~= "long" then return false end
    end
    return true
end

local function is_fixed(text, written)
    for _, piece in ipairs(text.pieces) do
        local field = piece.field
        if piece.kind == "text" and not is_constant(piece.text) then return false end
        if piece.kind ~= "text" and (not field or field.life ~= "state" or field.aggregate or field.counter or field.settable
            or written[field]) then return false end
    end
    return true
end

function analyse_bounds.run(unit)
    if unit.diags.errors > 0 then return end
    local written = written_fields(unit)
    for _, loop in ipairs(unit.trainer.loops) do
        local text = loop.texts and loop.texts.times
        loop.bound_fixed = loop.times ~= nil and (text == nil or is_fixed(text, written))
    end
end

return analyse_bounds

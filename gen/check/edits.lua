-- Part of check: applies the edits of a spec in order: loop:connect { on_step = Inner } inserts a loop on a node of another one,
-- loop:replace { Inner = Other } exchanges loops.

local check_connect = require "gen.check.connect"
local check_replace = require "gen.check.replace"
local dsl = require "gen.spec.dsl"

local check_edits = {}

local verbs = { connect = check_connect.carry_out, replace = check_replace.carry_out }

function check_edits.run(unit, value)
    for _, edit in ipairs(dsl.about[value].edits or {}) do verbs[edit.verb](unit, value, edit) end
end

return check_edits

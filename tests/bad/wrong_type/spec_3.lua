-- Entries of call_on and within that are no nodes.
local Outer = loop "Outer" { on_step = node(1, [[ puts("step"); ]]), after_step = node(2) }
local nothing
local Inner = loop "Inner" { call_on = { Outer, nothing, Outer.on_step }, on_item = node(1, [[ puts("item"); ]]) }
local Other = loop "Other" { call_on = { at = Outer.on_step }, on_item = node(1, [[ puts("item"); ]]) }
local log = callback "log" { within = { 5 }, on_step = [[ puts("log"); ]] }
return trainer "bad" { Outer, Inner, Other, log }

-- A gap: what follows it would be lost.
local Outer = loop "Outer" { on_step = node(1, [[ puts("step"); ]]) }
local Middle
local Inner = loop "Inner" { call_on = { Outer.on_step }, on_item = node(1, [[ puts("item"); ]]) }
return trainer "bad" { Outer, Middle, Inner }

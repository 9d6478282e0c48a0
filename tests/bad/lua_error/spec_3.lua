-- A local that holds nothing yet.
local Outer
local Inner = loop "Inner" { call_on = { Outer.on_step }, on_item = node(1, [[ puts("item"); ]]) }
Outer = loop "Outer" { on_step = node(1) }
return trainer "bad" { Outer, Inner }

-- A variable of the file that is spelt otherwise.
local Outer = loop "Outer" { on_step = node(1) }
local Inner = loop "Inner" { call_on = { Outr.on_step }, on_item = node(1, [[ puts("item"); ]]) }
return trainer "bad" { Outer, Inner }

local Outer = loop "Outer" { on_step = node(1), after_step = node(2) }
local Inner = loop "Inner" { call_on = { Outer.on_step, Outer.after_step }, on_item = node(1, [[ puts("item"); ]]) }
return trainer "bad" { Outer, Inner, Inner }

local Outer = loop "Step" { on_step = node(1, [[ puts("outer"); ]]) }
local Inner = loop "Step" { call_on = { Outer.on_step }, on_item = node(1, [[ puts("inner"); ]]) }
return trainer "bad" { Outer, Inner }

local A = loop "A" { on_x = node(1, [[ puts("a"); ]]) }
local B = loop "B" { call_on = { A.on_x }, on_y = node(1, [[ puts("b"); ]]) }
A.call_on = { B.on_y }
return trainer "bad" { A, B }

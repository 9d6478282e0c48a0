-- A circle that the root does not reach, and a loop inserted into itself.
local Root = loop "Root" { on_step = node(1, [[ puts("root"); ]]) }
local A = loop "A" { call_on = { "C.on_z" }, on_x = node(1, [[ puts("a"); ]]) }
local B = loop "B" { call_on = { A.on_x }, on_y = node(1, [[ puts("b"); ]]) }
local C = loop "C" { call_on = { B.on_y }, on_z = node(1, [[ puts("c"); ]]) }
local D = loop "D" { call_on = { Root.on_step, "D.on_w" }, on_w = node(1, [[ puts("d"); ]]) }
return trainer "bad" { Root, A, B, C, D }

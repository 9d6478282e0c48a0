local Outer = loop "Outer" { on_a = node(1), on_b = node(2) }
local Inner = loop "Inner" { call_on = { Outer.on_a }, on_x = node(1) }
local Free = loop "Free" { on_y = node(1, [[ puts("y"); ]]) }
local Other = loop "Other" { on_z = node(1, [[ puts("z"); ]]) }
Outer:connect { on_c = Free }
Outer:connect { on_b = Inner }
Outer:connect { on_a = 3 }
Outer:connect { on_b = { Free, Outer } }
Inner:connect { on_x = Outer }
Outer:connect { on_b = Free }
Inner:connect { on_x = { Other, Free } }
return trainer "bad" { Outer, Inner }

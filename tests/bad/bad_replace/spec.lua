local Outer = loop "Outer" { on_a = node(1), on_b = node(2) }
local Inner = loop "Inner" { call_on = { Outer.on_a }, state = { n = i32 { 3, option = true } }, on_x = node(1) }
local Child = loop "Child" { call_on = { Inner.on_x }, on_y = node(1, [[ puts("y"); ]]) }
local Bare = loop "Bare" { on_z = node(1, [[ puts("z"); ]]) }
local Wide = loop "Wide" { state = { n = f32 { 3, option = true } }, on_x = node(1) }
Outer:replace { Innner = Bare }
Outer:replace { Inner = Bare }
Outer:replace { Inner = Wide }
Outer:replace { Inner = 3 }
Child:replace { Inner = Wide }
return trainer "bad" { Outer, Inner, Child }

-- A loop that names itself before it is there.
local Outer = loop "Outer" { on_step = node(1) }
local Inner = loop "Inner" {
    call_on = { Outer.on_step },
    on_item = node(1, REPEAT(Inner.count, CALL [[ puts("item"); ]])),
}
return trainer "bad" { Outer, Inner }

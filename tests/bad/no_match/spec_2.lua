-- The name of a node without its loop.
local Outer = loop "Outer" { on_a = node(1) }
return trainer "bad" { Outer, loop "Inner" { call_on = { "on_a" }, on_b = node(1) } }

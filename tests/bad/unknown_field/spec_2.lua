-- A site field outside of its loop, and no field at all.
local Outer = loop "Outer" { on_step = node(1), after_step = node(2, [[ $Inner.seen = 0; ]]) }
local Inner = loop "Inner" { call_on = { Outer.on_step }, site = { seen = u64(0) }, on_item = node(1, [[ $Inner.seen++; ]]) }
return trainer "bad" { Outer, Inner, callback "log" { on_item = [[ $x = 1; ]] } }

-- Steps that do next to nothing: what is measured is what goes from one to the next.
local Count = loop "Count" { on_step = node(1, REPEAT("$times", CALL [[ $x++; ]])) }
return trainer "count" { Count, state = { x = i64(0), times = i64 { 100000, option = true } } }

local Root = loop "Root" { times = 2, on_first = node(1), after_first = node(2, [[ $Fit.sum = 2; ]]) }
local Fit = loop "Fit" { call_on = { Root.on_first }, times = 2, result = { sum = i32(0) }, on_x = node(1, [[ $sum++; ]]) }
return trainer "bad" { Root, Fit }

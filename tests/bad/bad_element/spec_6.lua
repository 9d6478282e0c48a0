-- Nothing to choose from, and a program without a name.
local Fit = loop "Fit" { on_step = node(1, CHOOSE("1")), on_other = node(2, POPEN { 3, "x" }), on_third = node(3, CHOOSE("0", {})) }
return trainer "bad" { Fit }

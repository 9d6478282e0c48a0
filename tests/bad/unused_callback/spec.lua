local Fit = loop "Fit" { on_step = node(1, [[ puts("step"); ]]) }
local log = callback "log" { order = 5 }
return trainer "bad" { Fit, log }

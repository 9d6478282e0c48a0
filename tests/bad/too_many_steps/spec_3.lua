-- option max_steps 1
local Fit = loop "Fit" { before_step = node(1, [[ puts("1"); ]]), on_step = node(2, [[ puts("2"); ]]) }
return trainer "bad" { Fit }

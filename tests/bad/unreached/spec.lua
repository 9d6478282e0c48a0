local Fit = loop "Fit" { on_step = node(1, [[ puts("step"); ]]) }
local Lost = loop "Lost" { on_item = node(1, [[ puts("lost"); ]]) }
local Below = loop "Below" { call_on = { Lost.on_item }, on_thing = node(1, [[ puts("below"); ]]) }
return trainer "bad" { Fit, Lost, Below }

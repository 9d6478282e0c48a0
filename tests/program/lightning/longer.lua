-- A loop of lightning.loop whose bound is an option.
local lightning = require "loopc.lightning"

local Items = lightning.loop "Items" { times = "$n", advance = [[ printf("%d\n", (int)$completed); ]] }

return trainer "longer" { Items, state = { n = i64 { 4, option = true } } }

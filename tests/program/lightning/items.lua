-- Prints the data 0..9; fails at item --bad, before it is printed.
local lightning = require "loopc.lightning"

local Items = lightning.loop "Items" { times = 10, state = { bad = i64 { -1, option = true } },
    on_advance_start = [[ if ($completed == $bad) $fail("item %d is bad", (int)$bad); ]],
    advance = [[ printf("%d\n", (int)$completed); ]],
}

return trainer "items" { Items }

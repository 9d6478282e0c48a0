-- A loop and a callback that were written and then forgotten in the list.
local Fit = loop "Fit" { times = 2, on_step = node(1, [[ puts("step"); ]]) }
local Valid = loop "Valid" { call_on = { Fit.on_step }, on_batch = node(1, [[ puts("valid"); ]]) }
local log = callback "log" { on_step = [[ puts("log"); ]] }
return trainer "bad" { Fit }

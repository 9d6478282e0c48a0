local log = callback "log" { on_step = [[ puts("log"); ]] }
local Fit = loop "Fit" { on_step = node(1) }
return trainer "bad" { log, Fit }

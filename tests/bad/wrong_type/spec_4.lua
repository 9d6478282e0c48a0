-- Values of words where a table is wanted.
local Fit = loop "Fit" { state = f32, batch = node(1), on_step = node(f32[3], [[ puts("step"); ]]) }
local log = callback "log" { within = u64(3), on_step = [[ puts("log"); ]] }
return trainer "bad" { Fit, log, include = f32, link = Fit, state = { x = f32(f32), y = str(Fit) } }

-- Names that several of the loops around a body have are shown once.
local Fit = loop "Fit" { times = 2, on_epoch = node(1) }
return trainer "bad" { Fit, loop "Train" { call_on = { Fit.on_epoch }, times = 2, on_batch = node(1, [[ puts($iterations); ]]) } }

-- A type as C calls it.
local Fit = loop "Fit" { state = { loss = float }, on_step = node(1) }
return trainer "bad" { Fit }

-- A loop without its table.
local Outer = loop "Outer" "on_step"
return trainer "bad" { Outer }

-- Words that are called in the wrong way.
local Outer = loop { on_step = node(1) }
return trainer "bad" { Outer }

local Outer = loop "Outer"
return trainer "bad" { Outer }

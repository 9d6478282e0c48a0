return trainer "b" { loop "L" { on_x = node(1, [[ $eta = 1; ]]) }, callback "schedule" { state = { eta = f32(1) }, on_x = [[ $eta *= 2; ]] } }

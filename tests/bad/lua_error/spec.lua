-- A word misspelt.
local Fit = lop "Fit" {
    on_step = node(1, [[ puts("step"); ]]),
}
return trainer "bad" { Fit }

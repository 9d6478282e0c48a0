-- The last line is missing.
local Fit = loop "Fit" { on_step = node(1, [[ puts("step"); ]]) }

return trainer "bad" { loop "Fit" { on_step = node(1, "puts("step");") } }

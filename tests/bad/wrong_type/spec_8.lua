return trainer "bad" { loop "Fit" { times = "3;", done = "';' == 2", skip = "x = 1; x > 0", on_step = node(1) } }

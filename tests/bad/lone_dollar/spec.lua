local Fit = loop "Fit" {
    state = { x = i32(0) },
    on_step = node(1, [[
        $ x = 1;
        $1 = 2;
        y$x = 3;
        puts("$"); /* $ */
    ]]),
}
return trainer "bad" { Fit }

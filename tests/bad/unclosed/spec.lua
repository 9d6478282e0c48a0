local Fit = loop "Fit" {
    before_step = node(1, [[ puts("step); ]]),
    on_step = node(2, [[
        int x = 1;
        char c = 'a;
    ]]),
    after_step = node(3, [[ int y = 1; /* y ]]),
}
return trainer "bad" { Fit }

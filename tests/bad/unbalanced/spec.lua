local Fit = loop "Fit" {
    before_step = node(1, [[ if (1) { puts("(step"); ]]),
    on_step = node(2, [[
        int x[3] = { 1, 2, 3 };
        printf("%d\n", x[1]));
    ]]),
    after_step = node(3, [[
#if 1
        if (1) {
#else
        if (2) {
#endif
        }
    ]]),
}
return trainer "bad" { Fit }

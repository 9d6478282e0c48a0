-- option firmware 1
-- option device 1
local A = loop "A" {
    times = 3,
    on_y = node(2, PRINT("%zd\n", "n")),
    after_y = node(3, [[
        printf("%d%% \"%08.3a\"\n", 1, 2.0);
        fprintf(stderr, "%lf "
                        "%-3td\n", 1.0, (ptrdiff_t)2);
        puts("%a");
    ]]),
}
return trainer "spec" { A, code = [[
    static void say(void) { printf("%ju\n", (uintmax_t)3); }
]], state = { n = i32 } }

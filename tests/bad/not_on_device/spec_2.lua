-- option firmware 1
-- option device 1
local A = loop "A" {
    times = 3,
    on_y = node(2, PRINT("%d\n", "n")),
    after_y = node(3, [[
        printf("%d%% \"%08.3n\"\n", 1, 2.0);
        fprintf(stderr, "%lf "
                        "%-3lc\n", 1.0, (ptrdiff_t)2);
        puts("%n"), fprintf(stderr, "%a %zu %ls", 1.0, sizeof(int), L"");
    ]]),
}
return trainer "spec" { A, code = [[
    static void say(void) { printf("%hhn\n", (uintmax_t)3); }
]], state = { n = i32 } }

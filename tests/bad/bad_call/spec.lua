local L = loop "L" {
    on_a = node(1, CALL { "twice", "c", "c" }),
    on_b = node(2, CALL { "twice", "cc" }),
    on_c = node(3, CALL { "twice", "list" }),
    on_d = node(4, CALL { "twice", "c", into = "list" }),
    on_e = node(5, CALL { "say", "c", into = "c" }),
    on_f = node(6, CALL { "sum", "wide" }),
    on_g = node(7, PRINT("%d %s\n", "c")),
    on_h = node(8, PRINT("%s\n", "c")),
    on_j = node(10, CALL { "twice", 1.5 }),
    on_k = node(11, CALL { "half", "c", into = "c" }),
    on_l = node(12, CALL { "sum", "c" }),
    on_m = node(13, CALL { "rows", "list", 2 }),
    on_n = node(14, CALL { "sum", "random" }),
    on_o = node(15, PRINT("%d %d\n", "x", "wide")),
    on_p = node(16, PRINT("50%\n")),
    on_i = node(9, CALL { "sum", "list" }),
}
return trainer "bad" {
    L,
    state = { c = i32(0), list = i32[4], wide = f64[4], x = f32(0), random = rng() },
    code = [[
    static int twice(int x) { return 2 * x; }
    static void say(int x) { printf("%d\n", x); }
    static int sum(const int32_t *values) { return values[0]; }
    static double half(double x) { return x / 2; }
    static void rows(double (*m)[2], int count) { m[0][0] = count; }
    ]],
}

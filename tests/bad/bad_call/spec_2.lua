local function block(n, f, g, into) return REPEAT(n, CALL { f, "c", block = g, into = into }) end
local L = loop "L" {
    on_a = node(1, block(3, "twice", "few", "c")),
    on_b = node(2, block(3, "next", "few", "x")),
    on_c = node(3, block(3, "next", "wide", "x")),
    on_d = node(4, block(3, "next", "counts", "x")),
    on_e = node(5, block(3, "next", "uncounted", "x")),
    on_f = node(6, block(3, "next", "good", "list")),
    on_g = node(7, block(3, "next", "flat", "x")),
}
return trainer "bad" {
    L,
    state = { c = i32(0), x = f32(0), list = f32[4] },
    code = [[
    static int twice(int x) { return 2 * x; }
    static float next(int x) { return (float)x; }
    static void few(int x) { (void)x; }
    static void wide(int x, double *to, int n) { to[n - 1] = x; }
    static int counts(int x, float *to, int n) { to[n - 1] = x; return n; }
    static void uncounted(int x, float *to, float n) { to[0] = x + n; }
    static void good(int x, float *to, int n) { to[n - 1] = x; }
    static void flat(int x, float to, int n) { (void)x, (void)to, (void)n; }
    ]],
}

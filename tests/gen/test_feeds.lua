-- gen/analyse/feeds.lua: which data set feeds which net, however a body reaches the function that takes the rows.

local harness = require "tests.support.harness"
local suite = harness.suite "feeds"

-- The trainer whose body fills x by `fill` and learns from it; `code` defines what fill needs.
local function spec(code, fill, more)
    return ([==[
        local L = loop "L" { on_x = node(1, [[
            float x[8]; int32_t labels[4];
            %s
            net_train($net, $adam, x, labels, 4, 0.1f);
        ]]) }
        return trainer "t" { L, code = [[ %s ]], state = { train = dataset { option = true, scale = "standard" },
            net = mlp { 2, 4, 3, batch = 4 }, adam = optimizer { "adam", net = "net" }, %s } }]==]):format(fill, code, more or "")
end

-- "train labels": the data set of the net and the answers that it learns; "-" when nothing is known.
local function fed(code, fill)
    local unit = suite:good(spec(code, fill), "analyse_feeds")
    for _, field in ipairs(unit.trainer.fields) do
        if field.name == "net" then
            local feed = field.parameters.feeds[1]
            return feed and ("%s %s"):format(feed.data.name, feed.answers) or "-"
        end
    end
end

local take = [[static int32_t take(const struct loopc_dataset *d, float *x, int32_t *labels)
    { return loopc_dataset_take(d, 0, 0, 4, x, labels); }
    typedef int32_t fill(const struct loopc_dataset *, float *, int32_t *);
    typedef int32_t (*pointer)(const struct loopc_dataset *, float *, int32_t *);
]]

local ways = {
    { "a pointer to the function of the library",
        "static int32_t (*const f)(const struct loopc_dataset *, uint64_t, int64_t, int32_t, float *, int32_t *) = loopc_dataset_take;",
        "f($train, 0, 0, 4, x, labels);" },
    { "a pointer at file scope", take .. "static fill *f = &take;", "f($train, x, labels);" },
    { "a pointer of the body", take, "pointer f = take; f($train, x, labels);" },
    { "a pointer that the body declares in full", take,
        "int32_t (*f)(const struct loopc_dataset *, float *, int32_t *) = take; (*f)($train, x, labels);" },
    { "a pointer that is set later", take .. "static fill *f;", "f = take; f($train, x, labels);" },
    { "a table", take .. "static fill *const table[] = { NULL, take };", "table[1]($train, x, labels);" },
    { "a table of tables", take .. "static fill *const table[2][2] = { { take, take } };", "(*table[0][1])($train, x, labels);" },
    { "a member by name", take .. "struct ops { fill *go; }; static const struct ops ops = { .go = take };", "ops.go($train, x, labels);" },
    { "a member by place", take .. "struct ops { int n; fill *go; }; static const struct ops ops = { 1, take };",
        "ops.go($train, x, labels);" },
    { "a member behind a pointer", take .. "struct ops { fill *go; }; static const struct ops all = { take }; static const struct ops *p = &all;",
        "p->go($train, x, labels);" },
    { "an argument", take .. "static void apply(fill *f, const struct loopc_dataset *d, float *x, int32_t *y) { f(d, x, y); }",
        "apply(take, $train, x, labels);" },
    { "an argument of an argument", take .. [[static void in(pointer f, const struct loopc_dataset *d, float *x, int32_t *y) { (*f)(d, x, y); }
        static void out(pointer g, const struct loopc_dataset *d, float *x, int32_t *y) { in(g, d, x, y); }]],
        "out(&take, $train, x, labels);" },
    { "a function that returns one", take .. "static pointer pick(int k) { (void)k; return take; }", "pick(1)($train, x, labels);" },
    { "a returned one that is kept", take .. "static pointer pick(int k) { (void)k; return take; }",
        "pointer f = pick(2); f($train, x, labels);" },
    { "one of two", take .. "static int32_t none(const struct loopc_dataset *d, float *x, int32_t *y) { return 0; }",
        "pointer f = $train->rows > 4 ? take : none; f($train, x, labels);" },
    { "a cast", take .. "static void *hidden = (void *)take;", "((pointer)hidden)($train, x, labels);" },
    { "a macro", take .. "\n#define FILL take\n", "FILL($train, x, labels);" },
    { "a macro with parameters", take .. "\n#define FILL(d, to) \\\n  take((d), (to), labels)\n", "FILL($train, x);" },
}

for _, way in ipairs(ways) do
    suite:test("rows that come by " .. way[1], function() suite:equal(fed(way[2], way[3]), "train labels") end)
end

suite:test("functions that are not in the spec stay unknown", function()
    suite:equal(fed("int32_t elsewhere(const struct loopc_dataset *, float *, int32_t *);", "elsewhere($train, x, labels);"), "-")
    suite:equal(fed(take .. "static fill *f; static fill *g = NULL; static fill *h;", "f = g; g = h; h = f; f($train, x, labels);"), "-")
end)

suite:test("a wrong array is refused where only one function can be meant", function()
    local code = take .. "static fill *f = take;"
    suite:expect_ids(spec(code, "int32_t n = f($train, $wrong, labels); (void)n;", "wrong = i32[8]"), "bad_feed", "analyse_feeds")
    suite:good(spec(code .. "static fill *g; static void set(int k) { g = k ? f : NULL; }",
        "f = $train->rows ? f : g; f($train, x, labels);"), "analyse_feeds")
end)

suite:test("more rows than a net has room for are refused", function()
    for _, fill in ipairs { "net_train($net, $adam, x, labels, 5, 0.1f);", "net_train_from($net, $adam, $train, 0, 0, ROWS, 0.1f);",
        "net_forward($net, x, 2 * ROWS);", "all($net, x);" } do
        suite:expect_ids(spec("enum { ROWS = 8 }; static void all(struct t_net *n, float *x) { net_forward(n, x, ROWS); }", fill), "bad_feed",
            "analyse_feeds")
    end
    suite:good(spec("enum { ROWS = 4 };", "net_forward($net, x, ROWS);"), "analyse_feeds")
end)

suite:test("more rows than a local array has room for are refused", function()
    for _, fill in ipairs { "loopc_dataset_take($train, 0, 0, 5, x, labels);",
        "float few[7]; take($train, x, labels); loopc_dataset_take($train, 0, 0, 4, few, labels);",
        "int32_t a = 1, few[3] = { a }; loopc_dataset_take($train, 0, 0, 4, x, few);", "int32_t few[3]; take($train, x, few);" } do
        suite:expect_ids(spec(take, fill), "bad_feed", "analyse_feeds")
    end
    suite:good(spec("", "float many[9]; loopc_dataset_take($train, 0, 0, 4, many, labels); net_forward($net, many, 4);"), "analyse_feeds")
    for _, other in ipairs { "{ float few[7]; few[0] = 1; }", "{ float *few = x; few[0] = 1; }" } do -- which one is meant is not known
        suite:good(spec("", other .. " { float few[9]; loopc_dataset_take($train, 0, 0, 4, few, labels); }"), "analyse_feeds")
    end
end)

suite:test("a row of a net with embeddings has a value a column, not what the tables make of it", function()
    local text = [==[
        local L = loop "L" { state = { x = f32[%d], labels = i32[4] },
            on_x = node(1, "net_train($net, $adam, $x, $labels, 4, 0.1f);") }
        return trainer "t" { L, state = { net = mlp { inputs = 2, batch = 4, embedding { 5, 6 }, dense { 3 } },
            adam = optimizer { "adam", net = "net" } } }]==]
    suite:good(text:format(8), "analyse_feeds")
    suite:expect_ids(text:format(7), "bad_feed", "analyse_feeds")
end)

-- The names of the functions whose rows are looked at in the program.
local function doubtful(code, fill, more)
    local unit = suite:good(spec(code, fill, more), "analyse_signals")
    local names = {}
    for _, field in ipairs(unit.trainer.fields) do
        for name in next, field.parameters and field.parameters.doubtful or {} do names[#names + 1] = name end
    end
    table.sort(names)
    if unit.measures_rows then names[#names + 1] = "take" end
    return table.concat(names, " ")
end

suite:test("rows that are a constant of the spec cost nothing", function()
    local rows = "enum { ROWS = 4 };"
    local read = "const int32_t rows = loopc_dataset_take($train, 0, 0, ROWS, x, labels); "
    suite:equal(doubtful(rows, read .. "net_forward($net, x, rows);"), "")
    suite:equal(doubtful(rows, "net_forward($net, x, ROWS);"), "")
    suite:equal(doubtful("", "net_train_from($net, $adam, $train, 0, 0, 3, 0.1f);"), "")
end)

suite:test("a field has as many rows as bodies assign to it", function()
    local rows, field = "enum { ROWS = 4 };", "r = i32"
    local read = "$r = loopc_dataset_take($train, 0, 0, ROWS, x, labels); "
    local look = "net_forward($net, x, $r);"
    suite:equal(doubtful(rows, read .. look, field), "")
    suite:equal(doubtful(rows, "$r = 3; " .. look, field), "")
    suite:equal(doubtful(rows, read .. "$r++; " .. look, field), "net_forward")
    suite:equal(doubtful(rows, read .. "scanf(\"%d\", &$r); " .. look, field), "net_forward")
    suite:equal(doubtful(rows, "$r = 3; $r = x[0] > 0 ? 3 : 30; " .. look, field), "net_forward")
    suite:equal(doubtful(rows, read .. look, "r = i32 { 3, option = true }"), "net_forward")
    suite:equal(doubtful(rows, read .. look, "r = i32 { 30 }"), "net_forward")
end)

suite:test("rows that are known only at run time are looked at", function()
    local n = "n = i32 { 3, option = true }"
    suite:equal(doubtful("", "net_forward($net, x, $n);", n), "net_forward")
    suite:equal(doubtful("", "net_forward($net, x, 3); net_forward($net, x, $n);", n), "net_forward")
    suite:equal(doubtful("", "for (int i = 0; i < 4; i++) labels[i] = net_argmax($net, i);"), "net_argmax")
    suite:equal(doubtful("", "int32_t r = loopc_dataset_take($train, 0, 0, $n, x, labels); net_predict($net, x, r, labels);", n),
        "net_predict take")
    suite:equal(doubtful("static void all(struct t_net *n, float *x, int k) { net_forward(n, x, k); }", "all($net, x, $n);", n), "net_forward")
end)

suite:test("what a pointer points at is looked at", function()
    suite:equal(doubtful("", "float *p = x; loopc_dataset_take($train, 0, 0, 4, p, labels); net_forward($net, p, 4);"), "take")
    local function kind(fill, more) return suite:good(spec("", fill, more), "analyse_signals").measures_rows end
    suite:equal(kind("loopc_dataset_take($train, 0, 0, 4, &$z[4], labels);", "z = f32[12]"), "arrays")
    suite:equal(kind("loopc_dataset_take($train, 0, 0, 4, &$z[0][0], labels);", "z = f32[4][2]"), "arrays of arrays")
end)

return suite:finish()

# loopc explain and --trace: the fields written, and the step that writes them.
. "$(dirname "$0")/../support/lib.sh"
. "$ROOT/tests/support/nested_spec.sh"

reads_and_writes() { # NODE: its entry in explain
    grep "\. $1 \[" <<<"$OUT" | sed 's/.*lua:[0-9]*; //'
}

# A pointer to const is only read through, wherever the function is declared: in a header beside the spec, in one that this
# includes, in one of the system, in `code` or a header that it includes.
test_declarations_in_headers() {
    mkdir sub
    printf '#include "sub/deep.h"\nfloat total(const float *x, int n);\nvoid fill(float *x, int n);\n' >own.h
    printf 'static inline float first(const float x[2]) { return x[0]; }\n#define SET(x) ((x)[0] = 1)\n' >sub/deep.h
    printf 'float last(float const *x);\n' >more.h
    cat >spec.lua <<'SPEC'
local L = loop "L" {
    on_a = node(1, [[ $s = total($x, 4); ]]),
    on_b = node(2, [[ fill($x, 4); ]]),
    on_c = node(3, [[ $s = first((const float *)$x); ]]),
    on_d = node(4, [[ SET($x); ]]),
    on_e = node(5, [[ $s = last(&$x[1]); ]]),
    on_f = node(6, [[ $s = (float)wcslen((const wchar_t *)$x); ]]),
    on_g = node(7, [[ wcscpy((wchar_t *)$x, L"abc"); ]]),
    on_h = node(8, [[ unknown($x); ]]),
}
return trainer "t" { L, include = { "own.h", "<wchar.h>" }, code = '\n#include "more.h"\n', state = { x = f32[4], s = f32 } }
SPEC
    expect 0 "$LOOPC" explain spec.lua
    while read -r node wanted; do
        same "$(reads_and_writes "$node")" "$wanted"
    done <<'TABLE'
on_a reads x; writes s
on_b reads x; writes x
on_c reads x; writes s
on_d reads x; writes x
on_e reads x; writes s
on_f reads x; writes s
on_g reads x; writes x
on_h reads x; writes x
TABLE
    expect 0 env PATH= "$LOOPC" explain spec.lua # without a compiler, headers of the system are not known
    same "$(reads_and_writes on_a)" 'reads x; writes s'
    same "$(reads_and_writes on_f)" 'reads x; writes s, x'
}

# The C is the same with and without a compiler that knows the headers.
test_headers_change_no_byte() {
    cat >spec.lua <<'SPEC'
local L = loop "L" { times = "wcslen((const wchar_t *)$x)", on_a = node(1, [[ ; ]]) }
return trainer "t" { L, include = { "<wchar.h>" }, state = { x = i32[4] } }
SPEC
    "$LOOPC" gen spec.lua >one.c
    PATH=/usr/bin CC=false "$LOOPC" gen spec.lua | cmp - one.c
}

# The reset at the start of an iteration is not attributed to the step before it.
test_trace_of_batch_fields() {
    cat >spec.lua <<'SPEC'
local L = loop "L" { times = 2, batch = { b = i32(7) }, state = { u = i32 }, before_run = node(0, [[ $u = 5; ]]),
    on_x = node(1, [[ $b = 1; ]]), after_run = node(9, [[ $u = 6; ]]) }
local M = loop "M" { call_on = { L.on_x }, times = 1, batch = { d = i32(4) }, on_y = node(1, [[ $d = 9; ]]) }
return trainer "t" { L, M }
SPEC
    for form in '' --step; do
        # shellcheck disable=SC2086
        "$LOOPC" build $form spec.lua -o t
        expect 0 ./t --trace
        while read -r field wanted; do
            same "$(awk -v f="$field:" '$2 == f { print place; exit } !/^trace:   / { place = $0 }' <<<"$ERR")" "trace: $wanted"
        done <<'TABLE'
L.u L.before_run
L.b L.run, between steps
M.d M on L.on_x, between steps
L.iteration L.run, between steps
TABLE
        lacks "$(sed -n "/^trace: L.before_run/,/^trace: L.run/p" <<<"$ERR")" L.b:
    done
}

test_explain_knows_what_calls_write() {
    cat >calls.lua <<'SPEC'
local Valid = loop "Valid" { state = { x = f32[4] }, on_v = node(1, [[ ; ]]) }
local function use(name, order, body) return callback(name) { order = order, on_v = body } end
return trainer "calls" {
    state = { a = f32[2][3], b = f32[3], n = i32, net = mlp { 3, 3 }, opt = optimizer { "sgd", net = "net" }, d = dataset { label = false } },
    code = [[ static void ours(const float *from, float *to) { *to = *from; } ]],
    Valid,
    use("row", 11, [[ memcpy($a[1], $b, sizeof $a[1]); ]]),
    use("qualified", 12, [[ memset($Valid.x, 0, sizeof $Valid.x); ]]),
    use("element", 13, [[ $b[0] = $a[1][2] + $Valid.x[2]; ]]),
    use("code", 14, [[ ours($a[0], $b); ours(&$a[0][1], &$b[1]); ]]),
    use("unknown", 15, [[ mystery($a[0], $n); ]]),
    use("nets", 16, [[ float w[12]; net_get_weights($net, w, 12); ]]),
    use("learn", 17, [[ net_train($net, $opt, $a[0], &$n, 1, 0.1f); ]]),
    use("data", 18, [[ $n = (int32_t)$d->rows; ]]),
}
SPEC
    expect 0 "$LOOPC" explain calls.lua
    while IFS='|' read -r name wanted; do
        has "$(grep "+ $name.on_v" <<<"$OUT")" "$wanted"
    done <<'TABLE'
row|reads a, b; writes a
qualified|writes Valid.x
element|reads b, a, Valid.x; writes b
code|reads a, b; writes b
unknown|reads a, n; writes a
nets|reads net
learn|reads net, opt, a, n; writes net, opt
data|reads d; writes n
TABLE
    lacks "$(grep '+ nets.on_v' <<<"$OUT")" writes
}

test_explain_knows_where_signals_land() {
    cat >land.lua <<'SPEC'
local Fit = loop "Fit" { times = 2, before_epoch = node(1), on_epoch = node(2), finally_epoch = node(3, [[ puts("done"); ]]) }
local Train = loop "Train" { times = 3, call_on = { Fit.on_epoch }, on_batch = node(1, [[
    if ($iteration == 1) $cancel();
    if ($iteration == 2) $stop();
    $cancel(Fit.epoch);
]]), on_more = node(2, [[ $stop(Fit); ]]), on_el = node(3, LOOP [[ $stop(); ]]) }
return trainer "land" { Fit, Train }
SPEC
    expect 0 "$LOOPC" explain land.lua
    has "$(grep on_batch <<<"$OUT")" '$cancel leaves Train.batch; $stop ends Train; $cancel leaves Fit.epoch'
    has "$(grep on_more <<<"$OUT")" '$stop ends Fit'
    has "$(grep on_el <<<"$OUT")" '$stop ends the repetition around it'
}

test_explain_of_one_event() {
    cat >event.lua <<'SPEC'
local A = loop "A" { times = 2, on_a = node { order = 1, doc = "of each a" }, after_a = node(2), on_b = node(3, [[ (void)0; ]]) }
local B = loop "B" { call_on = { A.on_a }, on_a = node(1, [[ (void)0; ]]) }
return trainer "t" { A, B, callback "c" { ["A.on_a"] = [[ (void)0; ]] } }
SPEC
    expect 0 "$LOOPC" explain event.lua A.on_a
    has "$OUT" "A.on_a [1]"
    has "$OUT" "  of each a"
    has "$OUT" "1. loop B"
    has "$OUT" "2. callback c"
    lacks "$OUT" after_a
    expect 0 "$LOOPC" explain event.lua after_a
    has "$OUT" "no listeners"
    expect 2 "$LOOPC" explain event.lua on_a
    has "$ERR" "'on_a' is in several loops: A.on_a, B.on_a"
    expect 2 "$LOOPC" explain event.lua A.aftr_a
    has "$ERR" "there is no event 'A.aftr_a'; did you mean 'A.after_a'"
}

test_explain_and_graph() {
    cp_spec
    expect 0 "$LOOPC" explain nested.lua
    has "$OUT" 'loop Inner, on Outer.on_step'
    expect 0 "$LOOPC" graph nested.lua
    has "$OUT" 'digraph "nested" {'
    expect 0 "$LOOPC" graph nested.lua --format=mermaid
    has "$OUT" flowchart
    expect 0 "$LOOPC" graph nested.lua -f json
    python3 -c 'import json, sys; assert len(json.load(open(sys.argv[1]))["steps"]) == 4' "$TMP/out"
}

# The page holds all that it needs, and the texts of the spec as texts.
test_explain_and_graph_as_pages() {
    cat >page.lua <<'SPEC'
local A = loop "A" { times = "$n < 3 ? 1 : 2", on_a = node(1, [[ puts("</script><b>&"); $n++; ]]), failed_a = node(2, [[ puts("x"); ]]) }
return trainer "page" { A, state = { n = i32 { doc = "<i>counts</i>" } } }
SPEC
    for command in explain graph; do
        expect 0 "$LOOPC" "$command" --html page.lua
        cp "$TMP/out" one.html
        "$LOOPC" "$command" --html page.lua | cmp - one.html
        has "$OUT" 'puts(&quot;&lt;/script&gt;&lt;b&gt;&amp;&quot;); $n++;'
        has "$OUT" '&lt;i&gt;counts&lt;/i&gt;'
        has "$OUT" 'data-name="A.on_a" data-reads="n" data-writes="n"'
        lacks "$OUT" ' src='
        lacks "$OUT" ' href="http'
        same "$(grep -o '<details\|<div' one.html | wc -l)" "$(grep -o '</details>\|</div>' one.html | wc -l)"
    done
    expect 2 "$LOOPC" explain --html --c page.lua
    expect 2 "$LOOPC" explain --html page.lua A.on_a
    expect 2 "$LOOPC" graph --html -f dot page.lua
}

run_tests

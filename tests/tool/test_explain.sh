# loopc explain and --trace: the fields written, and the step that writes them.
. "$(dirname "$0")/../support/lib.sh"

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

run_tests

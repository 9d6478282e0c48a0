# The library form: the functions and the size that a program gets by linking it.
. "$(dirname "$0")/../support/lib.sh"

cat >"$TMP/fit.lua" <<'SPEC'
local Fit = loop "Fit" {
    times = "$epochs", state = { loss = f32 { report = true } },
    on_epoch = node(1, [[ $loss = 0.5f * ($loss + $eta); ]]),
}
return trainer "fit" { Fit, state = { eta = f32 { 0.5, option = true, settable = true }, epochs = i32 { 10, option = true } } }
SPEC

cat >"$TMP/prog.c" <<'C'
#include "fit.h"

int main(void)
{
    static struct fit s;
    fit_init(&s, 1);
    const int st = fit_resume(&s);
    printf("%d %g\n", st, (double)s.Fit.loss);
    return st;
}
C

# Plain: no flags, and neither jansson nor zlib.
link_plainly() {
    "$LOOPC" gen --no-format --step --lib "$TMP/$1.lua" -o fit.c
    cp "$TMP/prog.c" .
    "${CC:-cc}" -I"$ROOT/runtime" -I. prog.c fit.c -L"$ROOT/$BUILD" -lloopc -lm -o prog
}

test_a_loop_is_twenty_kilobytes() {
    sanitized && skip "sanitizers"
    link_plainly fit
    expect 0 ./prog
    same "$OUT" "0 0.499512"
    same "$ERR" ""
    local text
    text=$(size prog | awk 'NR == 2 { print $1 }')
    [ "$text" -le 20480 ] || fail "$text bytes of text"
}

# The library prints nothing and owns no file of its own accord: it links none of the folders that do.
test_nothing_of_a_trainer_is_linked() {
    sanitized && skip "sanitizers"
    link_plainly fit
    nm -g --defined-only prog | sed -n 's/.* T \(loopc_.*\)/\1/p' | sort >linked
    [ "$(wc -l <linked)" -gt 10 ] || fail "few functions"
    for folder in telemetry checkpoint control export main; do
        nm -g --defined-only "$ROOT/$BUILD/runtime/$folder"/*.o | sed -n 's/.* T \(loopc_.*\)/\1/p'
    done | sort >others
    same "$(comm -12 linked others)" ""
}

# A library with nets, data, notes and processes links the threads of its nets, too, and still neither jansson nor zlib.
test_a_net_links_plainly() {
    sanitized && skip "sanitizers"
    cat >"$TMP/net.lua" <<'SPEC'
local Fit = loop "Fit" {
    times = 3,
    on_epoch = node(1, SEQ { CALL [[ $x[0] = 1; $loss = net_train($net, $adam, $x, $y, 1, 1e-3f); ]], POPEN { "true" } }),
    finally_epoch = node(2, [[ loopc_note($loopc, "epoch %d", (int)$iteration); ]]),
}
return trainer "fit" { Fit, state = { x = f32[2], y = i32[1], loss = f32(0), net = mlp { 2, 4, 3, batch = 1 },
    adam = optimizer { "adam", net = "net" } } }
SPEC
    sed 's/s.Fit.loss/s.loss/' "$TMP/prog.c" >"$TMP/net.c"
    "$LOOPC" gen --no-format --step --lib "$TMP/net.lua" -o fit.c
    "${CC:-cc}" -I"$ROOT/runtime" -I. "$TMP/net.c" fit.c -L"$ROOT/$BUILD" -lloopc -lm -o prog
    expect 0 ./prog
    has "$ERR" "fit: epoch 2"
}

# From C++: the header without a warning, a run, its fields by name, a failure's text.
test_from_cpp() {
    sanitized && skip "sanitizers"
    command -v g++ >/dev/null || skip "no C++ compiler"
    cat >prog.cc <<'CPP'
#include "fit.h"

#include <cstdio>

int main()
{
    fit *s = fit_new(1);
    *static_cast<float *>(fit_field(s, "eta")) = 2;
    int st = fit_resume(s);
    char text[200];
    std::printf("%d %g %zu %d\n", st, static_cast<double>(*static_cast<float *>(fit_field(s, "Fit.loss"))),
                fit_failure(s, text, sizeof text), fit_field(s, "Fit.los") == nullptr);
    fit_free(s);
    fit_free(nullptr);
    return st == LOOPC_OK ? 0 : 1;
}
CPP
    sed 's/\$loss = 0.5f/if ($eta < 0) $fail("eta is %g", (double)$eta); &/' "$TMP/fit.lua" >fit.lua
    expect 0 "$LOOPC" gen --no-format --step --lib fit.lua -o fit.c
    "${CC:-cc}" -I"$ROOT/runtime" -c fit.c -o fit.o
    for cc in g++ clang++; do
        command -v $cc >/dev/null || continue
        expect 0 $cc -Wall -Wextra -Wpedantic -Werror -I"$ROOT/runtime" prog.cc fit.o -L"$ROOT/$BUILD" -lloopc -lm -o prog
        expect 0 ./prog
        same "$OUT" "0 1.99805 0 1"
    done
    sed -i 's/= 2;/= -2;/; s/std::printf(/std::printf("%s: ", (fit_failure(s, text, sizeof text), text)), &/' prog.cc
    expect 0 g++ -I"$ROOT/runtime" prog.cc fit.o -L"$ROOT/$BUILD" -lloopc -lm -o prog
    expect 1 ./prog
    has "$OUT" "eta is -2: "
}

run_tests

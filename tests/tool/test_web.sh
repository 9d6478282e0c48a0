# loopc build --target wasm32-wasi, and a page by it. What is computed there is what is computed here.
. "$(dirname "$0")/../support/lib.sh"

needs_packages() {
    [ -e /usr/include/wasm32-wasi/string.h ] && command -v clang wasm-ld >/dev/null ||
        skip 'needs clang lld wasi-libc libclang-rt-14-dev-wasm32'
    sanitized && skip 'sanitizers'
    export CFLAGS=-O1
}

# A command: its output, its messages, its exit code.
test_a_command_in_node() {
    needs_packages
    command -v node >/dev/null || skip 'no node'
    cat >fit.lua <<'SPEC'
local LAST = 3
local Fit = loop "Fit" { times = "20", state = { x = f32[8 * 3], y = f32[8], points = rng {}, loss = f32 }, on_batch = node(1, [[
    for (int i = 0; i < 24; i++) $x[i] = (float)loopc_rng_normal($points);
    for (int i = 0; i < 8; i++) $y[i] = loopc_sine($x[3 * i] + $x[3 * i + 1] * $x[3 * i + 2]);
    $loss = net_train($net, $adam, $x, $y, 8, 0.01f);
    if ($iteration >= 20 - LAST) printf("%zu %a %.17g", sizeof $x, (double)$loss, (double)$loss);
]]), after_run = node(2, [[ if (LAST == 1) $fail("it is the last one"); ]]) }
return trainer "fit" { Fit, code = ("enum { LAST = %d };"):format(LAST), state = {
    net = mlp { 3, 9, 4, 1, activation = "gelu", loss = "squared_error", batch = 8 }, adam = optimizer { "adam", net = "net" } } }
SPEC
    build fit.lua here
    expect 0 ./here
    local wanted=$OUT
    expect 0 "$LOOPC" run --target wasm32-wasi fit.lua
    same "$OUT" "$wanted"
    expect 1 "$LOOPC" run --target wasm32-wasi --lua LAST=1 fit.lua
    has "$ERR" 'fit: Fit.after_run: it is the last one'
    expect 2 "$LOOPC" run --target wasm32-wasi fit.lua -- --epochs 3
    has "$ERR" 'WebAssembly has no command line'
    sed 's/= net_train/= net_tran/' fit.lua >wrong.lua
    expect 2 "$LOOPC" build --target wasm32-wasi wrong.lua
    has "$ERR" "wrong.lua:5:"
    has "$ERR" "did you mean 'net_train'"
}

# The page, opened as a file, and the same C for this machine: the loss of an epoch.
test_a_page_trains_without_a_server() {
    needs_packages
    expect 0 env LOOPC="$LOOPC" CFLAGS=-O2 sh "$ROOT/specs/web/build.sh" page
    same "$(cd page && echo *)" 'index.html page.js spirals.js'
    [ "$(cat page/* | wc -c)" -lt 307200 ] || fail "$(wc -c page/*)"
    command -v chromium >/dev/null || skip 'no chromium'
    here
    expect 0 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" --dump-dom "file://$PWD/page/index.html?epochs=1"
    has "$OUT" "<p id=\"state\">epoch 1, loss $(./here)</p>"
}

here() {
    expect 0 "$LOOPC" gen --lib --device --no-format "$ROOT/specs/web/spirals.lua" -o folder
    cat >folder/run.c <<'C'
#include "spirals.h"
#include <stdio.h>
static struct spirals run;
int main(void)
{
    spirals_init(&run, 1);
    while (run.Fit.iteration < 1) spirals_step(&run);
    printf("%.9g\n", (double)run.Train.loss);
    return 0;
}
C
    expect 0 "${CC:-cc}" -std=c11 -O1 -ffp-contract=off -fno-math-errno -Ifolder folder/*.c -lm -o here
}

test_what_is_missing_is_named() {
    echo 'return trainer "none" { loop "Fit" { times = "1", on_batch = node(1, [[ ]]) } }' >none.lua
    mkdir bin
    printf '#!/bin/sh\nexit 1\n' >bin/clang
    chmod +x bin/clang
    expect 2 env PATH="$PWD/bin" "$LOOPC" build --target wasm32-wasi none.lua
    has "$ERR" 'clang cannot make programs for wasm32-wasi: its linker or C library is missing'
    has "$ERR" 'apt-get install clang lld wasi-libc libclang-rt-14-dev-wasm32'
    expect 2 env PATH=/nowhere "$LOOPC" build --target wasm32-wasi none.lua
    has "$ERR" 'there is no clang to compile for wasm32-wasi'
    expect 2 env PATH=/nowhere "$LOOPC" run --target wasm32-wasi none.lua
    has "$ERR" 'there is no node to run a program for wasm32-wasi'
    expect 2 "$LOOPC" build --target wasm32-wasi --keep none.lua
    has "$ERR" '--target wasm32-wasi and --keep do not go together'
    [ ! -e none.wasm ] || fail 'there is a program'
}

run_tests

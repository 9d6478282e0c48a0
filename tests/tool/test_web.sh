# specs/web: a trainer in a web page. What it computes there is what it computes here.
. "$(dirname "$0")/../support/lib.sh"

# The page, opened as a file, and the same C for this machine: the loss of an epoch, and what the net answers then.
test_a_page_trains_without_a_server() {
    [ -e /usr/include/wasm32-wasi/string.h ] && command -v clang wasm-ld >/dev/null ||
        skip 'needs clang lld wasi-libc libclang-rt-14-dev-wasm32'
    sanitized && skip 'sanitizers'
    expect 0 env LOOPC="$LOOPC" sh "$ROOT/specs/web/build.sh" page
    same "$(cd page && echo *)" 'index.html page.js spirals.wasm.js'
    [ "$(cat page/* | wc -c)" -lt 307200 ] || fail "$(wc -c page/*)"
    here
    if command -v node >/dev/null; then
        expect 0 node -e "$in_node" page/spirals.wasm.js
        same "$OUT" "$(./here)"
    fi
    command -v chromium >/dev/null || skip 'no chromium'
    expect 0 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" --dump-dom "file://$PWD/page/index.html?epochs=1"
    has "$OUT" "<p id=\"state\">epoch 1, loss $(./here | cut -d ' ' -f 1)</p>"
}

# shellcheck disable=SC2016
in_node='
    const program = eval(require("fs").readFileSync(process.argv[1], "utf8") + "; program");
    const run = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(program, "base64")), {}).exports;
    run.begin(1);
    run.epoch();
    let sum = 0;
    for (const answer of new Float32Array(run.memory.buffer, run.plane(), 64 * 64)) sum += answer;
    console.log(run.loss().toPrecision(9), sum.toPrecision(15));'

here() {
    expect 0 "$LOOPC" gen --lib --device --no-format "$ROOT/specs/web/spirals.lua" -o folder
    cat >folder/run.c <<'C'
#define export_name(x) unused
#include "page.c"
#include <stdio.h>
int main(void)
{
    double sum = 0;
    begin(1);
    set(0.01f, 1.75f, 0.1f);
    epoch();
    for (int i = 0; i < 64 * 64; i++) sum += (double)plane()[i];
    printf("%.9g %.15g\n", (double)loss(), sum);
    return 0;
}
C
    expect 0 "${CC:-cc}" -std=c11 -O1 -ffp-contract=off -fno-math-errno -I"$ROOT/specs/web" -Ifolder folder/*.c -lm -o here
}

run_tests

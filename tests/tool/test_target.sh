# loopc build --target: for other processors. What such programs do is make ports; here is a part that needs no package of the target.
. "$(dirname "$0")/../support/lib.sh"

TRIPLET=aarch64-linux-gnu

write_spec() {
    cat >fit.lua <<'SPEC'
local Fit = loop "Fit" {
    times = 50, state = { points = rng {}, loss = f32(0) },
    on_batch = node(1, [[
        for (int i = 0; i < 8; i++) $x[i] = 4 * loopc_rng_f32($points) - 2;
        for (int i = 0; i < 4; i++) $y[i] = $x[2 * i] * $x[2 * i + 1] + (float)loopc_rng_below($points, 3);
        $loss = net_train($net, $adam, $x, $y, 4, 0.1f);
    ]]),
}
return trainer "fit" { Fit, state = { x = f32[8], y = f32[4], adam = optimizer { "adam", net = "net" },
    net = mlp { 2, 3, 1, activation = "tanh", loss = "squared_error", batch = 4 } } }
SPEC
    cat >prog.c <<'C'
#include "fit.h"

int main(void)
{
    static struct fit s;
    fit_init(&s, 1);
    const int st = fit_resume(&s);
    printf("%d %a\n", st, (double)s.Fit.loss);
    return st;
}
C
    "$LOOPC" gen --step --lib --no-format fit.lua -o fit.c
}

# The library form with the sources of the runtime that it needs: the same bits.
test_the_same_bits_by_a_cross_compiler() {
    command -v $TRIPLET-gcc >/dev/null && command -v qemu-aarch64 >/dev/null || skip "needs gcc-$TRIPLET, libc6-dev-arm64-cross, qemu-user"
    sanitized && skip 'sanitizers'
    write_spec
    "${CC:-cc}" -I"$ROOT/runtime" -I. prog.c fit.c "$ROOT/$BUILD/libloopc.a" -lm -pthread -Wl,-Map,linked -o here
    expect 0 ./here
    local wanted=$OUT object sources=''
    for object in $(sed -n 's/.*libloopc[.]a(\([^)]*\)[.]o).*/\1/p' linked | sort -u); do
        sources="$sources $(find "$ROOT/runtime" -name "${object%.v[34]}.c")"
    done
    # shellcheck disable=SC2086
    $TRIPLET-gcc -std=c11 -D_GNU_SOURCE -O1 -ffp-contract=off -fno-math-errno -ffunction-sections -I"$ROOT/runtime" -I. prog.c fit.c $sources \
        -Wl,--gc-sections -lm -pthread -o there
    expect 0 qemu-aarch64 -L /usr/$TRIPLET ./there
    same "$OUT" "$wanted"
}

test_what_is_missing_is_named() {
    write_spec
    expect 2 "$LOOPC" build fit.lua --target sparc64-linux-gnu
    has "$ERR" 'there is no sparc64-linux-gnu-gcc'
    expect 2 env PATH=/nowhere "$LOOPC" build fit.lua --target $TRIPLET
    has "$ERR" 'apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross; or --cc names a compiler'
    printf '#!/bin/sh\nexit 1\n' >cross-gcc
    chmod +x cross-gcc
    expect 2 "$LOOPC" build fit.lua --target $TRIPLET --cc ./cross-gcc
    has "$ERR" "$TRIPLET has no minizip, jansson, zlib"
    has "$ERR" 'libjansson-dev:arm64, libminizip-dev:arm64, zlib1g-dev:arm64'
    # Debian has the libraries of i686-linux-gnu in a folder of another name
    mkdir -p sysroot/usr/lib
    printf '#!/bin/sh\necho "$*" >>asked\nexit 1\n' >cross-gcc
    expect 2 "$LOOPC" build fit.lua --target i686-linux-gnu --cc ./cross-gcc --sysroot sysroot
    has "$(cat asked)" sysroot/usr/lib/i386-linux-gnu
    has "$(cat asked)" sysroot/usr/include/i386-linux-gnu
    expect 2 "$LOOPC" build fit.lua --sysroot /
    has "$ERR" '--sysroot is for --target'
    expect 2 "$LOOPC" build fit.lua --target $TRIPLET --portable
    has "$ERR" '--portable makes programs for x86-64'
    expect 2 "$LOOPC" build fit.lua --target $TRIPLET --sysroot nowhere
}

# This machine's own compiler as a cross compiler: the whole way, to a program that an emulator by that name runs.
test_a_target_from_sources_to_a_run() {
    [ -n "${SOAK:-}" ] || skip 'builds the runtime: SOAK=1'
    write_spec
    mkdir bin
    printf '#!/bin/sh\nshift 2\necho emulated\nexec "$@"\n' >bin/qemu-own
    chmod +x bin/qemu-own
    export PATH=$PWD/bin:$PATH
    expect 0 "$LOOPC" run fit.lua --target own-linux-gnu --cc "${CC:-cc}" -- --timings
    has "$OUT" emulated
    has "$ERR" 'building the runtime for own-linux-gnu, once'
    expect 0 "$LOOPC" run fit.lua --target own-linux-gnu --cc "${CC:-cc}"
    lacks "$ERR" building
}

run_tests

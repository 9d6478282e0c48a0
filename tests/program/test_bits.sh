# A trainer makes the same bits whatever compiles it, for whatever processor, and with any number of threads: by gcc in the versions of
# a portable program and for this processor, by clang without and with a fused multiply-add. (-march=native is among the flags of
# each; the flags behind it take it back. Plain x86-64 has no fused multiply-add.)
. "$(dirname "$0")/../support/lib.sh"

# Two nets of some size, and batches that end in a part of one; three small ones of odd sizes. All activations, losses and rules are
# there, rules that divide and that do not. It prints losses, and a hash of all weights.
write_spec() { cp "$ROOT/tests/support/bits.lua" .; }

# Compiles it with these flags; its output is OUT.
build_and_run() { # build_and_run COMPILER FLAGS...
    local compiler=$1
    shift
    CFLAGS="$CFLAGS $*" expect 0 "$LOOPC" build bits.lua --cc="$compiler" -o bits
    expect 0 ./bits
}

can() { # can FLAG...: whether this processor can do that
    local flag
    for flag in "$@"; do grep -qw "$flag" /proc/cpuinfo || return 1; done
}

version() { # version NAME: the output of that version of the portable program is the wanted one
    expect 0 env LOOPC_CPU="$1" ./portable
    same "$OUT" "$wanted"
}

test_the_same_bits_from_every_compiler_for_every_processor() {
    local wanted threads
    write_spec
    has "$("$LOOPC" gen --no-format bits.lua)" 'loopc_team_run(classes_learn_part'
    build_and_run gcc -O2
    wanted=$OUT
    same "$(echo "$wanted" | wc -l)" 26
    lacks "$wanted" nan
    for threads in 2 3; do
        expect 0 ./bits --threads $threads
        same "$OUT" "$wanted"
    done
    [ "$(uname -m)" = x86_64 ] || return 0
    expect 0 "$LOOPC" build --portable bits.lua -o portable
    version plain
    version ''
    if can avx2 fma; then version v3; fi
    if can avx512f avx512bw avx512cd avx512dq avx512vl; then version v4; fi
    if sanitized; then return 0; fi
    build_and_run clang -O1 -march=x86-64
    same "$OUT" "$wanted"
    can avx2 fma || return 0
    build_and_run clang -O2 -march=x86-64 -mavx2 -mfma
    same "$OUT" "$wanted"
}

# Every layer, activation, loss and optimizer, by the kernels of each generation of processors (their C needs no optimizer).
test_nets_of_layers_have_the_same_bits_on_every_processor() {
    local wanted
    python3 -B "$ROOT/tests/program/layers/cases.py" spec 3 >nets.lua
    CFLAGS="$CFLAGS -O0" expect 0 "$LOOPC" build nets.lua -o nets
    expect 0 ./nets
    wanted=$OUT
    has "$wanted" 'case embed'
    [ "$(uname -m)" = x86_64 ] || return 0
    CFLAGS="$CFLAGS -O0" expect 0 "$LOOPC" build --portable nets.lua -o portable
    version plain
    if can avx2 fma; then version v3; fi
    if can avx512f avx512bw avx512cd avx512dq avx512vl; then version v4; fi
    if sanitized || [ -z "${SOAK:-}" ]; then return 0; fi
    CFLAGS="$CFLAGS -O0" expect 0 "$LOOPC" build nets.lua --cc=clang -o nets
    expect 0 ./nets
    same "$OUT" "$wanted"
}

# A narrow net, and the same one with room for a batch that is not narrow: in registers, and by the kernels of the library.
write_narrow() { # write_narrow FILE BATCH
    cat >"$1" <<SPEC
local Fit = loop "Fit" {
    times = 200,
    state = { points = rng {}, x = f32[4 * 3], y = f32[4 * 2], loss = f32 {} },
    on_batch = node(1, [[
        for (int i = 0; i < 12; i++) \$x[i] = 4 * loopc_rng_f32(\$points) - 2;
        for (int i = 0; i < 8; i++) \$y[i] = \$x[i] * \$x[i + 1] / 4;
        \$loss = net_train(\$net, \$opt, \$x, \$y, 4 - (int32_t)\$iteration % 2, 0.1f);
    ]]),
    after_run = node(2, [[
        float w[26];
        if (!net_get_weights(\$net, w, 26)) abort();
        for (int i = 0; i < 26; i++) printf("%a ", (double)w[i]);
        printf("%a\n", (double)\$loss);
    ]]),
}
return trainer "narrow" { Fit, code = "#include <stdlib.h>", state = {
    net = mlp { 3, 4, 2, activation = "tanh", output = "sigmoid", loss = "squared_error", batch = $2 },
    opt = optimizer { "sgd", net = "net" } } }
SPEC
}

test_narrow_nets_have_the_same_bits_in_registers() {
    local wanted
    write_narrow short.lua 4
    write_narrow whole.lua 9
    has "$("$LOOPC" gen --no-format short.lua)" '#define LOOPC_MOST_LANES 4'
    lacks "$("$LOOPC" gen --no-format whole.lua)" 'LOOPC_MOST_LANES'
    expect 0 "$LOOPC" build whole.lua -o whole
    expect 0 ./whole
    wanted=$OUT
    expect 0 "$LOOPC" build short.lua -o short
    expect 0 ./short
    same "$OUT" "$wanted"
    if sanitized; then return 0; fi
    CFLAGS=-O2 expect 0 "$LOOPC" build short.lua --cc=clang -o short
    expect 0 ./short
    same "$OUT" "$wanted"
}

# Elementary functions of another C library have other bits (base/power.h has ours): in the libraries and specs no body calls one. (The
# angle that an eigenvector has is only printed.)
test_no_elementary_function_of_the_c_library() {
    same "$(cd "$ROOT" && grep -rnE '(^|[^a-z_A-Z0-9.:])(exp|exp2|expm1|log|log2|log10|log1p|pow|sin|cos|tan|sinh|cosh|tanh|asin|acos|atan|atan2|cbrt|hypot|erf)f? ?\(' \
        gen/lib specs templates/init --include=*.lua | grep -vE 'math[.]|return atan2\(|:[0-9]+: *--' || true)" ""
}

run_tests

# A trainer makes the same bits whatever compiles it, for whatever processor, and with any number of threads: by gcc in the versions of
# a portable program and for this processor, by clang without and with a fused multiply-add. (-march=native is among the flags of
# each; the flags behind it take it back. Plain x86-64 has no fused multiply-add.)
. "$(dirname "$0")/../support/lib.sh"

# Two nets of some size, and batches that end in a part of one; three small ones of odd sizes. All activations, losses and rules are
# there, rules that divide and that do not. It prints losses, and a hash of all weights.
write_spec() {
    cat >bits.lua <<'SPEC'
local Fit = loop "Fit" {
    times = 100,
    state = { points = rng {} },
    batch = { x = f32[70 * 20], y = f32[70 * 3], labels = i32[70], open = i32[70], rows = i32 {}, few = i32 {},
        loss = f32[5] },
    on_sample = node(1, [[
        $rows = 70 - (int32_t)$iteration % 35;
        $few = 7 - (int32_t)$iteration % 3;
        for (int i = 0; i < 70 * 20; i++) $x[i] = 4 * loopc_rng_f32($points) - 2;
        for (int i = 0; i < 70 * 3; i++) $y[i] = loopc_rng_f32($points);
        for (int i = 0; i < 70; i++) $labels[i] = ($x[20 * i] > 0) + ($x[20 * i + 1] * $x[20 * i + 2] > 0);
        for (int i = 0; i < 70; i++) $open[i] = $labels[i] % 2;
    ]]),
    on_batch = node(2, [[
        $loss[0] = classes_train($classes, $adam, $x, $labels, $rows, 0.003f);
        $loss[1] = values_train($values, $momentum, $x, $y, $rows, 0.1f);
        $loss[2] = curve_train($curve, $push, $x, $y, $few, 0.05f);
        $loss[3] = many_train($many, $adamw, $x, $labels, $few, 0.01f);
        $loss[4] = gate_train($gate, $sgd, $x, $open, $few, 0.1f);
        for (int i = 0; i < 5 && $iteration % 20 == 19; i++) printf("%a\n", (double)$loss[i]);
    ]]),
    after_run = node(3, [[
        static float w[7303 + 2603 + 156 + 232 + 74];
        const int32_t count = sizeof w / sizeof w[0];
        uint64_t hash = 1;
        if (!classes_get_weights($classes, w, 7303) || !values_get_weights($values, w + 7303, 2603) ||
            !curve_get_weights($curve, w + 9906, 156) || !many_get_weights($many, w + 10062, 232) ||
            !gate_get_weights($gate, w + 10294, 74)) $fail("other sizes");
        for (int32_t i = 0; i < count; i++) {
            uint32_t bits;
            memcpy(&bits, &w[i], sizeof bits);
            hash = (hash ^ bits) * 0x100000001b3u;
        }
        printf("%016llx\n", (unsigned long long)hash);
    ]]),
}
return trainer "bits" { Fit, state = {
    classes = mlp { 20, 100, 50, 3, activation = "tanh", batch = 70 },
    values = mlp { 20, 40, 40, 3, activation = "relu", output = "sigmoid", loss = "cross_entropy", batch = 70 },
    curve = mlp { 5, 17, 3, activation = "tanh", loss = "squared_error", batch = 7 },
    many = mlp { 5, 13, 11, activation = "relu", loss = "cross_entropy", batch = 7 },
    gate = mlp { 5, 9, 2, activation = "sigmoid", loss = "cross_entropy", batch = 7 },
    adam = optimizer { "adam", net = "classes", weight_decay = 0.01 },
    momentum = optimizer { "sgd", momentum = 0.9, net = "values" },
    push = optimizer { "sgd", net = "curve", momentum = 0.9 },
    adamw = optimizer { "adamw", net = "many" },
    sgd = optimizer { "sgd", net = "gate" } } }
SPEC
}

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
    has "$("$LOOPC" gen bits.lua)" 'loopc_team_run(classes_learn_part'
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
    has "$("$LOOPC" gen short.lua)" '#define LOOPC_MOST_LANES 4'
    lacks "$("$LOOPC" gen whole.lua)" 'LOOPC_MOST_LANES'
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

run_tests

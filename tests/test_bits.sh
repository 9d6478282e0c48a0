# A trainer makes the same bits whatever compiles it, for whatever processor, and with any number of threads. (-march=native
# is among the flags of each; what follows it takes it back. Plain x86-64 has no fused multiply-add.)
. "$(dirname "$0")/lib.sh"

# Two nets, with all activations, rules that divide and that do not, and batches that end in a part of one. It prints
# losses, and a hash of all weights and moments.
write_spec() {
    cat >bits.lua <<'SPEC'
local Fit = loop "Fit" {
    times = 100,
    state = { points = rng {} },
    batch = { x = f32[70 * 20], y = f32[70 * 3], labels = i32[70], rows = i32 {}, loss = f32 {}, other = f32 {} },
    on_sample = node(1, [[
        $rows = 70 - (int32_t)$iteration % 35;
        for (int i = 0; i < 70 * 20; i++) $x[i] = 4 * loopc_rng_f32($points) - 2;
        for (int i = 0; i < 70 * 3; i++) $y[i] = loopc_rng_f32($points);
        for (int i = 0; i < 70; i++) $labels[i] = ($x[20 * i] > 0) + ($x[20 * i + 1] * $x[20 * i + 2] > 0);
    ]]),
    on_batch = node(2, [[
        $loss = classes_train($classes, $adam, $x, $labels, $rows, 0.003f);
        $other = values_train($values, $momentum, $x, $y, $rows, 0.1f);
        if ($iteration % 20 == 19) printf("%a %a\n", (double)$loss, (double)$other);
    ]]),
    after_run = node(3, [[
        static float w[20000];
        uint64_t hash = 1;
        if (!classes_get_weights($classes, w, 7303) || !values_get_weights($values, w + 7303, 2603)) abort();
        for (int i = 0; i < 7303 + 2603; i++) {
            uint32_t bits;
            memcpy(&bits, &w[i], sizeof bits);
            hash = (hash ^ bits) * 0x100000001b3u;
        }
        printf("%016llx\n", (unsigned long long)hash);
    ]]),
}
return trainer "bits" { Fit, code = "#include <stdlib.h>", state = {
    classes = mlp { 20, 100, 50, 3, activation = "tanh", batch = 70 },
    values = mlp { 20, 40, 40, 3, activation = "relu", output = "sigmoid", loss = "cross_entropy", batch = 70 },
    adam = optimizer { "adam", net = "classes", weight_decay = 0.01 },
    momentum = optimizer { "sgd", momentum = 0.9, net = "values" } } }
SPEC
}

# What a compiler makes of it, of kernels that stay functions, which is faster to compile; what it prints is OUT.
build_and_run() { # build_and_run COMPILER FLAGS...
    local compiler=$1
    shift
    CFLAGS="-DLOOPC_PLAIN $*" expect 0 "$LOOPC" build bits.lua --cc="$compiler" -o bits
    expect 0 ./bits
    [ -n "$OUT" ] || fail "$compiler $*: no output"
}

can() { # can FLAG: whether this processor can do that
    grep -qw "$1" /proc/cpuinfo
}

test_the_same_bits_from_every_compiler_for_every_processor() {
    local wanted threads
    write_spec
    has "$("$LOOPC" gen bits.lua)" 'loopc_crew_run(classes_learn_part'
    build_and_run gcc -O2
    wanted=$OUT
    for threads in 2 3; do
        expect 0 ./bits --threads $threads
        same "$OUT" "$wanted"
    done
    build_and_run gcc -O1 -march=x86-64
    same "$OUT" "$wanted"
    build_and_run clang -O1 -march=x86-64
    same "$OUT" "$wanted"
    can avx2 && can fma || return 0
    build_and_run gcc -O1 -march=x86-64 -mavx2 -mfma
    same "$OUT" "$wanted"
    build_and_run clang -O2 -march=x86-64 -mavx2 -mfma
    same "$OUT" "$wanted"
}

# A narrow net, and the same one with room for a batch that is not narrow: short vectors, and whole ones.
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

test_narrow_nets_have_the_same_bits_in_short_vectors() {
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
    CFLAGS=-O2 expect 0 "$LOOPC" build short.lua --cc=clang -o short
    expect 0 ./short
    same "$OUT" "$wanted"
}

run_tests

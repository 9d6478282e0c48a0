# loopc build --portable: one program with versions for several processors, that learn the same weights bit for bit.
. "$(dirname "$0")/lib.sh"

# Nets of odd sizes, with all that has an elementary function in it; a digest of weights at the end. The trainer's own code
# has names that can be seen from outside: those of the versions must not meet.
cat >"$TMP/odd.lua" <<'SPEC'
local Learn = loop "Learn" {
    times = 100,
    batch = { x = f32[7 * 5], y = f32[7 * 3], labels = i32[7], open = i32[7] },
    on_batch = node(1, [[
        for (int i = 0; i < 35; i++) $x[i] = loopc_rng_normal($points);
        for (int i = 0; i < 21; i++) $y[i] = 0.5f * $x[i] * $x[i + 7] / (1 + fabsf($x[i]));
        for (int i = 0; i < 7; i++) $labels[i] = (int32_t)loopc_rng_below($points, 11), $open[i] = $labels[i] % 2;
        count_batch();
        $one = curve_train($curve, $momentum, $x, $y, 7, 0.05f);
        $two = classes_train($classes, $adam, $x, $labels, 7, 0.01f);
        $three = gate_train($gate, $sgd, $x, $open, 7, 0.1f);
    ]]),
    after_run = node(2, [[
        float w[1024];
        printf("%d batches, losses %a %a %a\n", batches, (double)$one, (double)$two, (double)$three);
        curve_get_weights($curve, w, 5 * 17 + 17 + 17 * 3 + 3);
        for (int i = 0; i < 156; i++) printf("%a ", (double)w[i]);
        classes_get_weights($classes, w, 5 * 13 + 13 + 13 * 11 + 11);
        for (int i = 0; i < 232; i++) printf("%a ", (double)w[i]);
        gate_get_weights($gate, w, 5 * 9 + 9 + 9 * 2 + 2);
        for (int i = 0; i < 74; i++) printf("%a ", (double)w[i]);
    ]]),
}
return trainer "odd" {
    Learn,
    code = [[
        void count_batch(void);
        int batches;
        void count_batch(void) { batches++; }
    ]],
    state = {
        one = f32(0), two = f32(0), three = f32(0), points = rng {},
        curve = mlp { 5, 17, 3, activation = "tanh", loss = "squared_error", batch = 7 },
        classes = mlp { 5, 13, 11, activation = "relu", loss = "cross_entropy", batch = 7 },
        gate = mlp { 5, 9, 2, activation = "sigmoid", loss = "cross_entropy", batch = 7 },
        momentum = optimizer { "sgd", net = "curve", momentum = 0.9 },
        adam = optimizer { "adam", net = "classes" },
        sgd = optimizer { "sgd", net = "gate" },
    },
}
SPEC

has_flags() {
    local flag
    for flag in "$@"; do grep -q "^flags.*\<$flag\>" /proc/cpuinfo || return 1; done
}

learns_the_same() { # learns_the_same VERSION
    expect 0 env LOOPC_CPU="$1" ./odd
    [ "$OUT" = "$(cat plain)" ] || fail "version '$1' learns other weights"
}

test_all_versions_learn_the_same() {
    [ "$(uname -m)" = x86_64 ] || skip 'versions are those of x86-64'
    expect 0 "$LOOPC" build --portable "$TMP/odd.lua" -o odd
    same "$(ls)" odd
    LOOPC_CPU=plain ./odd >plain
    [ "$(wc -w <plain)" -eq 468 ] && grep -q '^100 batches' plain || fail 'that is not what it learned'
    grep -q nan plain && fail 'it did not learn'
    learns_the_same ''
    if has_flags avx2 fma; then learns_the_same v3; fi
    if has_flags avx512f avx512bw avx512cd avx512dq avx512vl; then learns_the_same v4; fi
    expect 0 "$LOOPC" build "$TMP/odd.lua" -o odd
    learns_the_same native
}

test_each_version_is_made_for_its_processor() {
    [ "$(uname -m)" = x86_64 ] || skip 'versions are those of x86-64'
    expect 0 "$LOOPC" build --portable "$TMP/odd.lua" -o odd
    objdump -d --no-show-raw-insn odd |
        awk '/^[0-9a-f]+ <.*>:$/ { name = $2 } { print name, $0 }' >code
    grep -q 'zmm' code || fail 'no version is for AVX-512'
    grep -q 'vfmadd.*ymm' code || fail 'no version is for AVX2'
    # what runs before a version is chosen runs everywhere
    if grep -E '^<(main|loopc_main|choose|has_v[34]|_start)>:' code | grep -E '[yz]mm'; then
        fail 'the choice itself needs AVX'
    fi
    nm odd >names
    grep -q ' t count_batch$' names || fail 'names of the versions are to be seen'
}

test_another_version_can_be_asked_for() {
    [ "$(uname -m)" = x86_64 ] || skip 'versions are those of x86-64'
    expect 0 "$LOOPC" build --portable --keep "$TMP/odd.lua" -o odd
    [ -s odd.c ] || fail 'the C was not kept'
    expect 2 env LOOPC_CPU=v9 ./odd
    same "$ERR" "odd: error: LOOPC_CPU: no version 'v9' that runs on this processor
odd: hint: plain, v3 (AVX2) or v4 (AVX-512)"
    expect 0 env LOOPC_CPU= ./odd --version
    has "$OUT" 'odd, made by loopc'
}

test_errors_are_those_of_the_spec() {
    cat >broken.lua <<'SPEC'
local L = loop "L" { on_a = node(1, [[ int x = nonsense; ]]) }
return trainer "broken" { L }
SPEC
    expect 2 "$LOOPC" build --portable broken.lua -o broken
    has "$ERR" 'broken.lua:1: error:'
    [ ! -e broken ] || fail 'there is a program'
}

run_tests

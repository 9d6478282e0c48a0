# loopc build --portable: one program with versions for several processors. That all of them learn the same is tests/program/test_bits.sh's.
. "$(dirname "$0")/../support/lib.sh"

# A net, and code of the trainer's own with names that can be seen from outside: those of the versions must not meet.
cat >"$TMP/odd.lua" <<'SPEC'
local Learn = loop "Learn" {
    times = 100,
    batch = { x = f32[7 * 5], labels = i32[7] },
    on_batch = node(1, [[
        for (int i = 0; i < 35; i++) $x[i] = loopc_rng_normal($points);
        for (int i = 0; i < 7; i++) $labels[i] = (int32_t)loopc_rng_below($points, 33);
        count_batch();
        $loss = net_train($net, $adam, $x, $labels, 7, 0.01f);
    ]]),
    after_run = node(2, [[ printf("%d batches, loss %a\n", batches, (double)$loss); ]]),
}
return trainer "odd" {
    Learn,
    code = [[
        void count_batch(void);
        int batches;
        void count_batch(void) { batches++; }
    ]],
    state = { loss = f32(0), points = rng {}, net = mlp { 5, 33, batch = 7 }, adam = optimizer { "adam", net = "net" } },
}
SPEC

portable() { # the program, built once; its C beside it
    [ -x "$TMP/odd" ] || expect 0 "$LOOPC" build --portable --keep "$TMP/odd.lua" -o "$TMP/odd"
    [ -s "$TMP/odd.c" ] || fail 'the C was not kept'
    cp "$TMP/odd" .
}

on_x86() { [ "$(uname -m)" = x86_64 ] || skip 'versions are those of x86-64'; }

test_each_version_is_made_for_its_processor() {
    on_x86
    if sanitized; then skip 'sanitizers make other code'; fi
    portable
    objdump -d --no-show-raw-insn odd |
        awk '/^[0-9a-f]+ <.*>:$/ { name = $2 } { print name, $0 }' >code
    grep -q 'zmm' code || fail 'no version is for AVX-512'
    grep -q 'vfmadd.*ymm' code || fail 'no version is for AVX2'
    # code that runs before a version is chosen runs everywhere
    if grep -E '^<(main|loopc_main|choose|has_v[34]|_start)>:' code | grep -E '[yz]mm'; then
        fail 'the choice itself needs AVX'
    fi
    nm odd >names
    grep -q ' t count_batch$' names || fail 'names of the versions are to be seen'
}

test_another_version_can_be_asked_for() {
    on_x86
    portable
    expect 2 env LOOPC_CPU=v9 ./odd
    same "$ERR" "odd: error: LOOPC_CPU: no version 'v9' that runs on this processor
odd: hint: plain, v3 (AVX2) or v4 (AVX-512)"
    expect 0 env LOOPC_CPU= ./odd --version
    has "$OUT" 'odd, made by loopc'
    expect 0 env LOOPC_CPU=plain ./odd
    has "$OUT" '100 batches, loss 0x'
}

test_nothing_but_the_program_is_left() {
    echo 'return trainer "empty" { loop "L" { on_a = node(1) } }' >empty.lua
    expect 0 "$LOOPC" build --portable empty.lua -o empty
    expect 0 ./empty
    same "$(echo *)" 'empty empty.lua'
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

# Nets from outside: for any layout of weights in a state, checkpoints, saved positions and lists of them
# have them row by row, of the width that the data has.
. "$(dirname "$0")/../support/lib.sh"

# A trainer whose net is as wide as its data, 18 of at most 40 columns; it prints its weights at the end.
build_trainer() {
    python3 - >samples.csv <<'PYTHON'
import random
random.seed(3)
for row in range(64):
    x = [random.gauss(0, 1) for _ in range(18)]
    print(*["%.6g" % v for v in x], int(x[0] > 0) + int(x[17] > 0), sep=",")
PYTHON
    cat >wide.lua <<'LUA'
local Fit = loop "Fit" {
    times = "$rounds",
    state = { rounds = i32 { 20, option = true }, loss = f32 {} },
    on_batch = node(1, [[ $loss = net_train_from($net, $adam, $train, 0, $iteration * 8 % 64, 8, 0.01f); ]]),
    after_run = node(2, [[
        static float w[33 * 18 + 33 + 3 * 33 + 3];
        if (!net_get_weights($net, w, 33 * 18 + 33 + 3 * 33 + 3)) $fail("no weights");
        for (int i = 0; i < 33 * 18 + 33 + 3 * 33 + 3; i++) printf("%a\n", (double)w[i]);
    ]]),
}
return trainer "wide" { Fit, state = {
    train = dataset { option = true, required = true },
    net = mlp { 4, 33, 3, batch = 8, inputs_from = "train", inputs_max = 40 },
    adam = optimizer { "adam", net = "net" } } }
LUA
    expect 0 "$LOOPC" build wide.lua -o wide
}

test_a_checkpoint_has_the_weights_row_by_row() {
    build_trainer
    expect 0 ./wide --train samples.csv --checkpoint ck
    printf '%s\n' "$OUT" >printed
    local file
    file=$(printf '%s\n' ck/wide-[0-9]*.safetensors | sort -V | tail -n 1)
    expect 0 python3 "$ROOT/tests/support/read_safetensors.py" "$file" net.layers.0.weight net.layers.0.bias net.layers.1.weight \
        net.layers.1.bias
    printf '%s\n' "$OUT" >stored
    python3 - <<'PYTHON'
numbers = lambda name: [float.fromhex(word) for word in open(name).read().split()]
assert numbers("stored") == numbers("printed"), "other weights, or another order"
assert len(set(numbers("stored"))) > 600
PYTHON
    expect 0 "$LOOPC" state "$file"
    for line in 'net.layers.0.weight +f32 +33x18' 'net.layers.1.weight +f32 +3x33' 'adam.layers.0.weight.m +f32 +33x18'; do
        grep -qE "^$line" <<<"$OUT" || fail "$OUT"
    done
}

test_a_run_goes_on_from_a_checkpoint() {
    build_trainer
    ./wide --train samples.csv >whole
    expect 0 ./wide --train samples.csv --checkpoint ck --save-every 7 --keep 9
    expect 0 ./wide --train samples.csv --checkpoint other --resume ck/wide-1.safetensors
    has "$("$LOOPC" state ck/wide-1.safetensors)" ', 7 steps,'
    diff whole - <<<"$OUT"
    cut -d, -f1-17,19 samples.csv >narrow.csv
    expect 2 ./wide --train narrow.csv --other-data --checkpoint other --resume ck/wide-1.safetensors
    has "$ERR" 'net.layers.0.weight is 33x18 in the file, 33x17 in the program'
}

# The step form saves the state as it is in memory.
test_a_saved_position_goes_on_in_a_new_process() {
    cat >narrow.lua <<'LUA'
local Fit = loop "Fit" {
    times = 12, state = { points = rng {}, x = f32[8 * 18], y = f32[8] },
    on_sample = node(1, [[
        for (int i = 0; i < 8 * 18; i++) $x[i] = loopc_rng_f32($points);
        for (int i = 0; i < 8; i++) $y[i] = $x[18 * i] * $x[18 * i + 17];
    ]]),
    on_batch = node(2, CALL [[ $loss = net_train($net, $adam, $x, $y, 8, 0.01f); ]]),
}
return trainer "narrow" { Fit, state = { loss = f32 {},
    net = mlp { 18, 33, 1, batch = 8, activation = "tanh", loss = "squared_error" }, adam = optimizer { "adam", net = "net" } } }
LUA
    "$LOOPC" gen --no-format --step --lib narrow.lua -o narrow.c
    cat >main.c <<'C'
#include "narrow.h"
int main(int argc, char **argv)
{
    static struct narrow s;
    char message[256] = "";
    narrow_init(&s, 1);
    if (argc == 3) {
        narrow_run(&s, atoi(argv[2]));
        return narrow_save(&s, argv[1], message, sizeof message);
    }
    if (argc == 2 && narrow_load(&s, argv[1], message, sizeof message)) return 1;
    const int st = narrow_resume(&s);
    printf("%d %a\n", (int)s.adam.step, (double)s.loss);
    return st;
}
C
    compile -include stdlib.h main.c narrow.c -o narrow
    expect 0 ./narrow
    local whole=$OUT steps
    has "$whole" '12 0x'
    for steps in 1 5 11; do
        expect 0 ./narrow position $steps
        expect 0 ./narrow position
        same "$OUT" "$whole"
    done
}

run_tests

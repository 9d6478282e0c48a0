# Nets of layers: against a reference in double precision, in the same bits by any number of threads and after a resume, and as
# exported. LAYER_STEPS (default 4) steps a net; make soak makes 50.
. "$(dirname "$0")/../support/lib.sh"
LAYER_STEPS=${LAYER_STEPS:-4}
cases=$ROOT/tests/program/layers/cases.py
reader=$ROOT/tests/support/read_model.py

# Every activation, loss, optimizer and layer learns as a tape of derivatives in Python says, up to 2e-6.
test_nets_learn_as_the_reference() {
    python3 -B "$cases" spec "$LAYER_STEPS" >nets.lua
    build nets.lua nets
    expect 0 ./nets
    printf '%s\n' "$OUT" >out.txt
    OUT=$(python3 -B "$cases" check "$LAYER_STEPS" <out.txt) || true
    has "$OUT" ' 0 not as the reference'
}

# PyTorch from the same weights and batches, in float64 and float32: each activation once, with each loss and optimizer, and the other
# kinds of layers with the masks of their dropouts; make soak has
# all activations with all losses and optimizers, 50 steps each.
test_nets_learn_as_those_of_pytorch() {
    local torch=$ROOT/tests/program/layers/with_torch.py part parts=short
    /usr/bin/python3 -c 'import importlib.util as u, sys; sys.exit(not u.find_spec("torch"))' || skip "python3-torch is not installed"
    if [ "$LAYER_STEPS" -ge 50 ]; then parts='short sgd plain adam adamw nadam radam rmsprop adagrad'; fi
    for part in $parts; do
        python3 -B "$torch" spec "$LAYER_STEPS" "$part" >torch.lua
        build torch.lua nets
        expect 0 ./nets
        printf '%s\n' "$OUT" >out.txt
        OUT=$(/usr/bin/python3 -B "$torch" check "$LAYER_STEPS" "$part" <out.txt) || true
        printf '%s\n' "$part: $OUT"
        has "$OUT" $'\nas PyTorch'
    done
}

# A net with every kind of layer, large enough for threads, as spec.lua; it learns from samples.csv.
make_trainer() {
    python3 - <<'PYTHON' >samples.csv
import random
random.seed(5)
for _ in range(200):
    x = [random.gauss(c, 1 + c) for c in range(6)]
    print(*["%.6g" % v for v in x], int(x[0] > x[2] / 3 - 1) + int(x[1] > 2), sep=",")
PYTHON
    head -n 40 samples.csv | cut -d, -f1-6 >unlabelled.csv
    cat >spec.lua <<'SPEC'
local Fit = loop "Fit" {
    times = 30, state = { loss = f32 { report = true } },
    on_batch = node(1, [[ $loss = net_train_from($net, $opt, $train, 7, $iteration * 40 % 200, 40, 0.01f); ]]),
    finally_run = node(9, [[
        static float w[80000];
        net_get_weights($net, w, net_parameters($net));
        uint64_t digest = 0;
        for (int i = 0; i < net_parameters($net); i++) {
            uint32_t bits;
            memcpy(&bits, &w[i], sizeof bits);
            digest = digest * 1099511628211u + bits;
        }
        printf("%016llx %a\n", (unsigned long long)digest, (double)$loss);
    ]]),
}
local acts = { "gelu", "gelu_tanh", "silu", "mish", "softplus", "softsign", "elu", "selu", "leaky_relu", "hard_tanh", "hard_sigmoid",
    "hard_swish" }
local layers = { inputs = 6, batch = 40, dense { 48, "relu" }, batch_norm {}, dropout { 0.1 } }
for _, name in ipairs(acts) do layers[#layers + 1] = residual { layer_norm {}, dense { 48, name }, dropout { 0.1 }, dense { 48, bias = false } } end
layers[#layers + 1] = dense { 3 }
layers.label_smoothing = 0.1
return trainer "deep" {
    state = {
        train = dataset { option = true, required = true, scale = "standard" },
        net = mlp(layers), opt = optimizer { "nadam", net = "net", clip_norm = 1, ema = 0.9, accumulate = 2 },
    },
    Fit,
}
SPEC
}

# agree CHECKPOINTS ROWS [--average]: predict, the C header and the ONNX file say the same of the same rows.
agree() {
    local what=("${@:3}") folder=arrays
    [ $# = 2 ] || folder=averages
    expect 0 ./deep predict --checkpoint "$1" --data "$2" "${what[@]}"
    printf '%s\n' "$OUT" >predicted.csv
    expect 0 ./deep export --checkpoint "$1" --npy "$folder" --c-header net.h --onnx net.onnx "${what[@]}"
    cat >use.c <<'C'
#include "net.h"
#include <stdio.h>
int main(void)
{
    float x[deep_net_inputs], y[deep_net_outputs];
    if (deep_net_self_check()) return 3;
    for (int n = 0; scanf("%f%*[,]", &x[n]) == 1;) {
        n = (n + 1) % deep_net_inputs;
        if (n > 0) continue;
        deep_net_predict(x, y);
        printf("%d", deep_net_class(y));
        for (int i = 0; i < deep_net_outputs; i++) printf(",%.9g", (double)y[i]);
        putchar('\n');
    }
    return 0;
}
C
    expect 0 gcc -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror use.c -lm -o use
    ./use <"$2" >c.csv
    expect 0 python3 "$reader" compare predicted.csv c.csv
    expect 0 python3 "$reader" onnx net.onnx "$2"
    printf '%s\n' "$OUT" >onnx.csv
    expect 0 python3 "$reader" compare predicted.csv onnx.csv
}

# The same bits by any number of threads and from any checkpoint; predict, the C header and the ONNX file say the same of the same rows.
test_threads_resumed_runs_and_exports_agree() {
    make_trainer
    build spec.lua deep
    expect 0 ./deep --train samples.csv
    local whole=$OUT
    for threads in 2 3; do
        expect 0 ./deep --train samples.csv --threads $threads
        same "$OUT" "$whole"
    done
    expect 0 ./deep --train samples.csv --checkpoint ck --save-every 7 --keep 9
    for saved in $(printf '%s\n' ck/deep-[0-9]*.safetensors | sort -V | head -n 3); do
        expect 0 ./deep --train samples.csv --resume "$saved"
        same "$OUT" "$whole"
    done
    if [ "$LAYER_STEPS" -ge 50 ]; then
        expect 0 env CC=clang "$LOOPC" build spec.lua -o deep_clang
        expect 0 ./deep_clang --train samples.csv
        same "$OUT" "$whole"
    fi
    agree ck unlabelled.csv
    agree ck unlabelled.csv --average
    cmp -s arrays/net.layers.0.weight.npy averages/net.layers.0.weight.npy && fail "the average has the weights themselves"
    python3 "$ROOT/tests/support/read_safetensors.py" "$(printf '%s\n' ck/deep-[0-9]*.safetensors | sort -V | tail -n 1)" \
        opt.layers.0.weight.average | tr ' ' '\n' | grep -m 1 '^-*0x' >first.txt
    python3 - <<'PYTHON'
import struct
assert float.fromhex(open("first.txt").read()) == struct.unpack("<f", open("averages/net.layers.0.weight.npy", "rb").read()[128:132])[0]
PYTHON
}

# A table of 200 rows: a category of 5, a number, a category of 9, a number, a class.
make_rides() {
    python3 - <<'PYTHON' >rides.csv
import random
random.seed(5)
for _ in range(200):
    kind, place, x, y = random.randrange(5), random.randrange(9), random.gauss(50, 9), random.gauss(0, 1)
    print(kind, "%.5g" % x, place, "%.5g" % y, (kind * 3 + place + (x > 50)) % 3, sep=",")
PYTHON
    head -n 40 rides.csv | cut -d, -f1-4 >unlabelled.csv
}

# Embeddings: the same bits by any number of threads and after a resume; predict, the C header and the ONNX file agree; what is no
# category is refused before the first step, and by predict.
test_embeddings_of_categories() {
    make_trainer
    make_rides
    sed 's/mlp(layers)/mlp { inputs = 4, batch = 40, embedding { 5, 3 }, embedding { 9, 18, column = 3 }, batch_norm {},\
        dense { 160, "gelu" }, dense { 160, "relu" }, dense { 3 } }/; s/scale = "standard"/header = false/' spec.lua >rides.lua
    build rides.lua deep
    expect 0 ./deep --train rides.csv
    local whole=$OUT
    expect 0 ./deep --train rides.csv --threads 3
    same "$OUT" "$whole"
    rm -rf ck arrays
    expect 0 ./deep --train rides.csv --checkpoint ck --save-every 12
    expect 0 ./deep --train rides.csv --resume ck/deep-1.safetensors
    same "$OUT" "$whole"
    agree ck unlabelled.csv
    same "$(head -c 128 arrays/net.layers.1.weight.npy | grep -c "'shape': (9, 18)")" 1
    sed '7s/^[0-9]*/5/' rides.csv >odd.csv
    expect 2 ./deep --train odd.csv
    has "$ERR" 'row 7, input 1 of odd.csv is 5, and net embeds whole numbers from 0 to 4'
    expect 2 ./deep --train rides.csv --train-scale standard
    has "$ERR" 'embedded columns are neither scaled'
    cut -d, -f1-4 odd.csv >odd_rows.csv
    expect 2 ./deep predict --checkpoint ck --data odd_rows.csv
    has "$ERR" 'row 7, '
}

run_tests

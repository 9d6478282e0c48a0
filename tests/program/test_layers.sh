# Nets of layers: against a reference in double precision, in the same bits by any number of threads and after a resume, and as
# exported. LAYER_STEPS (default 4) steps a net; make soak makes 50.
. "$(dirname "$0")/../support/lib.sh"
LAYER_STEPS=${LAYER_STEPS:-4}
cases=$ROOT/tests/program/layers/cases.py
reader=$ROOT/tests/support/read_model.py

# Every activation, loss, optimizer and layer learns as a tape of derivatives in Python says, up to 2e-6.
test_nets_learn_as_the_reference() {
    python3 "$cases" spec "$LAYER_STEPS" >nets.lua
    expect 0 env CFLAGS="$CFLAGS -O0" "$LOOPC" build nets.lua -o nets
    expect 0 ./nets
    printf '%s\n' "$OUT" >out.txt
    OUT=$(python3 "$cases" check "$LAYER_STEPS" <out.txt) || true
    has "$OUT" ' 0 not as the reference'
}

# A net with every kind of layer, large enough for threads; it learns from samples.csv.
make_trainer() {
    python3 - <<'PYTHON' >samples.csv
import random
random.seed(5)
for _ in range(200):
    x = [random.gauss(c, 1 + c) for c in range(6)]
    print(*["%.6g" % v for v in x], int(x[0] > x[2] / 3 - 1) + int(x[1] > 2), sep=",")
PYTHON
    cut -d, -f1-6 samples.csv >unlabelled.csv
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
    expect 0 "$LOOPC" build spec.lua -o deep
}

# The same bits by any number of threads and from any checkpoint; predict, the C header and the ONNX file say the same of the same rows.
test_threads_resumed_runs_and_exports_agree() {
    make_trainer
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
    expect 0 ./deep predict --checkpoint ck --data unlabelled.csv
    printf '%s\n' "$OUT" >predicted.csv
    expect 0 ./deep export --checkpoint ck --npy arrays --c-header net.h --onnx net.onnx
    cat >use.c <<'C'
#include "net.h"
#include <stdio.h>
int main(void)
{
    float x[deep_net_inputs], y[deep_net_outputs];
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
    ./use <unlabelled.csv >c.csv
    expect 0 python3 "$reader" compare predicted.csv c.csv
    expect 0 python3 "$reader" onnx net.onnx unlabelled.csv
    printf '%s\n' "$OUT" >onnx.csv
    expect 0 python3 "$reader" compare predicted.csv onnx.csv
}

run_tests

# Nets that begin at a layer of another net: two heads on one trunk.
. "$(dirname "$0")/../support/lib.sh"
reader=$ROOT/tests/support/read_model.py

# One step of the trunk has the derivatives of all heads, from the end of a branch and from the first layer, with a loss of its own and
# without: as central differences say, and PyTorch.
test_heads_pass_their_derivatives_back() {
    cat >two.lua <<'SPEC'
local Main = loop "Main" {
    times = 4, state = { x = f32[12], y = f32[8], labels = i32[4], loss = f32 },
    on_batch = node(1, [[
        for (int i = 0; i < 12; i++) $x[i] = (float)loopc_rng_normal($rows);
        for (int i = 0; i < 8; i++) $y[i] = (float)loopc_rng_normal($rows);
        for (int i = 0; i < 4; i++) $labels[i] = (int32_t)loopc_rng_below($rows, 3);
        print_floats("x", $x, 12);
        print_floats("y", $y, 8);
        printf("labels %d %d %d %d\n", $labels[0], $labels[1], $labels[2], $labels[3]);
    ]]),
    after_batch = node(2, [[
        float policy[200], value[100], lone[10], seen[12];
        const bool own = $iteration % 2 == 0;
        policy_get_weights($policy, policy, policy_parameters($policy));
        value_get_weights($value, value, value_parameters($value));
        lone_get_weights($lone, lone, lone_parameters($lone));
        print_floats("policy", policy, policy_parameters($policy));
        print_floats("value", value, value_parameters($value));
        print_floats("lone", lone, lone_parameters($lone));
        policy_zero_grad($policy), value_zero_grad($value), lone_zero_grad($lone);
        policy_forward_train($policy, $x, 4);
        const float *a = value_forward_train($value, $policy, 4), *b = lone_forward($lone, $policy, 4);
        for (int i = 0; i < 4; i++) seen[3 * i] = a[2 * i], seen[3 * i + 1] = a[2 * i + 1], seen[3 * i + 2] = b[i];
        const float first[4] = {$y[0], $y[2], $y[4], $y[6]};
        $loss = value_loss($value, $y, 4) + lone_loss($lone, first, 4);
        if (own) $loss += policy_loss($policy, $labels, 4);
        else policy_zero_delta($policy, 4);
        value_backward($value, $policy, 4);
        lone_backward($lone, $policy, 4);
        policy_backward($policy, 4);
        policy_opt_step($policy_opt, $policy, 1.0f);
        value_opt_step($value_opt, $value, 1.0f);
        lone_opt_step($lone_opt, $lone, 1.0f);
        policy_get_weights($policy, policy, policy_parameters($policy));
        value_get_weights($value, value, value_parameters($value));
        lone_get_weights($lone, lone, lone_parameters($lone));
        print_floats("policy_after", policy, policy_parameters($policy));
        print_floats("value_after", value, value_parameters($value));
        print_floats("lone_after", lone, lone_parameters($lone));
        print_floats("seen", seen, 12);
        printf("own %d\nloss %a\n", own, (double)$loss);
    ]]),
}
return trainer "two" {
    state = {
        rows = rng {},
        value = mlp { from = "policy.body", dense { 4, "silu" }, dense { 2 }, loss = "squared_error" },
        lone = mlp { from = "policy.0", dense { 1 }, loss = "squared_error" },
        policy = mlp { inputs = 3, batch = 4, dense { 6, "tanh" }, residual { dense { 6, "gelu" }, dense { 6, "relu", name = "body" } },
            dense { 3 } },
        policy_opt = optimizer { "sgd", net = "policy" }, value_opt = optimizer { "sgd", net = "value" },
        lone_opt = optimizer { "sgd", net = "lone" },
    },
    code = [[
        static void print_floats(const char *name, const float *values, int32_t count)
        {
            printf("%s", name);
            for (int32_t i = 0; i < count; i++) printf(" %a", (double)values[i]);
            printf("\n");
        }
    ]],
    Main,
}
SPEC
    expect 0 env CFLAGS="$CFLAGS -O0" "$LOOPC" build two.lua -o two
    expect 0 ./two
    printf '%s\n' "$OUT" >out.txt
    local python=python3
    if [ -x /usr/bin/python3 ]; then python=/usr/bin/python3; fi # that of the system has python3-torch, if any has
    expect 0 $python -B "$ROOT/tests/program/layers/heads.py" out.txt
    has "$OUT" $'\nas the reference'
}

# A trunk with dropout and norms that learns classes from a table, and a head that learns a number; both large enough for threads.
make_trainer() {
    python3 - <<'PYTHON' >samples.csv
import random
random.seed(5)
for _ in range(60):
    x = [random.gauss(c, 1 + c) for c in range(3)]
    print(*["%.6g" % v for v in x], int(x[0] > 0) + int(x[1] > 1), sep=",")
PYTHON
    cut -d, -f1-3 samples.csv >unlabelled.csv
    cat >spec.lua <<'SPEC'
local Fit = loop "Fit" {
    times = 12, state = { loss = f32 { report = true }, x = f32[60], y = f32[20], labels = i32[20] },
    on_batch = node(1, [[
        loopc_dataset_take($train, 7, $iteration % 3 * 20, 20, $x, $labels);
        for (int i = 0; i < 20; i++) $y[i] = $x[3 * i] * $x[3 * i + 1];
        net_zero_grad($net), value_zero_grad($value);
        net_forward_train($net, $x, 20);
        value_forward_train($value, $net, 20);
        $loss = net_loss($net, $labels, 20) + value_loss($value, $y, 20);
        value_backward($value, $net, 20);
        net_backward($net, 20);
        net_opt_step($net_opt, $net, 0.01f);
        value_opt_step($value_opt, $value, 0.01f);
        printf("%a\n", (double)$loss);
    ]]),
    finally_run = node(9, [[
        net_forward($net, $x, 20);
        const float *values = value_forward($value, $net, 20);
        FILE *const file = fopen("seen.csv", "w");
        for (int i = 0; i < 20; i++)
            fprintf(file, "%.9g,%.9g,%.9g,%.9g\n", (double)$x[3 * i], (double)$x[3 * i + 1], (double)$x[3 * i + 2], (double)values[i]);
        fclose(file);
    ]]),
}
return trainer "deep" {
    state = {
        train = dataset { option = true, required = true, columns = 3 },
        net = mlp { inputs = 3, batch = 20, dense { 150, "relu" }, batch_norm {}, dropout { 0.2 },
            residual { dense { 150, "gelu", name = "trunk" } }, layer_norm {}, dense { 3 } },
        value = mlp { from = "net.trunk", dropout { 0.1 }, residual { dense { 150, "tanh" } }, dense { 1 }, loss = "squared_error" },
        net_opt = optimizer { "adamw", net = "net", ema = 0.9 }, value_opt = optimizer { "adam", net = "value", clip_norm = 1 },
    },
    Fit,
}
SPEC
    expect 0 "$LOOPC" build spec.lua -o deep
}

# Any number of threads makes the same bits, as a resumed run does; what is predicted and exported of a head has its trunk in it, with the weights of the run.
test_heads_are_resumed_and_exported() {
    make_trainer
    expect 0 ./deep --train samples.csv --checkpoint ck --save-every 5 --keep 9
    printf '%s\n' "$OUT" >whole.txt
    mv seen.csv first.csv
    for threads in 2 3; do
        expect 0 ./deep --train samples.csv --threads $threads
        same "$OUT" "$(cat whole.txt)"
        same "$(cat seen.csv)" "$(cat first.csv)"
    done
    expect 0 ./deep --train samples.csv --resume ck/deep-1.safetensors
    same "$(printf '%s\n' "$OUT" | tail -n 1)" "$(tail -n 1 whole.txt)"
    same "$(cat seen.csv)" "$(cat first.csv)"
    expect 0 ./deep predict --checkpoint ck --net value --data unlabelled.csv
    printf '%s\n' "$OUT" | sed -n 's/^[0-9-]/0,&/p' >predicted.csv # the reader puts a class first
    expect 0 ./deep export --checkpoint ck --net value --npy arrays --c-header value.h --onnx value.onnx
    same "$(cd arrays && printf '%s ' net.layers.*.weight.npy value.layers.*.npy)" \
        "net.layers.0.weight.npy net.layers.1.weight.npy net.layers.2.weight.npy value.layers.0.bias.npy value.layers.0.weight.npy \
value.layers.1.bias.npy value.layers.1.weight.npy "
    expect 0 python3 "$reader" onnx value.onnx unlabelled.csv
    printf '%s\n' "$OUT" >onnx.csv
    expect 0 python3 "$reader" compare predicted.csv onnx.csv
    cat >use.c <<'C'
#include "value.h"
#include <stdio.h>
int main(void)
{
    float x[3], y[1], seen;
    double worst = 0;
    while (scanf("%f,%f,%f,%f", &x[0], &x[1], &x[2], &seen) == 4) {
        deep_value_predict(x, y);
        worst = fmax(worst, fabs((double)y[0] - (double)seen));
    }
    puts(worst < 1e-5 ? "as in the run" : "NOT as in the run");
    return 0;
}
C
    expect 0 gcc -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror use.c -lm -o use
    same "$(./use <first.csv)" 'as in the run'
    expect 2 ./deep export --checkpoint ck --net value --onnx value.onnx --average
    has "$ERR" 'no average of the weights of value'
}

run_tests

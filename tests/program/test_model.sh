# Exported models: the files of export, read by other programs, agree with the trainer's predictions.
. "$(dirname "$0")/../support/lib.sh"
data=${LOOPC_SHARED:+$LOOPC_SHARED/data}
reader=$ROOT/tests/support/read_model.py

# Samples of COLUMNS numbers far from 0 and of two classes, as CSV, with their labels.
make_samples() {
    python3 - "$1" "$2" >samples.csv <<'PYTHON'
import random, sys
rows, columns = int(sys.argv[1]), int(sys.argv[2])
random.seed(5)
for _ in range(rows):
    x = [random.gauss(3 * c, 1 + c) for c in range(columns)]
    x[1] = 7 # a column of one value
    print(*["%.6g" % v for v in x], int(x[0] > x[2] / 3 - 2), sep=",")
PYTHON
    sed 's/,[01]$//' samples.csv >unlabelled.csv
}

# A trainer with one net, FIELDS its arguments; trained on samples.csv it is in ck.
make_trainer() {
    cat >spec.lua <<LUA
local Fit = loop "Fit" {
    times = 30,
    state = { x = f32[8 * 16], labels = i32[8], rows = i32 {} },
    on_batch = node(1, [[
        \$rows = loopc_dataset_take(\$train, 0, \$iteration * 8 % \$train->rows, 8, \$x, \$labels);
        \$loss = net_train(\$net, \$opt, \$x, \$labels, \$rows, 0.05f);
    ]]),
}
return trainer "small" {
    state = {
        train = dataset { option = true, required = true, scale = "standard" },
        loss = f32 {},
        net = mlp { 4, 6, 5, 2, batch = 8, inputs_from = "train", inputs_max = 16, $1 },
        opt = optimizer { "sgd", net = "net" },
    },
    Fit,
}
LUA
    build spec.lua small
    expect 0 ./small --train samples.csv --checkpoint ck
}

latest() {
    printf '%s\n' ck/small-[0-9]*.safetensors | sort -V | tail -n 1
}

# The output of predict, of the C and of the ONNX for the same rows are the same numbers.
compare() {
    expect 0 ./small predict --checkpoint ck --data unlabelled.csv
    printf '%s\n' "$OUT" >predicted.csv
    expect 0 ./small export --checkpoint ck --npy arrays --c-header net.h --onnx net.onnx
    same "$OUT$ERR" ''
    cat >use.c <<'C'
#include "net.h"
#include <stdio.h>
int main(void)
{
    float x[small_net_inputs], y[small_net_outputs];
    if (small_net_self_check()) return 3;
    for (int n = 0; scanf("%f%*[,]", &x[n]) == 1;) {
        n = (n + 1) % small_net_inputs;
        if (n > 0) continue;
        small_net_predict(x, y);
        printf("%d", small_net_class(y));
        for (int i = 0; i < small_net_outputs; i++) printf(",%.9g", (double)y[i]);
        putchar('\n');
    }
    return 0;
}
C
    for compiler in gcc clang; do
        expect 0 "$compiler" -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror use.c -lm -o use
        ./use <unlabelled.csv >c.csv
        expect 0 python3 "$reader" compare predicted.csv c.csv
    done
    expect 0 python3 "$reader" onnx net.onnx unlabelled.csv
    printf '%s\n' "$OUT" >onnx.csv
    expect 0 python3 "$reader" compare predicted.csv onnx.csv
    expect 0 python3 "$reader" arrays arrays net.onnx
}

test_exports_agree_with_softmax() {
    make_samples 40 4
    make_trainer 'activation = "relu"'
    compare
    head -n 1 predicted.csv | grep -qx 'class,output_0,output_1' || fail "the head is $(head -n 1 predicted.csv)"
    same "$(wc -l <predicted.csv)" 41
}

test_exports_agree_with_the_other_activations() {
    make_samples 40 4
    make_trainer 'activation = "tanh"'
    compare
    sed -i 's/"tanh"/"sigmoid"/' spec.lua
    rm -r ck
    build spec.lua small
    expect 0 ./small --train samples.csv --checkpoint ck
    compare
}

test_a_net_with_one_output() {
    build "$ROOT/specs/08_xor.lua" xor
    expect 0 ./xor --checkpoint ck --save-every 300steps --every 0
    printf '%s\n' -0.5,-0.5 -0.5,0.5 0.5,-0.5 0.5,0.5 >points.csv
    expect 0 ./xor predict --checkpoint ck --data points.csv
    same "$(echo "$OUT" | cut -c 1-6 | tr '\n' ' ')" 'output -0.455 0.4680 0.4680 -0.455 '
    expect 0 ./xor export --checkpoint ck --npy arrays --c-header net.h --onnx net.onnx
    expect 0 python3 "$reader" onnx net.onnx points.csv
    same "$(echo "$OUT" | cut -d , -f 2 | cut -c 1-6 | tr '\n' ' ')" '-0.455 0.4680 0.4680 -0.455 '
    expect 0 python3 -c 'import sys; assert b"(1,)" in open(sys.argv[1], "rb").read()' arrays/net.layers.1.bias.npy
}

test_the_width_and_the_scale_are_those_of_the_checkpoint() {
    make_samples 40 7
    make_trainer 'activation = "relu"'
    compare
    expect 0 ./small predict --resume "$(latest)" --data samples.csv
    has "$ERR" 'accuracy'
    same "$OUT" "$(cat predicted.csv)"
}

test_predictions_are_those_of_training() {
    [ -d "$data" ] || skip no shared data
    expect 0 "$LOOPC" build "$ROOT/specs/09_digits.lua" -o digits
    expect 0 ./digits --train "$data/optdigits.tra" --test "$data/optdigits.tes" --epochs 2 --checkpoint ck
    local said
    said=$(printf '%s\n' "$OUT" | sed -n 's/^test //p')
    expect 0 ./digits predict --checkpoint ck --data "$data/optdigits.tes"
    has "$ERR" "$said"
}

# Each column by its name, or all of them by one, which is the name of the tensor.
test_names_of_inputs_and_outputs() {
    make_samples 40 4
    make_trainer 'activation = "relu"'
    local take=(./small export --checkpoint ck --onnx net.onnx --c-header net.h)
    expect 0 "${take[@]}" --input-names 'width,"the" height,x,y' --output-names no,yes
    printf '#include "net.h"\n#include <stdio.h>\nint main(void) { puts(small_net_input_name(1)); puts(small_net_class_name(1)); }\n' >names.c
    expect 0 gcc -std=c11 -Wall -Wextra -Wpedantic -Werror names.c -lm -o names
    same "$(./names)" $'"the" height\nyes'
    expect 0 python3 "$reader" metadata net.onnx
    has "$OUT" '["width", "\"the\" height", "x", "y"]'
    has "$OUT" '["no", "yes"]'
    expect 0 "${take[@]}" --input-names image --output-names probabilities
    expect 0 python3 "$reader" tensors net.onnx
    same "$OUT" 'image -> probabilities'
    expect 0 python3 "$reader" onnx net.onnx unlabelled.csv
    printf '%s\n' "$OUT" >onnx.csv
    expect 0 ./small predict --checkpoint ck --data unlabelled.csv
    printf '%s\n' "$OUT" >predicted.csv
    expect 0 python3 "$reader" compare predicted.csv onnx.csv
    rm net.*
    while IFS='|' read -r inputs outputs why; do
        expect 2 "${take[@]}" --input-names "$inputs" --output-names "$outputs"
        has "$ERR" "$why"
    done <<'TABLE'
a,b|yes,no|--input-names: 2 names for 4 inputs
a,b,,d|yes,no|--input-names: name 3 is empty
a,b,c,d|yes,yes|--output-names: 'yes' is there twice
q|q|'q' and 'q' cannot name the input and the output
z1|y|'z1' and 'y' cannot name the input and the output
x|scaled|'x' and 'scaled' cannot name the input and the output
TABLE
    lacks "$(ls)" net.
    expect 0 ./small export --checkpoint ck --c-header net.h --input-names scaled
}

# The self-check of a header fails where one weight is another, and where predict is.
test_a_header_checks_itself() {
    make_samples 40 4
    make_trainer 'activation = "tanh"'
    expect 0 ./small export --checkpoint ck --c-header net.h
    printf '#include "net.h"\nint main(void) { return small_net_self_check(); }\n' >check.c
    check() { gcc -std=c11 -Wall -Wextra -Werror check.c -lm -o check && expect "$1" ./check; }
    check 0
    cp net.h good.h
    sed -i '0,/_w1\[/{/_w1\[/{n;s/    -\?[0-9.e-]*f,/    9.5f,/}}' net.h
    lacks "$(diff good.h net.h | grep -c '^[<>]')" 0
    check 1
    sed 's/tanhf(/sinf(/' good.h >net.h
    check 1
}

test_wrong_use_is_told() {
    make_samples 40 4
    make_trainer 'activation = "relu"'
    expect 2 ./small export --checkpoint ck
    has "$ERR" 'export needs --npy'
    expect 2 ./small predict --checkpoint ck
    has "$ERR" 'predict needs --data'
    expect 2 ./small predict --data samples.csv
    has "$ERR" 'A checkpoint is needed'
    expect 2 ./small predict --data samples.csv --checkpoint nowhere
    has "$ERR" 'nowhere'
    expect 2 ./small predict --data samples.csv --npy there --checkpoint ck
    has "$ERR" "unknown flag '--npy'"
    expect 2 ./small predict --data spec.lua --checkpoint ck
    expect 2 ./small export --npy there --train samples.csv --checkpoint ck
    same "$ERR" "small: error: unknown flag '--train'
small: hint: --help lists the flags there are"
    expect 2 ./small export --npi there --checkpoint ck
    has "$ERR" "did you mean '--npy'?"
    expect 2 ./small export --npy there --net nut --checkpoint ck
    has "$ERR" "there is no net 'nut', but: net"
    expect 2 ./small export --npy there --resume samples.csv
    has "$ERR" 'samples.csv'
    expect 1 ./small export --c-header /dev/full --checkpoint ck
    has "$ERR" 'cannot write /dev/full'
    expect 1 ./small export --onnx no/net.onnx --checkpoint ck
    has "$ERR" 'no/net.onnx'
}

test_a_damaged_checkpoint_is_passed_over() {
    make_samples 40 4
    make_trainer 'activation = "relu"'
    cp "$(latest)" ck/small-99.safetensors
    printf x | dd of=ck/small-99.safetensors bs=1 seek=900 conv=notrunc 2>dd
    expect 0 ./small predict --checkpoint ck --data unlabelled.csv
    has "$ERR" 'warning: ck/small-99.safetensors'
    same "$(printf '%s\n' "$OUT" | wc -l)" 41
}

test_programs_without_a_net_have_no_verbs() {
    build "$ROOT/specs/01_nested.lua" nested
    expect 2 ./nested export --npy there
    has "$ERR" "unexpected argument 'export'"
    expect 0 ./nested --help
    lacks "$OUT" 'predict'
}

run_tests

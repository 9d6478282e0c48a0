#!/usr/bin/env bash
# Data sets and the nets that they feed: mismatches are refused before the first step, and the scaling of
# training is repeated by predict, though the spec does not say which data set feeds the net.
. "$(dirname "$0")/../support/lib.sh"

# A trainer that learns from --train: NET the net's arguments, ANSWERS "labels" or "targets", DATA the data set's, TIMES.
make_trainer() {
    local type=i32 take=loopc_dataset_take
    [ "$2" = labels ] || { type=f32 take=loopc_dataset_take_targets; }
    cat >spec.lua <<LUA
local Fit = loop "Fit" { times = 20, on_epoch = node(1) }
local Train = loop "Train" {
    call_on = { Fit.on_epoch }, times = "${4:-(\$train->rows + 7) / 8}",
    state = { x = f32[8 * 16], answers = $type[8 * 4], rows = i32 {}, loss = f32 { report = true } },
    on_batch = node(1, [[
        \$rows = $take(\$train, 0, \$iteration * 8, 8, \$x, \$answers);
        \$loss = net_train(\$net, \$adam, \$x, \$answers, \$rows, 0.02f);
    ]]),
}
return trainer "fed" {
    Fit, Train,
    state = { train = dataset { option = true, required = true, $3 }, net = mlp { $1, batch = 8 }, adam = optimizer { "adam", net = "net" } },
}
LUA
    build spec.lua fed
}

# Points of three classes, their first number in thousands: 60 rows x, y, class.
make_classes() {
    python3 - >classes.csv <<'PYTHON'
import random
random.seed(3)
for row in range(60):
    kind = row % 3
    print("%.4f,%.4f,%d" % (5000 + 900 * kind + random.gauss(0, 100), random.gauss(kind % 2, 0.2), kind))
PYTHON
}

# 40 rows x, z, and two values of them.
make_values() {
    python3 - >values.csv <<'PYTHON'
import random
random.seed(4)
for _ in range(40):
    x, z = random.uniform(-1, 1), random.uniform(-1, 1)
    print("%.4f,%.4f,%.4f,%.4f" % (x, z, x + z, x - 3 * z))
PYTHON
}

test_predict_scales_as_training_did() {
    make_classes
    make_trainer '2, 8, 3' labels 'scale = "standard"'
    expect 0 ./fed --train classes.csv --checkpoint ck
    expect 0 ./fed predict --checkpoint ck --data classes.csv
    has "$ERR" 'accuracy 1.0000'
    expect 0 ./fed export --checkpoint ck --c-header net.h
    grep -q 'fed_net_mean' net.h || fail "the header knows no scale"
}

test_a_net_of_classes_wants_labels() {
    make_values
    make_trainer '2, 8, 3' labels 'label = false'
    expect 2 ./fed --train values.csv
    has "$ERR" '--train: values.csv has 4 columns, and net 2 inputs'
    make_trainer '4, 8, 3' labels 'label = false'
    expect 2 ./fed --train values.csv
    has "$ERR" 'fed: error: --train: values.csv has no labels, and net learns classes'
    has "$ERR" 'hint: label = "..." of the data set names the column of the class'
    make_classes
    make_trainer '2, 8, 3' labels ''
    grep ',0$' classes.csv >one.csv
    expect 2 ./fed --train one.csv
    has "$ERR" "--train: one.csv has rows of class '0' alone: net has no other class to tell it from"
    has "$ERR" 'hint: --train-label <column> names another column as the class'
}

test_a_net_of_values_wants_targets() {
    make_classes
    make_trainer '2, 8, 1, loss = "squared_error"' targets 'header = false'
    expect 2 ./fed --train classes.csv
    has "$ERR" '--train: classes.csv has no targets, and net learns values'
    has "$ERR" 'targets = { "..." } of the data set names the columns that are to be predicted, 1 of them'
}

test_the_numbers_of_columns_agree() {
    make_classes
    make_values
    make_trainer '2, 8, 2' labels ''
    expect 2 ./fed --train classes.csv
    has "$ERR" '--train: classes.csv has 3 classes, and net 2 outputs'
    has "$ERR" 'the last size of net is the number of classes: net = mlp { ..., 3 }'
    make_trainer '3, 8, 3' labels ''
    expect 2 ./fed --train classes.csv
    has "$ERR" '--train: classes.csv has 2 columns, and net 3 inputs'
    has "$ERR" 'the first size of the net is the number of columns: 2'
    make_trainer '2, 8, 2, loss = "squared_error"' targets 'targets = 2'
    expect 0 ./fed --train values.csv
}

test_a_cross_entropy_wants_targets_from_0_to_1() {
    make_values
    make_trainer '2, 8, 2, loss = "cross_entropy", output = "sigmoid"' targets 'targets = 2'
    expect 2 ./fed --train values.csv
    has "$ERR" 'and the cross-entropy of net takes targets from 0 to 1'
    has "$ERR" 'loss = "squared_error"'
    make_trainer '2, 8, 2, loss = "squared_error", output = "tanh"' targets 'targets = 2'
    expect 0 ./fed --train values.csv
    has "$ERR" 'which no output of net reaches (tanh)'
}

test_rows_that_are_left_out_are_told() {
    make_classes
    make_trainer '2, 8, 3' labels '' '$train->rows / 8'
    has "$ERR" "warning: loop 'Train' runs \$train->rows / 8 times: the last rows % 8 of 'train' are never seen"
    expect 0 ./fed --train classes.csv
    has "$ERR" 'fed: warning: --train: loop Train takes 8 rows at a time and leaves out the last 4 of 60 rows of classes.csv'
    head -n 7 classes.csv >few.csv
    expect 2 ./fed --train few.csv
    has "$ERR" 'few.csv has 7 rows, and loop Train takes 8 at a time: it would learn nothing'
    has "$ERR" 'times = "($train->rows + 7) / 8"'
}

test_an_array_of_the_wrong_type_does_not_compile() {
    make_trainer '2, 8, 3' labels ''
    sed 's/\$rows = .*/int32_t x[16]; loopc_dataset_take($train, 0, 0, 8, x, $answers);/' spec.lua >local.lua
    expect 2 "$LOOPC" build local.lua -o local
    has "$ERR" 'local.lua:6: error: '
    has "$ERR" 'incompatible'
}

# The functions of `code` are followed with the arguments of bodies, over two calls here.
test_functions_of_code_are_followed() {
    make_classes
    make_values
    make_trainer '2, 8, 3' labels 'scale = "standard"'
    add_functions() {
        sed 's/^        \$rows = .*/float x[16]; \$rows = read_rows(\$train, \$iteration * 8, x, \$answers);/; s/net_train(.*/learn(\$net, \$adam, x, \$answers, \$rows);/
            s/    state = { train/    code = [[\
static int32_t read_rows(const struct loopc_dataset *d, int64_t at, float *x, '"$1"' *answers)\
{ return '"$2"'(d, 0, at, 8, x, answers); }\
static float step(struct fed_net *net, struct fed_adam *adam, const float *rows, const '"$1"' *answers, int32_t count)\
{ return net_train(net, adam, rows, answers, count, 0.02f); }\
static float learn(struct fed_net *n, struct fed_adam *a, const float *x, const '"$1"' *answers, int32_t rows)\
{ const float *batch = x; return step(n, a, batch, answers, rows); }]],\
&/' spec.lua >code.lua
        build code.lua code
    }
    add_functions int32_t loopc_dataset_take
    expect 0 ./code --train classes.csv --checkpoint ck
    expect 0 ./code predict --checkpoint ck --data classes.csv
    has "$ERR" 'accuracy 1.0000'
    has "$("$LOOPC" explain code.lua)" 'train  net learns labels from it; its inputs are scaled as these'
    cut -d , -f 1,2 values.csv >inputs.csv
    expect 2 ./code --train inputs.csv --train-label none
    has "$ERR" 'has no labels, and net learns classes'
    make_trainer '2, 8, 2, loss = "squared_error"' targets ''
    add_functions float loopc_dataset_take_targets
    expect 2 ./code --train values.csv --train-label none --train-ignore c3,c4
    has "$ERR" 'values.csv has no targets, and net learns values'
}

# NET_train takes no weights of rows: nothing learns from rows that have some without them.
test_weights_that_a_call_leaves_out_are_refused() {
    make_values
    make_trainer '2, 8, 1, loss = "squared_error"' targets ''
    sed 's/net_train(.*/$iteration > 0 ? net_train($net, $adam, $x, $answers, $rows, 0.02f)\
            : net_train_from($net, $adam, $train, 0, 0, 8, 0.02f);/' spec.lua >both.lua
    build both.lua both
    { echo x,z,w,y; sed 's/-//g' values.csv; } >weighted.csv
    expect 0 ./both --train weighted.csv --train-targets y --train-ignore w
    expect 2 ./both --train weighted.csv --train-targets y --train-weight w
    has "$ERR" 'weighted.csv has weights of rows, and net_train takes none'
    has "$ERR" 'hint: net_train_from does, and bodies by loopc_dataset_take_weights'
    sed 's/required = true, /required = true, weight = "w", targets = { "y" }/' both.lua >said.lua
    expect 2 "$LOOPC" check said.lua
    has "$ERR" "data set 'train' has weights of rows, and net_train takes none"
    sed 's/^ *.loss = /        float w[8]; loopc_dataset_take_weights($train, 0, 0, 8, w);\
&/' said.lua >own.lua
    expect 0 "$LOOPC" check own.lua
}

# C functions of a header are not followed: then the inputs of a net are unknown.
test_what_is_not_known_is_refused() {
    make_classes
    make_trainer '2, 8, 3' labels 'scale = "standard"'
    sed 's/^        \$rows = .*/float x[16]; \$rows = read_rows(\$train, 0, \$iteration * 8, 8, x, \$answers);/; s/net_train(\$net, \$adam, \$x/net_train($net, $adam, x/
        s/    state = { train/    include = { "rows.h" },\
&/' spec.lua >hidden.lua
    cat >rows.h <<'C'
static inline int32_t read_rows(const struct loopc_dataset *d, uint64_t key, int64_t at, int32_t rows, float *x, int32_t *labels)
{ return loopc_dataset_take(d, key, at, rows, x, labels); }
C
    build hidden.lua hidden
    expect 0 ./hidden --train classes.csv --checkpoint ck
    expect 2 ./hidden predict --checkpoint ck --data classes.csv
    has "$ERR" 'which data set feeds net is not known, so neither are the columns of its inputs nor their scale'
    has "$ERR" 'inputs_from = "..." in the net of the spec names the data set; inputs_from = false says that bodies make the inputs'
    expect 2 ./hidden export --checkpoint ck --npy arrays
    has "$("$LOOPC" explain hidden.lua)" 'net: which data set feeds it is not told: predict and export refuse it'
    sed 's/batch = 8 }/batch = 8, inputs_from = "train" }/' hidden.lua >told.lua
    build told.lua told
    expect 0 ./told --train classes.csv --checkpoint ck2
    expect 0 ./told predict --checkpoint ck2 --data classes.csv
    has "$ERR" 'accuracy 1.0000'
    sed 's/batch = 8 }/batch = 8, inputs_from = false }/' hidden.lua >false.lua
    build false.lua false
    expect 0 ./false --train classes.csv --checkpoint ck3
    expect 0 ./false predict --checkpoint ck3 --data classes.csv
}

# Rows of calls that are options: of the data set, and of the net beside it.
make_rows_trainer() {
    cat >rows.lua <<'LUA'
local Fit = loop "Fit" {
    times = 2,
    state = {
        x = f32[16 * 2], labels = i32[16], classes = i32[64], taken = i32 { 16, option = true }, rows = i32 { 16, option = true },
        way = str { "train", option = true }, sum = f64,
    },
    on_train = node(1, [[
        static float zeros[64 * 2];
        loopc_dataset_take($train, 0, 0, $taken, $x, $labels);
        if (!strcmp($way, "train")) {
            $sum += (double)net_train($net, $adam, zeros, $labels, $rows, 0.01f);
            return;
        }
        if (!strcmp($way, "from")) $sum += (double)net_train_from($net, $adam, $train, 1, 0, $rows, 0.01f);
        if (!strcmp($way, "predict")) net_predict($net, zeros, $rows, $classes);
        if (!strcmp($way, "outputs")) {
            const float *outputs = net_forward($net, zeros, $rows);
            for (int32_t i = 0; i < $rows * 3; i++) $sum += (double)outputs[i];
        }
        if (!strcmp($way, "code")) look($net, zeros, $rows);
        if (!strcmp($way, "class")) $classes[0] = net_argmax($net, $rows);
    ]]),
    finally_train = node(2, [[ puts("finally"); ]]),
}
return trainer "rows" {
    Fit, code = [[ static void look(struct rows_net *n, const float *x, int32_t rows) { net_forward(n, x, rows); } ]],
    state = { train = dataset { option = true, required = true }, net = mlp { 2, 4, 3, batch = 16 }, adam = optimizer { "adam", net = "net" } },
}
LUA
    build rows.lua rows
}

test_more_rows_than_there_is_room_for_fail_the_step() {
    make_classes
    make_rows_trainer
    local way given
    for way in train from predict outputs code class; do
        given=40
        [ $way != class ] || given=41 # row 40 is the 41st
        expect 1 ./rows --train classes.csv --way $way --rows 40
        has "$ERR" "rows: failed: Fit.on_train: net 'net' is given $given rows, and has room for 16: batch = $given of the net is the most rows of a call"
        [ "$OUT" = finally ] || fail "$way: the finally part printed: $OUT"
    done
    expect 1 ./rows --train classes.csv --rows -1
    has "$ERR" "net 'net' is given less than no row"
    expect 1 ./rows --train classes.csv --taken 17
    has "$ERR" 'Fit.on_train: loopc_dataset_take: the rows have 34 values, and the array room for 32'
    expect 0 ./rows --train classes.csv
}

run_tests

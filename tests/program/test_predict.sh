#!/usr/bin/env bash
# predict and export treat a file as training did its own: columns by name, classes by name, text, missing values, scale;
# and undo the scaling of targets. Exports agree with predict to 1e-5, for inputs that a float cannot hold, too.
. "$(dirname "$0")/../support/lib.sh"
reader=$ROOT/tests/support/read_model.py

# make_trainer NET ANSWERS DATA [EPOCHS]: as fed.lua, which learns all rows of --train, shuffled.
make_trainer() {
    local type=i32 take=loopc_dataset_take
    [ "$2" = labels ] || { type=f32 take=loopc_dataset_take_targets; }
    cat >fed.lua <<LUA
local Fit = loop "Fit" { times = ${4:-60}, on_epoch = node(1) }
local Train = loop "Train" {
    call_on = { Fit.on_epoch }, times = "(\$train->rows + 15) / 16",
    state = { x = f32[16 * 32], answers = $type[16 * 4], rows = i32 {}, loss = f32 { report = true } },
    on_batch = node(1, [[
        const uint64_t key = loopc_shuffle_key(\$loopc->seed, (uint64_t)\$Fit.total);
        \$rows = $take(\$train, key, \$iteration * 16, 16, \$x, \$answers);
        \$loss = net_train(\$net, \$adam, \$x, \$answers, \$rows, 0.01f);
    ]]),
}
return trainer "fed" {
    Fit, Train,
    state = { train = dataset { option = true, required = true, $3 }, net = mlp { $1, batch = 16, inputs_from = "train", inputs_max = 32 },
        adam = optimizer { "adam", net = "net" } },
}
LUA
    build fed.lua fed
}

# Flowers: an id, a colour in words, two sizes with holes, and their names.
make_flowers() {
    python3 - >flowers.csv <<'PYTHON'
import random
random.seed(3)
print("nr,colour,length,width,kind")
for row in range(90):
    kind = row % 3
    length = "%.2f" % (5 + kind + random.gauss(0, 0.25)) if row % 11 else "NA"
    print("f%02d" % row, ["red", "blue", "white"][kind if row % 5 else 0], length, "%.2f" % random.gauss(3, 0.4),
          ["rose", '"lily, white"', "iris"][kind], sep=",")
PYTHON
}
flowers='label = "kind", id = "nr", text = "onehot", missing = "mean", scale = "standard"'

test_columns_and_classes_are_found_by_name() {
    make_flowers
    make_trainer '5, 12, 3' labels "$flowers"
    expect 0 ./fed --train flowers.csv --checkpoint ck
    expect 0 ./fed predict --checkpoint ck --data flowers.csv --metrics m.json
    printf '%s\n' "$OUT" >straight.csv
    same "$(head -n 1 straight.csv)" 'nr,class,output_iris,"output_lily, white",output_rose'
    same "$(sed -n 5p straight.csv | cut -d , -f 1,2)" f03,rose
    has "$(sed -n 3p straight.csv)" 'f01,"lily, white",'
    echo "$ERR" | grep -qE 'fed: accuracy (0[.]9|1[.]0)' || fail "$ERR"
    has "$ERR" 'a row a class of the file, a column a predicted one'
    python3 - "$(head -n 1 m.json)" <<'PYTHON'
import json, sys
m = json.loads(sys.argv[1])
assert m["rows"] == 90 and m["classes"] == ["iris", "lily, white", "rose"]
assert sum(map(sum, m["confusion"])) == 90
assert abs(sum(m["confusion"][i][i] for i in range(3)) / 90 - m["accuracy"]) < 1e-6 and m["accuracy"] > 0.9
PYTHON
    expect 0 "$LOOPC" plot m.json -o table.svg
    python3 - <<'PYTHON'
import json
import xml.etree.ElementTree as tree
texts = [t.text for t in tree.parse("table.svg").iter("{http://www.w3.org/2000/svg}text")]
m = json.load(open("m.json"))
assert "lily, white" in texts and "%.4f" % m["accuracy"] in texts[0]
assert [t for t in texts if t.isdigit()] == [str(n) for row in m["confusion"] for n in row]
PYTHON
    expect 0 "$LOOPC" plot --roc m.json -o roc.svg
    python3 - <<'PYTHON'
import csv, json
import xml.etree.ElementTree as tree
m, svg = json.load(open("m.json")), "{http://www.w3.org/2000/svg}"
kinds, rows = [r["kind"] for r in csv.DictReader(open("flowers.csv"))], list(csv.DictReader(open("straight.csv")))
for name, area in zip(m["classes"], m["auc"]):
    outputs = [float(r["output_" + name]) for r in rows]
    own, other = [y for y, k in zip(outputs, kinds) if k == name], [y for y, k in zip(outputs, kinds) if k != name]
    pairs = sum((a > b) + (a == b) / 2 for a in own for b in other)
    assert abs(pairs / len(own) / len(other) - area) < 1e-6, (name, area)
drawn = tree.parse("roc.svg")
assert ["%s: area %.4f" % pair for pair in zip(m["classes"], m["auc"])] == [t.text for t in drawn.iter(svg + "text") if t.get("class") == "name"]
assert len(list(drawn.iter(svg + "polyline"))) == 3
PYTHON
    expect 0 "$LOOPC" plot --roc m.json m.json -o two.svg
    same "$(grep -c '<polyline' two.svg)" 6
    # other columns among them, in another order, without the answer: the same bits
    python3 - <<'PYTHON'
import csv
rows = list(csv.DictReader(open("flowers.csv")))
with open("other.csv", "w", newline="") as f:
    out = csv.writer(f)
    out.writerow(["width", "price", "nr", "length", "colour"])
    for i, r in enumerate(rows):
        out.writerow([r["width"], i * 7, r["nr"], r["length"], r["colour"]])
PYTHON
    expect 0 ./fed predict --checkpoint ck --data other.csv --metrics n.json
    same "$OUT" "$(cat straight.csv)"
    lacks "$ERR" accuracy
    same "$(cat n.json)" '{"rows": 90}'
    expect 2 "$LOOPC" plot --roc m.json n.json -o roc.svg
    has "$ERR" 'n.json: there are no ROC curves in it'
}

test_rows_that_training_leaves_out() {
    make_flowers
    make_trainer '5, 12, 3' labels "${flowers/mean/drop}" 20
    expect 0 ./fed --train flowers.csv --checkpoint ck
    expect 0 ./fed predict --checkpoint ck --data flowers.csv
    same "$(wc -l <<<"$OUT")" 82
    lacks "$OUT" f11,
    has "$ERR" 'fed: 9 rows with missing values left out, as in training'
}

# The file has the column of the answers, which some rows are still to get.
test_rows_without_an_answer_are_predicted() {
    make_flowers
    make_trainer '5, 12, 3' labels "$flowers" 20
    expect 0 ./fed --train flowers.csv --checkpoint ck
    expect 0 ./fed predict --checkpoint ck --data flowers.csv
    printf '%s\n' "$OUT" >all.csv
    sed -E '3,12s/,("lily, white"|[^,]*)$/,/; 5s/$/NA/' flowers.csv >some.csv
    expect 0 ./fed predict --checkpoint ck --data some.csv --metrics m.json
    same "$OUT" "$(cat all.csv)"
    has "$ERR" 'fed: 10 of 90 rows have no answer: they are predicted, and no metric counts them'
    has "$ERR" ' of 80 rows'
    has "$(cat m.json)" '{"rows": 80, "accuracy": '
    sed -E '2,$s/,("lily, white"|[^,]*)$/,/' flowers.csv >none.csv
    expect 0 ./fed predict --checkpoint ck --data none.csv
    same "$OUT" "$(cat all.csv)"
    has "$ERR" 'fed: 90 of 90 rows have no answer'
    lacks "$ERR" accuracy
}

test_a_file_that_does_not_fit_is_refused() {
    make_flowers
    make_trainer '5, 12, 3' labels "$flowers" 2
    expect 0 ./fed --train flowers.csv --checkpoint ck
    cut -d , -f 1-3,5 flowers.csv >narrow.csv
    expect 2 ./fed predict --checkpoint ck --data narrow.csv
    has "$ERR" width
    sed 's/,red,/,green,/' flowers.csv >green.csv
    expect 2 ./fed predict --checkpoint ck --data green.csv
    has "$ERR" green
    same "$OUT" ''
}

# Cars: the targets are far from 0 and scaled, too.
make_cars() {
    python3 - >cars.csv <<'PYTHON'
import random
random.seed(7)
print("weight,power,price,doors")
for _ in range(120):
    weight, power = random.uniform(700, 2500), random.uniform(40, 300)
    print("%.1f,%.1f,%.2f,%d" % (weight, power, 4000 + 8 * weight + 60 * power + random.gauss(0, 200), random.choice([3, 5])))
PYTHON
}

# A file to be predicted may be written otherwise than the spec says of its own.
test_flags_say_how_a_file_is_written() {
    make_classes() { seq 60 | awk '{ printf "%.2f,%.2f,%s\n", $1 % 3 + $1 / 100, 1 + $1 % 2, substr("abc", $1 % 3 + 1, 1) }'; }
    { echo long,wide,kind; make_classes; } >plain.csv
    make_trainer '5, 12, 3' labels 'separator = ",", decimal = ".", header = true'
    expect 0 ./fed --train plain.csv --checkpoint ck
    expect 0 ./fed predict --checkpoint ck --data plain.csv
    predicted=$OUT
    { echo long,wide,kind; make_classes; } | tr ,. '|,' | sed '1s/^/!\n/' >other.csv
    expect 2 ./fed predict --checkpoint ck --data other.csv
    expect 0 ./fed predict --checkpoint ck --data other.csv --data-separator '|' --data-decimal=, --data_skip_lines 1
    same "$OUT" "$predicted"
    expect 0 ./fed predict --checkpoint ck --data other.csv --data-separator '|' --data-decimal=, --data-comment '!'
    same "$OUT" "$predicted"
    expect 2 ./fed predict --checkpoint ck --data other.csv --data-separator ab
    has "$ERR" "--data-separator: 'ab' is not a separator"
    expect 2 ./fed predict --checkpoint ck --data other.csv --data-label kind
    has "$ERR" "unknown flag '--data-label'"
    sed '5s/,/;/' plain.csv >broken.csv
    expect 2 ./fed predict --checkpoint ck --data broken.csv
    lacks "$ERR" '--DATA'
}

test_targets_are_in_the_units_of_the_file() {
    make_cars
    make_trainer '3, 16, 1, loss = "squared_error"' targets 'targets = { "price" }, scale = "standard", target_scale = "standard"' 150
    expect 0 ./fed --train cars.csv --checkpoint ck
    expect 0 ./fed predict --checkpoint ck --data cars.csv --metrics m.json
    printf '%s\n' "$OUT" >predicted.csv
    same "$(head -n 1 predicted.csv)" price
    has "$ERR" 'fed: price: RMSE '
    python3 - <<'PYTHON'
import csv, json, math
y = [float(r["price"]) for r in csv.DictReader(open("cars.csv"))]
p = [float(r["price"]) for r in csv.DictReader(open("predicted.csv"))]
m = json.load(open("m.json"))
rmse = math.sqrt(sum((a - b) ** 2 for a, b in zip(y, p)) / len(y))
mean = sum(y) / len(y)
r2 = 1 - rmse ** 2 * len(y) / sum((a - mean) ** 2 for a in y)
assert m["targets"] == ["price"] and m["rows"] == 120
assert abs(m["rmse"][0] - rmse) < 1e-3 * rmse and abs(m["r2"][0] - r2) < 1e-5 and r2 > 0.98, (m, rmse, r2)
PYTHON
    sed -E '4,9s/,[^,]*,([35])$/,,\1/' cars.csv >some.csv
    expect 0 ./fed predict --checkpoint ck --data some.csv
    same "$OUT" "$(cat predicted.csv)"
    has "$ERR" 'fed: 6 of 120 rows have no answer: they are predicted, and no metric counts them'
    has "$ERR" ', 114 rows'
    sed '4s/^[^,]*//; 7s/^[^,]*//' cars.csv >holes.csv
    expect 2 ./fed predict --checkpoint ck --data holes.csv
    has "$ERR" "holes.csv:4: values are missing: 'weight' 2 (first in line 4)"
    has "$ERR" 'hint: nothing fills them, as `missing` was not set when the model was trained'
    sed '4s/^[^,]*/heavy/' cars.csv >word.csv
    expect 2 ./fed predict --checkpoint ck --data word.csv
    has "$ERR" "word.csv:4:1: column 1 ('weight'): 'heavy' is not a number"
    has "$ERR" 'hint: where it was learned from, the column held numbers alone'
    sed 1d cars.csv | cut -d , -f 1,2,4 >inputs.csv
    exports_agree predicted.csv inputs.csv 1e-5
}

# exports_agree PREDICTED INPUTS SHARE: the C (with doubles) and the ONNX make of the inputs, numbers without a header, what
# predict made of them, up to a share of each value's size, or of 1.
exports_agree() {
    expect 0 ./fed export --checkpoint ck --c-header net.h --onnx net.onnx --npy arrays
    same "$OUT$ERR" ''
    cat >use.c <<'C'
#include "net.h"
#include <stdio.h>
int main(void)
{
    double x[fed_net_inputs];
    float y[fed_net_outputs];
    if (fed_net_self_check()) return 3;
    fed_net_predict(((float[fed_net_inputs]){0, 0}), y);
    for (int n = 0; scanf("%lf%*[,]", &x[n]) == 1;) {
        n = (n + 1) % fed_net_inputs;
        if (n > 0) continue;
        fed_net_predict(x, y);
        for (int i = 0; i < fed_net_outputs; i++) printf("%s%.9g", i ? "," : "", (double)y[i]);
        putchar('\n');
    }
    return 0;
}
C
    for compiler in gcc clang; do
        expect 0 "$compiler" -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror use.c -lm -o use
        ./use <"$2" >c.csv
        expect 0 python3 "$reader" near "$1" c.csv "$3"
    done
    expect 0 python3 "$reader" outputs net.onnx "$2"
    printf '%s\n' "$OUT" >onnx.csv
    expect 0 python3 "$reader" near "$1" onnx.csv "$3"
    expect 0 python3 "$reader" numpy arrays "$2" "$(sed -n 's/.*mlp { \([^}]*\) }.*/\1/p' fed.lua)"
    printf '%s\n' "$OUT" >npy.csv
    expect 0 python3 "$reader" near "$1" npy.csv "$3"
}

# Seconds since 1970 of two days, and coordinates of one town: a float cannot tell the classes apart.
make_places() {
    python3 - >places.csv <<'PYTHON'
import random
random.seed(11)
print("time,north,east,kind")
for row in range(200):
    time, north, east = random.uniform(0, 172800), random.gauss(0, 0.004), random.gauss(0, 0.006)
    kind = int(time > 86400) + 2 * int(north > 0.001)
    print("%.3f,%.7f,%.7f,%s" % (1.7e9 + time, 48.137154 + north, 11.576124 + east, "abcd"[kind]))
PYTHON
}

test_exports_keep_what_a_float_loses() {
    make_places
    make_trainer '3, 16, 4' labels 'label = "kind", scale = "standard"' 80
    expect 0 ./fed --train places.csv --checkpoint ck
    expect 0 ./fed predict --checkpoint ck --data places.csv
    echo "$ERR" | grep -qE 'fed: accuracy (0[.]9|1[.]0)' || fail "$ERR"
    printf '%s\n' "$OUT" | cut -d , -f 2- >predicted.csv
    sed 1d places.csv | cut -d , -f 1-3 >inputs.csv
    exports_agree predicted.csv inputs.csv 1e-5
    grep -q 'fed_net_mean_low' net.h || fail "the header has no second half of the means"
    grep -q '"b"' net.h || fail "the header has no names of classes"
    expect 0 python3 "$reader" metadata net.onnx
    same "$OUT" 'classes ["a", "b", "c", "d"]
inputs ["time", "north", "east"]'
}

test_exports_fill_what_is_missing() {
    make_flowers
    make_trainer '2, 12, 3' labels 'label = "kind", ignore = { "nr", "colour" }, missing = "median", scale = "standard"'
    expect 0 ./fed --train flowers.csv --checkpoint ck
    expect 0 ./fed predict --checkpoint ck --data flowers.csv
    printf '%s\n' "$OUT" | python3 -c 'import csv, sys
for row in list(csv.reader(sys.stdin)): print(*[r.replace(", ", "_") for r in row[1:]], sep=",")' >predicted.csv
    sed 1d flowers.csv | cut -d , -f 3,4 | sed 's/NA/nan/' >inputs.csv
    exports_agree predicted.csv inputs.csv 1e-5
}

run_tests

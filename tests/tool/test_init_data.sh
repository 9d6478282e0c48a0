#!/usr/bin/env bash
# loopc init --data: a spec for a table that builds and trains as it is, and learns as well as a well-known peer.
. "$(dirname "$0")/../support/lib.sh"
exec 3>&2
compare=$ROOT/tests/program/tables/compare.py

# The Python that has scikit-learn, or a skipped test.
find_peer() {
    for python in python3 /usr/bin/python3; do
        "$python" -c 'import sklearn' 2>peer.log && return
    done
    skip no python3-sklearn
}

make_flowers() {
    python3 - >flowers.csv <<'PYTHON'
import random
random.seed(3)
print("name;colour;length;width;kind")
for row in range(90):
    kind = row % 3
    length = ("%.2f" % (5 + kind + random.gauss(0, 0.25))).replace(".", ",") if row % 11 else ""
    print("flower %d" % row, ["red", "blue", "white"][kind if row % 5 else 0], length, ("%.2f" % random.gauss(3, 0.4)).replace(".", ","),
          ["rose", "lily", "iris"][kind], sep=";")
PYTHON
}

test_a_table_with_text_and_missing_values() {
    make_flowers
    expect 0 "$LOOPC" init flowers --data flowers.csv --label kind
    has "$ERR" 'wrote flowers.lua'
    spec=$(cat flowers.lua)
    has "$spec" 'label = "kind"'
    has "$spec" 'id = "name"'
    has "$spec" 'text = "onehot"'
    has "$spec" 'missing = "median"'
    has "$spec" 'local BATCH, INPUTS, HIDDEN, OUTPUTS = 8, 5, 128, 3'
    has "$spec" '-- Classes: iris 30, lily 30, rose 30.'
    expect 0 "$LOOPC" check flowers.lua
    lacks "$ERR" warning
    build flowers.lua flowers
    expect 0 ./flowers --checkpoint saved
    has "$OUT" 'validation accuracy '
    expect 0 ./flowers predict --checkpoint saved --data flowers.csv
    same "$(printf '%s\n' "$OUT" | head -n 1)" 'name,class,output_iris,output_lily,output_rose'
    printf '%s\n' "$ERR" | grep -qE 'accuracy (0[.]9|1[.]0)' || fail "$ERR"
}

test_values() {
    python3 - >cars.csv <<'PYTHON'
import random
random.seed(7)
print("weight,power,price,use")
for _ in range(150):
    weight, power = random.uniform(700, 2500), random.uniform(40, 300)
    price, use = 4000 + 8 * weight + 60 * power, 2 + weight / 400 + power / 100
    print("%.1f,%.1f,%s,%.3f" % (weight, power, "%.2f" % (price + random.gauss(0, 300)) if random.random() > 0.05 else "NA", use))
PYTHON
    expect 0 "$LOOPC" init cars --data cars.csv --target price,use
    has "$(cat cars.lua)" 'targets = { "price", "use" }'
    has "$(cat cars.lua)" 'missing = "drop"'
    build cars.lua cars
    expect 0 ./cars --checkpoint saved
    has "$OUT" 'validation RMSE of price '
    has "$OUT" 'validation RMSE of use '
    grep -v NA cars.csv >whole.csv
    expect 0 ./cars predict --checkpoint saved --data whole.csv --metrics m.json
    python3 -c 'import json; m = json.load(open("m.json")); assert m["targets"] == ["price", "use"] and min(m["r2"]) > 0.95, m'
}

test_what_cannot_be_learnt_is_told() {
    printf 'a,b\n1,x\n2,x\n3,x\n' >same.csv
    expect 2 "$LOOPC" init one --data same.csv
    has "$ERR" 'all rows have the same class'
    has "$ERR" 'hint: --label names another column'
    seq 1 60 | awk 'BEGIN { print "a,b" } { print $1 "," $1 * 3 }' >numbers.csv
    expect 2 "$LOOPC" init two --data numbers.csv
    has "$ERR" "column 2 ('b') is the label, but it has 60 different values in 60 rows"
    has "$ERR" '(--target)'
    seq 1 400 | awk 'BEGIN { print "a,b" } { print $1 "," $1 % 40 }' >numbers.csv
    expect 2 "$LOOPC" init two --data numbers.csv
    has "$ERR" "the last column, 'b', has 40 different values"
    has "$ERR" '--target b predicts values; --label b takes them for classes'
    expect 2 "$LOOPC" init three --data none.csv
    has "$ERR" 'none.csv'
    expect 2 "$LOOPC" init four --label b
    has "$ERR" '--data FILE'
    [ ! -e one.lua ] && [ ! -e two.lua ] && [ ! -e three.lua ] || fail "a spec was written"
}

# Columns of numbers that are written otherwise, or with one slip, are not left out in silence; the others that are left out are told.
test_numbers_that_are_none_are_told() {
    for how in '€%d.%02d' '%d.%02d%%' '%d.%02d $'; do
        awk -v how="$how" 'BEGIN { print "name,sum,y"; for (i = 0; i < 90; i++) printf "n%d," how ",%d\n", i, 1000 + i, i * i % 77, i }' >t.csv
        expect 2 "$LOOPC" init t --data t.csv --target y
        has "$ERR" 'most cells of column "sum" are meant as numbers, and '
        has "$ERR" 'hint: numbers are written as 1234.5, a missing one as NA; --ignore "sum" leaves the column out'
    done
    awk 'BEGIN { print "name,sum,note,m,y"; for (i = 0; i < 90; i++) printf "n%d,%s,%s,%d,%d\n", i, i == 50 ? "1.234.567" : i * 3, i % 60 "x", i % 7, i }' >t.csv
    expect 2 "$LOOPC" init t --data t.csv --target y
    has "$ERR" "t.csv:52:5: column 2 ('sum'): '1.234.567' is not a number, as 89 other cells of the column are"
    has "$ERR" '`ignore` leaves the column out (--ignore)'
    expect 0 "$LOOPC" init t --data t.csv --target y --ignore sum
    has "$ERR" 'loopc: "name" tells rows apart: predictions repeat it.'
    has "$ERR" 'loopc: "note" is left out: it has 60 different texts in 90 rows.'
    has "$(cat t.lua)" '-- "note" is left out: it has 60 different texts in 90 rows.'
}

# The peer is scikit-learn's MLPClassifier or MLPRegressor with its defaults, whose inputs nothing scales (which costs it most on
# wine and on all regressions); in the long form also the same one with scaled inputs and targets, which we may miss by 0.01. The splits
# differ from those that the settings of `init` were chosen by, 1 to 10.
seeds='101 102 103'
[ -z "${SOAK:-}" ] || seeds='101 102 103 104 105 106 107 108 109 110'

score_of() { python3 -c 'import json; m = json.load(open("m.json")); print(m["accuracy"] if "accuracy" in m else m["r2"][0])'; }

# as_good TABLE ANSWER FLAG LEAST: the trainer's mean score over the seeds on a quarter of the table is at least LEAST
# and at least the peer's.
as_good() {
    local scores seed ours='' peers='' scaled=''
    for seed in $seeds; do
        mapfile -t scores < <("$python" "$compare" peer "$1" "$seed" "$2" ${SOAK:+scaled})
        if [ "$seed" = 101 ]; then
            expect 0 "$LOOPC" init "$1" --data train.csv "$3" "$2"
            rm Makefile
            expect 0 as_built "$LOOPC" build "$1.lua" -o "$1"
        fi
        expect 0 "./$1" --seed "$seed" --checkpoint "$1-$seed"
        expect 0 "./$1" predict --checkpoint "$1-$seed" --data test.csv --metrics m.json
        ours="$ours $(score_of)" peers="$peers ${scores[0]}" scaled="$scaled ${scores[1]:-0}"
    done
    # shellcheck disable=SC2086
    ours=$("$python" "$compare" mean $ours) peers=$("$python" "$compare" mean $peers) scaled=$("$python" "$compare" mean $scaled)
    [ -z "${SOAK:-}" ] || echo "# $1: $ours, the peer $peers, with scaled inputs $scaled" >&3
    awk "BEGIN { exit !($ours >= $peers && $ours >= $scaled - 0.01 && $ours >= $4) }" || fail "$1: $ours, the peer $peers, with scaled inputs $scaled"
}

test_tables_of_scikit_learn() {
    find_peer
    "$python" "$compare" tables
    as_good wine class --label 0.93
    as_good diabetes progression --target 0.4
    [ -n "${SOAK:-}" ] || return 0
    as_good iris class --label 0.9
    as_good cancer class --label 0.93
    as_good digits class --label 0.93
}

test_tables_of_R() {
    [ -n "${SOAK:-}" ] || skip SOAK=1 runs it
    find_peer
    command -v R >/dev/null || skip no R
    R -q -e 'names(iris)[5] <- "class"; write.csv(iris, "flowers.csv", row.names = FALSE)
        write.csv(mtcars, "mtcars.csv"); write.csv(airquality, "airquality.csv", row.names = FALSE)' >R.log
    as_good flowers class --label 0.9
    as_good mtcars mpg --target 0.4
    as_good airquality Ozone --target 0.5
}

run_tests

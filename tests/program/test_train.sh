# loopc.train: schedules, early stopping, the finder of learning rates, measures; against the formulas in Python, in the same numbers
# after a resume. Specs in tests/program/train.
. "$(dirname "$0")/../support/lib.sh"

SPECS=$ROOT/tests/program/train
check=$SPECS/check.py

# program NAME: builds tests/program/train/NAME.lua to ./NAME; its C passes the strictest warnings.
program() {
    expect 0 env CFLAGS="$CFLAGS -O0 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror" "$LOOPC" build "$SPECS/$1.lua" -o "$1"
}

# The last lines of a resumed run are those of the whole one: TAIL lines behind each checkpoint of the first ones.
resumes_as() {
    local program=$1 whole=$2 every=$3 file
    shift 3
    expect 0 "./$program" "$@" --checkpoint saved --save-every "$every" --keep 9
    for file in $(printf '%s\n' saved/"$program"-[0-9]*.safetensors | sort -V | head -n 4); do
        expect 0 "./$program" "$@" --resume "$file"
        [ -n "$OUT" ] || fail "nothing was printed after $file"
        same "$OUT" "$(tail -n "$(wc -l <<<"$OUT")" <<<"$whole")"
    done
}

test_rates_are_those_of_the_documented_formulas() {
    program rates
    expect 0 ./rates
    local whole=$OUT
    OUT=$(python3 "$check" rates <<<"$whole") || true
    has "$OUT" 'as documented: 40 steps'
    resumes_as rates "$whole" 9step
}

test_measures_are_those_of_all_rows_of_the_pass() {
    program measures
    expect 0 ./measures
    local whole=$OUT
    OUT=$(python3 "$check" measures <<<"$whole") || true
    has "$OUT" 'as computed: 9'
    resumes_as measures "$whole" 2step
    expect 0 ./measures --metrics m.jsonl
    has "$(grep '"loop":"Valid"' m.jsonl | tail -n 1)" '"pair_of.auc"'
}

test_the_best_weights_come_back() {
    program fit
    expect 0 ./fit
    local whole=$OUT
    grep -q '^[0-9]* epochs, best \([^,]*\), now \1$' <<<"$OUT" || fail "not the best: $OUT"
    [ "${OUT%% *}" -lt 299 ] || fail "it never stopped: $OUT"
    resumes_as fit "$whole" 8step
    expect 0 ./fit --patience-patience 400
    same "${OUT%% *}" 300
    expect 0 ./fit --epochs 3 --metrics m.jsonl
    has "$(head -n 1 m.jsonl)" '"look.zeros_1":0,'
    grep -q '"look.mean_2":-*[0-9.e-]*[1-9].*"look.gradient_2":[0-9.e-]*[1-9]' m.jsonl || fail "no statistics: $(head -n 1 m.jsonl)"
    same "${OUT#*best }" "$(sed 's/.*best //' <<<"$OUT")"
    expect 2 ./fit --patience-patience 0
    expect 0 ./fit export --checkpoint saved --npy arrays
}

test_the_finder_draws_its_picture() {
    program fit
    expect 0 ./fit --find --metrics find.jsonl
    has "$ERR" 'finder: the loss falls fastest at the rate '
    local lines
    lines=$(grep -c finder.tried find.jsonl)
    [ "$lines" -gt 20 ] || fail "only $lines rates"
    expect 0 "$LOOPC" plot find.jsonl -o find.svg --across finder.tried --log=finder.tried --only finder.smoothed
    has "$(cat find.svg)" '>Fit.finder.tried<'
    has "$(cat find.svg)" '>1e-4<'
    expect 2 "$LOOPC" plot find.jsonl -o find.svg --across finder.tired
    has "$ERR" "there are Fit.loss, Fit.valid, "
}

# wrong TEXT SPEC: the spec is refused, with that text, at the spec's own line.
wrong() {
    printf 'local train = require "loopc.train"\n%s\n' "$2" >wrong.lua
    expect 2 "$LOOPC" check wrong.lua
    has "$ERR" "wrong.lua:2"
    has "$ERR" "$1"
}

test_errors_teach() {
    wrong "knows no every; it knows entry 1, gamma" 'train.step { 5, every = 2 }'
    wrong "train.cosine needs entry 1: a number, or a C expression" 'train.cosine {}'
    wrong "it takes a node" 'train.schedule "s" { at = "step", base = 1, train.step { 5 } }'
    wrong "train.schedule needs entry 1: a schedule" 'train.schedule "s" { at = "Fit.on_step", base = 1 }'
    wrong "takes net and best together" 'train.early_stopping "s" { at = "A.on_b", watch = "$x", stop = "A", net = "net" }'
    wrong 'better is up, and it takes "lower" or "higher"' 'train.plateau "s" { at = "A.on_b", watch = "$x", better = "up" }'
    wrong "auc is of two classes, and there are 3" \
        'train.classification "s" { net = "n", classes = 3, begin = "A.b", at = "A.c", finish = "A.d", auc = 9 }'
    wrong "low is above 0 and below high" 'train.rate_finder "s" { before = "A.b", after = "A.c", watch = "$x", stop = "A", low = 20 }'
}

run_tests

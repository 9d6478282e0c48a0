# The tutorial from outside: every spec of specs/ builds and behaves as its head says.
. "$(dirname "$0")/../support/lib.sh"
SPECS=$ROOT/specs
export CFLAGS="$CFLAGS -O1 $LIGHT" # most of them run for a moment
data=${LOOPC_SHARED:+$LOOPC_SHARED/data}

# spec NUMBER CODE [ARGUMENT...]: runs the spec with that number.
spec() {
    local number=$1 code=$2
    shift 2
    expect "$code" "$LOOPC" run "$SPECS/${number}"_*.lua -- "$@"
}

words() {
    printf '%s\n' "$OUT" | tr '\n' ' ' | sed 's/ $//'
}

last_line() {
    printf '%s\n' "$OUT" | tail -n 1
}

# The number behind the last WORD of the output.
number() {
    printf '%s\n' "$OUT" | sed -n "s/.*$1 \([-+.0-9e]*\).*/\1/p" | tail -n 1
}

# near GOT WANTED WITHIN
near() {
    awk -v got="$1" -v wanted="$2" -v within="$3" \
        'BEGIN { d = got - wanted; exit !(got != "" && d <= within && -d <= within) }' || fail "$1 is not $2 (+-$3)"
}

above() {
    awk -v got="$1" -v least="$2" 'BEGIN { exit !(got > least) }' || fail "$1 is not above $2"
}

test_every_spec_stands_in_the_tour() {
    local file tour head
    tour=$(<"$SPECS/README.md")
    for file in "$SPECS"/*.lua "$SPECS"/lib/*.lua; do
        has "$tour" "(${file#"$SPECS"/})"
        read -rN 3 head <"$file"
        [ "$head" = '-- ' ] || fail "$file is not headed by what it shows"
    done
}

iteration='before_iteration on_iteration after_iteration finally_iteration'

test_nested_runs_in_order() {
    spec 01 0
    same "$(words)" "before_step on_step $iteration after_step $iteration finally_step before_jump on_jump after_jump \
finally_jump $iteration"
    same "$ERR" ''
}

test_nested_fails_outwards() {
    spec 01 1 --fail-at on_force_fail
    same "$(words)" "before_step on_step $iteration on_force_fail failed_step finally_step"
    same "$ERR" 'nested: failed: FailingInner.on_force_fail on Inner.finally_iteration on Outer.on_step: --fail-at on_force_fail'
    spec 01 1 --fail-at after_jump
    same "$(words)" "before_step on_step $iteration after_step $iteration finally_step before_jump on_jump after_jump \
failed_jump finally_jump $iteration"
    same "$ERR" 'nested: failed: Outer.after_jump: --fail-at after_jump'
}

test_nested_recovers() {
    local recovered='before_iteration on_iteration failed_iteration finally_iteration'
    spec 01 0 --fail-at on_iteration --recover-at failed_iteration
    same "$(words)" "before_step on_step $recovered after_step $recovered finally_step before_jump on_jump after_jump \
finally_jump $recovered"
    same "$ERR" ''
}

test_postman_ends_each_letter_in_its_own_way() {
    spec 02 0
    same "$OUT" 'good morning
letter 0
  attempt 1: the door opens
    close the garden gate
  letter: done with it
  letter: write it down
letter 1
  attempt 1: nobody is at home
    close the garden gate
  attempt 2: nobody is at home
    close the garden gate
  attempt 3: nobody is at home
    close the garden gate
  letter: done with it
  letter: write it down
letter 2
  attempt 1: nobody of that name lives here
    close the garden gate
  letter: write it down
letter 3
  attempt 1: a dog!
    close the garden gate
  letter: trouble
  letter: write it down
letter 4
  attempt 1: it begins to rain
    close the garden gate
  letter: write it down
the round is over
home again'
    same "$ERR" ''
}

test_postman_fails() {
    local bitten='postman: failed: Attempt.on_attempt on Round.on_letter: bitten by the dog of letter 3'
    spec 02 1 --first 3 --no-biscuit
    same "$ERR" "$bitten"
    lacks "$OUT" 'letter 4'
    same "$(last_line)" 'home again'
    spec 02 1 --first 3 --no-biscuit --no-pen
    same "$ERR" "$bitten
postman: suppressed: Round.finally_letter: no pen to write it down"
    spec 02 1 --no-pen
    same "$ERR" 'postman: failed: Round.finally_letter: no pen to write it down'
    lacks "$OUT" trouble
}

test_callbacks_stand_in_order() {
    spec 03 0
    local epochs
    epochs=$(for i in 1 2; do
        printf -- '---\nepoch %s\n  train batch 1\n  train batch 2\n  train batch 3\n  end of the pass\n' $i
        printf '  valid batch of epoch %s\n  end of the epoch\n' $i
    done)
    same "$OUT" "$epochs
9 batches in all"
}

test_training_and_validation() {
    spec 04 0
    same "$(printf '%s\n' "$OUT" | grep -c '^epoch')" 10
    above "$(number 'valid.*accuracy')" 0.93
    spec 04 0 --epochs 2 --metrics metrics.jsonl
    same "$(grep -c '"loop":"Train"' metrics.jsonl)" 100
    same "$(grep -c '"loop":"Valid"' metrics.jsonl)" 40
}

test_early_stopping() {
    spec 05 0
    has "$OUT" 'back to epoch'
    local stopped
    stopped=$(number 'the end: valid loss')
    spec 05 0 --patience 1000
    above "$(number 'epoch  976  train loss.*valid loss')" "$stopped"
    near "$(number 'the end: valid loss')" "$stopped" 0.001
    spec 05 0 --epochs 0
    lacks "$OUT" 'back to'
}

test_accumulated_gradients_are_those_of_one_batch() {
    spec 06 0 --updates 10
    local loss
    loss=$(number loss)
    spec 06 0 --updates 10 --parts 1 --rows 256
    near "$(number loss)" "$loss" 0.0002
    spec 06 0 --updates 10 --parts 256 --rows 1
    near "$(number loss)" "$loss" 0.0002
    spec 06 2 --rows 257
    has "$ERR" '--rows: 257 is out of range: it goes from 1 to 256'
}

test_schedule() {
    spec 07 0
    has "$OUT" 'step   50  loss'
    near "$(number 'step   25 .*eta')" 0.05 0
    near "$(number 'step   50 .*eta')" 0.1 0
    near "$(number 'step  600 .*eta')" 0 0.0001
    above 0.15 "$(number 'step  600 .*loss')"
}

test_xor_has_the_known_losses() {
    spec 08 0 --batch-to 10 --every 1
    near "$(number 'batch   1  loss')" 0.2228183924 1e-6
    near "$(number 'batch   2  loss')" 0.1908279896 1e-6
    near "$(number 'batch  10  loss')" 0.06461136877 1e-6
    spec 08 0
    same "$(last_line)" 'below 0.001 first at batch 283'
    spec 08 0 --eta 0.5
    same "$(last_line)" 'below 0.001 first at batch 57'
    spec 08 0 --eta 1
    same "$(last_line)" 'below 0.001 first at batch 29'
    spec 08 0 --weights 0,0,0,0,0,0,0,0,0 --batch-to 5 --every 0
    near "$(number 'batch   5  loss')" 0.125 1e-6
    spec 08 2 --weights 1,2,3
}

test_digits_reads_the_digits() {
    [ -d "$data" ] || skip no shared data
    spec 09 0 --train "$data/optdigits.tra" --test "$data/optdigits.tes" --epochs 20 --seed 1
    last_line | grep -qx 'test accuracy [01]\.[0-9]\{4\}' || fail "the last line is '$(last_line)'"
    above "$(number 'test accuracy')" 0.9599
    same "$(printf '%s\n' "$OUT" | grep -c '^epoch')" 20
    local first=$OUT
    spec 09 0 --train "$data/optdigits.tra" --test "$data/optdigits.tes" --seed 1 --metrics metrics.jsonl
    same "$OUT" "$first"
    same "$(grep -c '"loss"' metrics.jsonl)" 20
}

# Four classes of 6 x 6 pixels in gzipped IDX, as MNIST comes: a bright quarter each, and noise.
make_images() {
    python3 - "$1" "$2" <<'PYTHON'
import gzip, random, struct, sys
name, count = sys.argv[1], int(sys.argv[2])
random.seed(count)
labels = bytes(random.randrange(4) for _ in range(count))
images = bytearray()
for label in labels:
    for i in range(36):
        bright = (i // 6 >= 3) * 2 + (i % 6 >= 3) == label
        images.append(random.randrange(100, 256) if bright else random.randrange(100))
with gzip.open(name + "-images.gz", "wb") as f:
    f.write(struct.pack(">IIII", 0x803, count, 6, 6) + images)
with gzip.open(name + "-labels.gz", "wb") as f:
    f.write(struct.pack(">II", 0x801, count) + labels)
PYTHON
}

test_digits_reads_compressed_idx() {
    make_images train 300
    make_images test 100
    spec 09 0 --train train-images.gz,train-labels.gz --test test-images.gz,test-labels.gz --epochs 3
    same "$(last_line)" 'test accuracy 1.0000'
    spec 09 0 --train train-images.gz,train-labels.gz --epochs 3
    has "$ERR" 'data: test: train-images.gz,train-labels.gz: IDX; 60 rows of 300, 36 inputs'
    same "$(last_line)" 'test accuracy 1.0000'
}

test_digits_says_what_is_missing() {
    make_images train 20
    spec 09 2
    has "$ERR" '--train is needed'
    spec 09 2 --train train-images.gz,train-labels.gz --test-share 1.5
    has "$ERR" "--test-share: '1.5' is not a share between 0 and 1"
    echo 1,2,0 >one.csv
    spec 09 2 --train one.csv
    has "$ERR" '--test: its share is less than a row'
    spec 09 2 --train none.csv
    has "$ERR" 'none.csv'
}

test_a_table_with_words_and_holes() {
    python3 - >flowers.csv <<'PYTHON'
import random
random.seed(3)
print("nr,colour,length,width,kind")
for row in range(120):
    kind = row % 3
    print(row, ["red", "blue", "white"][kind if row % 5 else 0], "%.2f" % (5 + kind + random.gauss(0, 0.25)) if row % 11 else "NA",
          "%.2f" % random.gauss(3, 0.4), ["rose", "lily", "iris"][kind], sep=",")
PYTHON
    spec 18 0 --train flowers.csv --train-id nr --checkpoint saved
    has "$OUT" ' of 24 right'
    above "$(last_line | cut -d ' ' -f 1)" 21
    expect 0 "$LOOPC" run "$SPECS"/18_table.lua -- predict --checkpoint saved --data flowers.csv
    has "$OUT" 'nr,class,output_iris,output_lily,output_rose'
    spec 18 0 data --train flowers.csv --train-label kind
    has "$OUT" colour
}

test_values_in_the_units_of_the_file() {
    python3 - >cars.csv <<'PYTHON'
import random
random.seed(7)
print("price,weight,power")
for _ in range(150):
    weight, power = random.uniform(700, 2500), random.uniform(40, 300)
    print("%.2f,%.1f,%.1f" % (4000 + 8 * weight + 60 * power + random.gauss(0, 300), weight, power))
PYTHON
    spec 19 0 --train cars.csv --train-targets price
    has "$OUT" 'price: RMSE '
    above "$(number R2)" 0.97
    above 1000 "$(number RMSE | tr -d ,)"
}

test_spirals_are_told_apart() {
    spec 10 0 --epochs 60
    above "$(number accuracy)" 0.99
    same "$(printf '%s\n' "$OUT" | grep -c '^.\{64\}$')" 32
    has "$OUT" '@@@'
    lacks "$OUT" "$(printf '\033')"
}

test_a_gan_covers_the_ring() {
    spec 23 0
    near "$(number radius)" 1 0.05
    above 0.2 "$(number deviation)"
    same "$(number eighths)" 8
}

test_a_table_with_embeddings() {
    python3 - >rides.csv <<'PYTHON'
import random
random.seed(11)
lines = "ring harbour airport park mill castle forest river school tower bridge market".split()
days = "mon tue wed thu fri sat sun".split()
print("line,day,km,minutes")
for _ in range(600):
    i, d, km = random.randrange(12), random.randrange(7), random.uniform(1, 20)
    pace = (2, 3, 4)[i % 3] * (0.7 if d > 4 else 1.0)
    print(lines[i], days[d], "%.2f" % km, "%.2f" % (km * pace + 5 + random.gauss(0, 1)), sep=",")
PYTHON
    spec 24 0 --train rides.csv --checkpoint saved --metrics m.jsonl
    grep -q '"look.deviation_2":\(0\.9\|1\.0\).*"look.deviation_3":[0-9.]*[1-9]' m.jsonl || fail "no statistics: $(head -n 1 m.jsonl)"
    above 0.12 "$(number RMSE)"
    spec 24 0 predict --checkpoint saved --data rides.csv
    above 2.5 "$(printf '%s\n' "$ERR" | sed -n 's/.*RMSE \([0-9.]*\).*/\1/p')"
    spec 24 0 --train rides.csv --find
    has "$ERR" 'finder: the loss falls fastest'
}

test_a_student_learns_from_its_teacher() {
    spec 25 0
    above "$(number 'of the teacher')" "$(number points)"
    near "$(number 'of the teacher')" "$(number teacher)" 0.03
}

test_an_ensemble_is_better_than_its_nets() {
    spec 26 0
    above "$(printf '%s\n' "$OUT" | sed -n 's/one net: .*loss \([0-9.]*\).*/\1/p')" "$(printf '%s\n' "$OUT" | sed -n 's/all nets: .*loss \([0-9.]*\).*/\1/p')"
    above "$(printf '%s\n' "$OUT" | sed -n 's/one net: .*error //p')" "$(printf '%s\n' "$OUT" | sed -n 's/all nets: .*error //p')"
}

test_two_heads_learn_from_one_trunk() {
    spec 27 0
    above "$(number 'right moon')" 97
    above 0.1 "$(number within)" # the noise alone is 0.05
}

test_the_lessons_show_what_they_teach() {
    spec 50 0
    near "$(number 'with one: loss')" 0 0.01
    near "$(number 'without a hidden layer: loss')" 0.125 0.001
    spec 51 0
    near "$(number loss)" 0 0.001
    near "$(number 'were at')" 0.405 0.05 # the lowest loss of the points that it did not learn from
    above "$(number from,)" 0.8           # and the last one
}

test_the_fit_loop_ends_and_says_why() {
    spec 13 0
    has "$ERR" 'should_stop was set'
    above 0.1 "$(number 'validation loss')"
    spec 13 0 --max-epochs 30 --patience 1000
    local whole=$OUT
    spec 13 0 --max-epochs 12 --patience 1000 --checkpoint saved
    has "$ERR" 'max_epochs = 12 reached'
    spec 13 0 --max-epochs 30 --patience 1000 --checkpoint saved --resume
    same "$OUT" "$whole"
    spec 13 0 --min-epochs 150
    has "$ERR" 'should_stop waits for min_epochs = 150'
}

run_tests

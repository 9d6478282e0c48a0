# loopc.environment: the events and their order, filters, buffers, samplers, rewards, the model, the log. Specs in tests/environment.
. "$(dirname "$0")/../support/lib.sh"

SPECS=$ROOT/tests/program/environment
LOOPC_DESIGNS=${LOOPC_DESIGNS:-2} # with more of them each test has all of its cases

# program NAME: builds tests/environment/NAME.lua to ./NAME, its C under the strictest warnings
program() {
    CFLAGS="$CFLAGS $STRICT" build "${2:-$SPECS/$1.lua}" "$1"
}

# optimized NAME SPEC: builds it to ./NAME, once for all tests
optimized() {
    [ -x "$TMP/optimized-$1" ] || CFLAGS="$CFLAGS $LIGHT" expect 0 "$LOOPC" build "$2" -o "$TMP/optimized-$1"
    ln -s "$TMP/optimized-$1" "$1"
}

buffer_events='build_buffer filter_buffer after_build_buffer'
batch_events='before_batch sample_batch before_filter_batch filter_batch after_sample before_compute_reward compute_reward
    after_compute_reward reward_modification after_reward_modification get_model_outputs after_get_model_outputs compute_loss
    zero_grad before_step step after_batch'

# told EVENTS...: the output is these, a line each
told() { same "$(echo $OUT)" "$(echo "$@")"; }

test_the_23_events_in_their_order() {
    program trace
    expect 0 ./trace
    told setup before_train $buffer_events $batch_events $batch_events $batch_events after_train
    expect 0 ./trace --items 1 # the buffer is never full
    told setup before_train $buffer_events $batch_events $buffer_events $batch_events $buffer_events $batch_events after_train
    expect 0 ./trace --buffer-frequency 2
    told setup before_train $buffer_events $batch_events $batch_events $buffer_events $batch_events after_train
    expect 0 ./trace --bs -1 --iters 2
    told setup before_train $buffer_events $batch_events $buffer_events $batch_events after_train
    expect 0 ./trace --iters 0
    told setup before_train after_train
    expect 2 ./trace --bs 9
    has "$ERR" '--bs: 9 is out of range: it goes from -1 to 8'
    expect 1 ./trace --bs 0
    has "$ERR" 'a batch has 1 to 8 samples'
    same "$(echo $(echo "$buffer_events $batch_events" | wc -w))" 20
}

test_events_are_explained() {
    local event
    expect 0 "$LOOPC" explain "$SPECS/trace.lua"
    for event in setup before_train $buffer_events $batch_events after_train; do
        echo "$OUT" | grep -Eq "\.(on_)?$event \[[0-9]+\] +[a-z].*; listeners: .*tell\.$event" || fail "$event is not explained"
    done
    same "$(echo "$OUT" | sed '1,/^events/d' | grep -c ' listeners: \| no listeners')" 23
    expect 0 "$LOOPC" explain "$SPECS/timeout.lua"
    has "$OUT" 'no listeners'
}

test_events_without_listeners_leave_no_trace() {
    expect 0 "$LOOPC" gen --no-format "$SPECS/timeout.lua"
    for event in compute_loss ComputeLoss zero_grad compute_reward before_train get_model_outputs GetModelOutputs; do
        lacks "$(echo "$OUT" | sed '1,/^ \*\//d')" "$event"
    done
}

test_rewards_novelty_cache_log_statistics() {
    program rewards
    expect 0 ./rewards --metrics metrics --table table --report 1
    has "$OUT" '1: here_batch 3.00 3.05
2: here_batch 4.00 4.00
computed 2, called 2, log 3.50 3.53 new 0.50 diversity 1.00 bs 2
max 4.00, of here_batch: mean 3.525 p50 3.525, numbers: min 1.0 p90 1.9'
    has "$OUT" '1: here_batch 3.00 3.00' # no longer new
    same "$(echo "$OUT" | grep '^mark')" 'mark 7 0
mark 7 0
mark 7 0' # batch fields of callbacks are made anew, with their defaults
    has "$(sed -n 2p metrics)" '"loop":"Batch","iteration":2'
    has "$(sed -n 2p metrics)" '"log.rewards":3.5,'
    same "$(cat table)" 'sample,score,source,batch
2,4,here_batch,0
1,3,here_batch,1'
    same "$(echo "$OUT" | grep -c '^ *batch .*diversity')" 1
}

test_twins_in_a_batch() {
    program twins
    expect 0 ./twins
    same "$OUT" 'new 1.00 diversity 0.50, cached 2, plain 4: 2 4 2 4
new 0.50 diversity 0.75, cached 3, plain 8: 2 4 6 6'
}

test_bs_minus_1_takes_all_or_says_why_not() {
    program buffer
    expect 0 ./buffer --bs -1 # 25 items, room for 32
    has "$OUT" 'built 25;25 of 25 from the buffer, 0 left'
    sed 's/buffer_size = 25/buffer_size = 33/' "$SPECS/buffer.lua" >many.lua
    program many many.lua
    expect 1 ./many --bs -1
    has "$ERR" '--bs -1 takes all 33 items of the buffer, a batch has room for 32: room = 33 in environment.new'
}

# LOOPC_DESIGNS (2) random designs: their invariants, the same run from the same seed, and after a kill -9 in the middle.
test_random_designs() {
    local design
    cp "$SPECS/invariants.lua" .
    for design in $(seq "$LOOPC_DESIGNS"); do
        sed "s/^local SEED = .*/local SEED = $design/" "$SPECS/any.lua" >any.lua
        build any.lua any
        expect 0 ./any --metrics first --seed "$design"
        cp "$TMP/out" told
        expect 0 ./any --metrics second --seed "$design"
        cmp "$TMP/out" told
        cmp first second
        rm -rf saved third
        expect 137 ./any --metrics third --seed "$design" --checkpoint saved --save-every 3 --die 7
        expect 0 ./any --metrics third --seed "$design" --checkpoint saved --save-every 3 --resume --die -1
        cmp "$TMP/out" told
        cmp first third
        expect 0 ./any --seed 100
    done
}

test_filters_keep_samples_together() {
    program filters
    local seed
    for seed in 1 2 3; do
        expect 0 ./filters --seed $seed
        same "$OUT" 'kept 1'
        expect 0 ./filters --seed $seed --bs $((seed * 20))
        expect 0 ./filters --seed $seed --bs -1
    done
    expect 0 ./filters --kind 1
    expect 0 ./filters --kind 3 # empty batches
    same "$OUT" 'kept 0'
    expect 1 ./filters --kind 2
    has "$ERR" 'a filter of '
}

test_the_buffer_takes_what_samplers_leave() {
    program buffer
    expect 0 ./buffer # 3 of 10 are the sampler's, rounded from 2.5; 8 the buffer's, from 7.5
    same "$OUT" 'built 25;8 of 11 from the buffer, 17 left
8 of 11 from the buffer, 9 left
built 34;8 of 11 from the buffer, 26 left'
    expect 0 ./buffer --bs -1
    same "$(echo "$OUT" | sed -n 1p)" 'built 25;25 of 25 from the buffer, 0 left'
    expect 0 ./buffer --seed 7
}

test_a_weighted_buffer() {
    program weighted
    expect 0 ./weighted
    same "$OUT" 'weights from 1
4 of 4, the first heaviest
weights from 1
4 of 4, the first heaviest
weights from 10
4 of 4, the first heaviest'
    expect 0 ./weighted --seed 9
}

test_a_timeout_blocks_what_was_used() {
    program timeout
    expect 0 ./timeout
    same "$OUT" '1 2 ;
3 ;
;
1 ;
2 ;
3 ;
1 ;'
}

gradients='gradient agrees
gradient agrees
gradient agrees
gradient agrees'

# model NAME FIXED RULE KIND: runs tests/environment/NAME.lua with these
model() {
    sed "s/^local FIXED, RULE, KIND = .*/local FIXED, RULE, KIND = $2, $3, '$4'/; s/^local KIND = .*/local KIND = '$4'/" \
        "$SPECS/$1.lua" > "$1.lua"
    program "$1" "$1.lua"
    expect 0 "./$1"
}

test_the_model_agrees_with_enumeration_and_differences() {
    local way ways=('true true plain' 'true false ratio' 'false true likelihood')
    cp "$SPECS/differences.lua" .
    if [ "$LOOPC_DESIGNS" -gt 2 ]; then ways+=('false false plain' 'false true ratio'); fi
    for way in "${ways[@]}"; do
        # shellcheck disable=SC2086
        model policy $way
        same "$OUT" "$gradients
probabilities make 1"
    done
}

test_the_model_of_vectors_agrees_with_differences() {
    local kind kinds='plain likelihood'
    cp "$SPECS/differences.lua" .
    if [ "$LOOPC_DESIGNS" -gt 2 ]; then kinds="$kinds ratio"; fi
    for kind in $kinds; do
        model vectors - - $kind
        same "$OUT" "$gradients"
    done
}

test_draws_come_as_often_as_they_should() {
    program draws
    expect 0 ./draws
    same "$OUT" 'as often as said'
}

test_the_best_of_the_log() {
    program best
    expect 0 ./best
    same "$OUT" '0:
1:
2: good good
3: good good'
}

test_vectors_are_learnt() {
    optimized points "$ROOT/specs/22_points.lua"
    expect 0 ./points --iters 1500
    echo "$OUT" | awk '/^least distance/ && $3 > $7 + 0.05 { found = 1 } END { exit !found }' || fail "chance is as good: $OUT"
}

# Four rows, each batch an epoch of them.
test_samples_of_a_data_set() {
    program data
    printf '1,2\n3,4\n5,6\n7,8\n' >rows.csv
    expect 0 ./data --known rows.csv
    local rows batch
    rows=$(echo "$OUT" | wc -l)
    same "$rows" 24
    for batch in 1 5 9 13 17 21; do
        same "$(echo "$OUT" | sed -n "$batch,$((batch + 3))p" | sort | paste -sd' ')" '1,2 3,4 5,6 7,8'
    done
    [ "$(echo "$OUT" | sed -n 1,4p)" != "$(echo "$OUT" | sed -n 5,8p)" ] || fail 'two epochs in the same order'
    sed 's/^local TOKENS = .*/local TOKENS = true/' "$SPECS/data.lua" >tokens.lua
    program tokens tokens.lua
    printf '0,1\n2,-1\n3,3\n1,0\n' >rows.csv
    expect 0 ./tokens --known rows.csv
    same "$(echo "$OUT" | sed -n 1,4p | sort | paste -sd' ')" '0,1,-1 1,0,-1 2,-1,-1 3,3,-1'
    printf '0,1,2,3\n' >rows.csv
    expect 1 ./tokens --known rows.csv
    has "$ERR" "rows of 'known' have 4 columns, samples 3"
    printf '0,1,7\n' >rows.csv
    expect 1 ./tokens --known rows.csv
    has "$ERR" "has the token 7"
}

test_losses_contrast_slow_copy_and_clipping() {
    program losses
    expect 0 ./losses
    same "$(echo "$OUT" | sed -n 1,2p)" 'rewards 1 5, final 0.5 2.5
rewards 2 5, final 1 2.5'
}

test_contrastive_pairs() {
    program pairs
    expect 0 ./pairs --iters 1
    told '4: 1 10 -> -1' '4: 1 11 -> 1' '3: 2 10 -> -2' '3: 2 12 -> 2' '2: 3 10 -> -3' '2: 3 13 -> 3' '1: 4 10 -> -4' '1: 4 14 -> 4' 11 rows
    expect 0 ./pairs --iters 1 --thin # a sample without its partner keeps its reward
    told '4: 1 10 -> -1' '4: 1 11 -> 1' '3: 2 12 -> 12' '2: 3 10 -> 10' '1: 4 10 -> -4' '1: 4 14 -> 4' 8 rows
}

test_trainable_latents() {
    program latents
    expect 0 ./latents --progress never
    same "$(awk '{ x = $1 - 0.3; y = $2 + 0.7; if (x * x + y * y < 0.1) near++ } END { print near }' <<<"$OUT")" 3
    expect 0 ./latents --progress never --iters 0
    same "$(awk '{ x = $1 - 0.3; y = $2 + 0.7; if (x * x + y * y > 0.1) far++ } END { print far }' <<<"$OUT")" 3
}

test_rollback_to_the_best_weights() {
    program rollback
    expect 0 ./rollback --progress never
    same "$OUT" "1 rollbacks, best 6.0, average 6.0"
    expect 0 ./rollback --progress never --lasting
    has "$OUT" "0 rollbacks, best 6.0, average "
    lacks "$OUT" "average 6.0"
}

test_callbacks_hear_in_their_order() {
    program order
    expect 0 ./order
    told buffer agent second reward third loss log late
    expect 0 "$LOOPC" explain "$SPECS/order.lua"
    has "$OUT" 'models learn; listeners: buffer.step, agent.step, second.step, reward.step, third.step, loss.step, log.step, late.step'
}

# refuses TEXT MESSAGE: a spec with this design is refused at its third line
refuses() {
    printf '%s\n' 'local environment = require "loopc.environment"' \
        'local design = environment.new { vector = 1, room = 8, bs = 2 }' "return design:trainer \"bad\" { $1 }" >bad.lua
    expect 2 "$LOOPC" check bad.lua
    has "$ERR" "bad.lua:3: error: $2"
}

test_wrong_use_is_refused_where_it_stands() {
    refuses 'callback "c" { after_sampel = "" }' "no node matches 'after_sampel'; did you mean 'after_sample'?"
    refuses 'design:reward { score = "" }, design:reward { score = "" }' "the name 'reward' is taken"
    refuses 'design:reward { scoer = "" }' "reward: there is no parameter 'scoer'; it takes cache, chunk,"
    refuses 'design:reward {}' 'reward takes C that scores an item'
    refuses 'design:reward { score = "", state = { weight = f32(1) } }' "reward: it has a field 'weight' already"
    refuses 'callback "c" { state = { a = f32(1) }, batch = { a = f32(1) }, step = "$a = 1;" }' "the name 'a' is taken"
    refuses 'design:bufer {}' "a design has no 'bufer'; its words are buffer, contrast,"
    refuses 'design.buffer {}' 'buffer takes a table, and after design a colon'
    refuses 'design:buffer { p_total = 2 }' "buffer: 'p_total' is a number from 0 to 1, not 2"
    refuses 'design:random { p_batch = 0.7 }, design:buffer { p_total = 0.5 }' \
        'the shares of a batch make 1.2, more than 1: random 0.7, buffer 0.5'
    refuses 'design:from_model {}' "unknown field '\$policy'"
    refuses 'design:policy { slow = { evry = 3 } }' "slow: there is no parameter 'evry'"
    refuses 'design:policy {}, design:policy_gradient { baseline = "slow" }' 'policy_gradient: baseline is'
    refuses 'design:statistics { field = "rewards", of = { "mena" } }' 'statistics: of = { "min", "mean", "max", 90 }'
    refuses 'design:pairs {}' 'pairs takes C that makes the first of each pair'
    refuses 'design:latents { size = 2 }' 'latents takes a size, and C that makes an item of z'
    refuses 'design:rollback {}' "rollback: there is no design:policy named 'policy' before it"
    refuses 'design:sampler { name = "S", p_batch = 1 }' 'sampler takes a name and C that makes items'
    expect 2 "$LOOPC" check bad.lua
    printf '%s\n' 'local environment = require "loopc.environment"' 'environment.new { vectr = 2 }' >bad.lua
    expect 2 "$LOOPC" check bad.lua
    has "$ERR" "bad.lua:2: error: environment.new: there is no parameter 'vectr'"
    sed 's/order = 100,/order = 5, setup = "$S.p_batch = 1.5f;",/' "$SPECS/buffer.lua" >shares.lua
    build shares.lua shares
    expect 1 ./shares
    has "$ERR" "the samplers' shares of a batch make 1.5, more than 1"
}

test_a_design_in_another_loop() {
    program nested
    expect 0 ./nested --metrics metrics --report 3
    same "$(grep -c '"loop":"Batch".*"count.batches":[123],.*"log.new":' metrics)" 6
    same "$(echo "$OUT" | grep -c '^ *3 .* 2 ')" 2 # a row of each run: batch 3, two samples
}

test_the_same_seed_gives_the_same_run() {
    optimized folding "$ROOT/specs/20_folding.lua"
    expect 0 ./folding --searches 1 --iters 20 --metrics a --seed 3 --progress never
    expect 0 ./folding --searches 1 --iters 20 --metrics b --seed 3 --progress never
    cmp a b
    expect 0 ./folding --searches 1 --iters 20 --metrics c --seed 4 --progress never
    ! cmp -s a c || fail 'another seed gives the same run'
}

# Contacts counted again by tests/program/environment/folds.py; of short chains the best fold of all is found.
test_folds_have_the_contacts_that_they_say() {
    local chain best
    optimized folding "$ROOT/specs/20_folding.lua"
    for chain in HHHH HPPHPPHH HHPHPHPHH; do
        expect 0 ./folding --chain $chain --searches 1 --iters 60 --table folds.csv
        has "$OUT" "best energy $(python3 "$SPECS/folds.py" $chain folds.csv --all)"
    done
    expect 0 ./folding --searches 1 --iters 200 --table folds.csv
    best=$(python3 "$SPECS/folds.py" HPHPPHHPHPPHPHHPPHPH folds.csv)
    has "$OUT" "best energy $best"
    [ "$best" -le -8 ] || fail "$best is poor for 12800 folds"
    expect 0 ./folding --chain HHHH --searches 1 --iters 5
    same "$(echo "$OUT" | tail -n 3 | tr -d ' []')" '@-@
|
@-@' # a square that is open at one side
    expect 0 ./folding --chain HHPHPHPHH --searches 1 --iters 20
    best=$(echo "$OUT" | sed -n 's/^best energy -//p')
    expect 0 python3 "$SPECS/folding_views.py" ./folding HHPHPHPHH
    same "$OUT" "$best"
    expect 1 ./folding --chain HPX
    has "$ERR" '--chain takes 4 to 24 letters'
}

# Two steps of the cart, from rest, pushed to the right, then to the left: the numbers of the usual physics.
test_cartpole_has_the_usual_physics_and_is_solved() {
    sed 's/^    Trials, Learner, Source, Agent, Pass,$/    Trials, Learner, Source, Agent, Pass, callback "physics" { before_trial = [[\
        float at[4] = {0}; simulate(at, 10); printf("%.6f %.6f %.6f %.6f\\n", (double)at[0], (double)at[1], (double)at[2], (double)at[3]);\
        simulate(at, -10); printf("%.6f %.6f %.6f %.6f\\n", (double)at[0], (double)at[1], (double)at[2], (double)at[3]); ]] },/' \
        "$ROOT/specs/21_cartpole.lua" >physics.lua
    optimized physics physics.lua
    expect 0 ./physics --trials 1
    same "$(echo "$OUT" | head -n 2)" '0.000000 0.195122 0.000000 -0.292683
0.003902 0.000000 -0.005854 0.000000'
    has "$OUT" 'solved 1 of 1'
}

# Taken up again from an earlier checkpoint, a run leaves the same log.
test_a_resumed_run_ends_the_same() {
    optimized folding "$ROOT/specs/20_folding.lua"
    expect 0 ./folding --searches 1 --iters 20 --checkpoint whole --save-every 10 --table a
    expect 0 ./folding --searches 1 --iters 20 --checkpoint half --save-every 10
    local saved
    saved=$(find half -name '*.safetensors' | sort | head -n 1)
    expect 0 ./folding --searches 1 --iters 20 --checkpoint half --resume "$saved" --table b
    cmp a b
}

run_tests

# loopc.lightning: the order of a run, stops and failures, progress, restarts, limits; resumed from any checkpoint. Specs in
# tests/lightning.
. "$(dirname "$0")/../support/lib.sh"

SPECS=$ROOT/tests/program/lightning

# program NAME: builds tests/lightning/NAME.lua to ./NAME; its C passes the strictest warnings.
program() {
    CFLAGS="$CFLAGS $STRICT" build "$SPECS/$1.lua" "$1"
}

# told WORDS...: the output is these, a line each.
told() { same "$(echo $OUT)" "$(echo "$@")"; }

start='reset on_run_start'
advance='on_advance_start advance on_advance_end'
end='on_run_end teardown behind'

test_a_run_in_its_order() {
    program order
    expect 0 ./order
    told $start $advance $advance $end
    expect 0 ./order --skipped
    told on_skip behind
}

test_zero_iterations_start_and_end() {
    program order
    expect 0 ./order --n 0
    told $start $end
    expect 0 ./order --over # asked before the first iteration, too
    told $start $end
}

test_a_stop_leaves_the_iteration_and_ends_the_run() {
    program order
    expect 0 ./order --stop-in on_advance_start
    told $start $advance on_advance_start $end
    expect 0 ./order --stop-in advance
    told $start $advance on_advance_start advance $end
    expect 0 ./order --stop-in on_advance_end
    told $start $advance $advance $end
    expect 0 ./order --n 9 --stop-in on_advance_end
    told $start $advance $advance $end
}

test_a_failure_ends_without_on_run_end() {
    program order
    for body in on_advance_start advance on_advance_end; do
        expect 1 ./order --fail-in $body
        lacks "$OUT" on_run_end
        same "$(tail -n 1 <<<"$OUT")" teardown
        has "$ERR" "Loop.on_"
    done
}

test_progress_of_three_epochs_that_fail() {
    program fit
    expect 1 ./fit --bad-epoch 1
    has "$OUT" "Train total 6 6 5 5 current 3 3 2 2"
    has "$OUT" "Fit total 2 2 1 1 current 2 2 1 1"
}

test_a_restart_goes_on_behind_the_last_completed_item() {
    program fit
    expect 0 ./fit
    local steps whole
    steps=$(grep -o '^[bv][a-z]* [0-9.]*' <<<"$OUT")
    whole=$(tail -n 1 <<<"$OUT")
    expect 0 ./fit --bad-epoch 1 --attempts 2
    same "$(grep -o '^[bv][a-z]* [0-9.]*' <<<"$OUT")" "$steps" # each once
    same "$(tail -n 1 <<<"$OUT")" "$whole"
    has "$OUT" "batch 1.2 restarting"
    lacks "$OUT" "batch 2.0 restarting"
    has "$OUT" "Train total 10 10 9 9 current 3 3 3 3"
    has "$OUT" "Fit total 4 4 3 3 current 3 3 3 3"
    expect 0 ./fit --bad-epoch 1 --bad-batch 1 --in-validation --attempts 2
    same "$(grep -o '^[bv][a-z]* [0-9.]*' <<<"$OUT")" "$steps"
    same "$(tail -n 1 <<<"$OUT")" "$whole"
    has "$OUT" "Train total 9 9 9 9 current 3 3 3 3"
    has "$OUT" "Validate total 7 7 6 6 current 2 2 2 2"
}

test_data_0_to_9_resumed() {
    program items
    expect 1 ./items --checkpoint saved --save-every 1step --bad 5
    local first=$OUT
    expect 0 ./items --checkpoint saved --resume --bad -1
    same "$(echo $first $OUT)" "0 1 2 3 4 5 6 7 8 9"
    expect 0 "$LOOPC" state saved/items-4.safetensors
    has "$OUT" Items.total_completed
}

# From every checkpoint there is, in training, in the middle of the validation, between epochs.
test_resumed_from_every_checkpoint() {
    program fit
    expect 0 ./fit --checkpoint saved --save-every 1step --metrics whole.jsonl
    local whole count=0
    whole=$(tail -n 4 <<<"$OUT")
    for file in saved/*.safetensors; do
        cp whole.jsonl m.jsonl
        expect 0 ./fit --resume "$file" --metrics m.jsonl
        has "$ERR" "resumed"
        grep -q 'that run is over' <<<"$ERR" && continue
        same "$(tail -n 4 <<<"$OUT")" "$whole"
        cmp m.jsonl whole.jsonl
        count=$((count + 1))
    done
    [ "$count" -ge 14 ] || fail "only $count checkpoints"
    expect 0 ./fit --resume saved/fit-8.safetensors
    has "$(head -n 1 <<<"$OUT")" restarting
}

test_what_was_loaded_is_what_was_saved() {
    program fit
    expect 0 ./fit --checkpoint saved --save-every 1step
    expect 0 ./fit --checkpoint again --resume saved/fit-6.safetensors --save-every 1step
    expect 0 "$LOOPC" state --diff saved/fit-7.safetensors again/fit-1.safetensors
}

test_limits_say_why() {
    program limits
    expect 0 ./limits
    told 4 epochs, 12 steps
    has "$ERR" "max_epochs = 4 reached"
    expect 0 ./limits --max-steps 7
    told 3 epochs, 7 steps
    has "$ERR" "max_steps = 7 reached"
    expect 0 ./limits --max-epochs 0
    told 0 epochs, 0 steps
    expect 0 ./limits --max-epochs -1 --max-steps 20
    told 7 epochs, 20 steps
    expect 0 ./limits --wish 2
    told 1 epochs, 2 steps
    has "$ERR" "should_stop was set"
    lacks "$ERR" "waits"
    expect 0 ./limits --wish 2 --min-epochs 2
    told 2 epochs, 6 steps
    has "$ERR" "should_stop waits for min_epochs = 2 and min_steps = -1"
    has "$ERR" "should_stop was set"
    expect 0 ./limits --wish 2 --min-steps 5
    told 2 epochs, 5 steps
    expect 0 ./limits --wish 2 --min-epochs 9
    told 4 epochs, 12 steps
    has "$ERR" "max_epochs = 4 reached"
    expect 0 ./limits --halt
    told 1 epochs, 4 steps
    has "$ERR" "a body stopped it"
    for limit in max-epochs min-epochs max-steps min-steps; do
        expect 1 ./limits --$limit -2
        has "$ERR" "$(tr - _ <<<"$limit") is -2"
    done
}

test_a_run_that_reached_its_limit_goes_on() {
    program limits
    expect 0 ./limits --checkpoint saved
    expect 0 ./limits --checkpoint saved --resume
    has "$ERR" "that run is over"
    expect 0 ./limits --checkpoint saved --resume --max-epochs 6
    told 6 epochs, 18 steps
    expect 0 ./limits --checkpoint saved --resume --max-epochs -1 --max-steps 20
    told 7 epochs, 20 steps
}

# An epoch that a limit has cut is finished by a run with a later limit, as if it had not been cut.
test_a_cut_epoch_goes_on() {
    program cut
    expect 0 ./cut
    local whole=$OUT first
    same "$(wc -l <<<"$whole")" 16
    for limit in '--max-steps 7' '--max-steps 10' '--max-steps 14' '--wish 8'; do
        rm -rf saved
        # shellcheck disable=SC2086
        expect 0 ./cut --checkpoint saved $limit
        first=$(grep -v batches <<<"$OUT")
        has "$OUT" "$(((${limit##* } + 4) / 5)) of" # the epoch counts as completed
        if [ "$limit" = '--wish 8' ]; then limit='--min-steps 15'; else limit='--max-steps -1'; fi
        # shellcheck disable=SC2086
        expect 0 ./cut --checkpoint saved --resume $limit
        same "$first
$OUT" "$whole"
    done
    sed 's/{ fit }/{ loop "Twice" { times = 2, on_fit = node(1, "$Fit.global_step = 0;") }, fit }/
        s/  batches =/  call_on = { "Twice.on_fit" }, batches =/' "$SPECS/cut.lua" >twice.lua
    expect 0 "$LOOPC" run twice.lua -- --max-steps 7 # a run of Fit that does not continue another begins at its first epoch
    same "$(sed -n '9,10p' <<<"$OUT" | tr '\n' ' ')" "0.0 0.1 "
}

test_a_callback_hears_a_validation_of_another_name() {
    cat >named.lua <<'SPEC'
local lightning = require "loopc.lightning"
local fit = lightning.fit_loop { max_epochs = 1, batches = 1, training_step = ";", validation = { batches = 1, validation_step = ";" } }
fit:replace { Validate = lightning.validation_loop { name = "Own", batches = 1, validation_step = [[ puts("own"); ]] } }
local heard = lightning.callback "heard" { on_validation_start = [[ puts("starts"); ]], on_validation_end = [[ puts("ends"); ]] }
return trainer "named" { fit, heard }
SPEC
    expect 0 "$LOOPC" run named.lua
    told starts own ends
}

test_hooks_parts_and_validation() {
    program parts
    expect 0 ./parts
    local step='part 0 +part part 1 +part' batch
    batch="batch_start $step batch_end +batch_end"
    told train_start +train_start epoch_start $batch $batch validation_start validation_batch_start valid validation_batch_end \
        validation_end +validation_end $batch epoch_end train_end teardown +teardown
}

# wrong TEXT SPEC: the spec is refused, with that text, at the spec's own line.
wrong() {
    printf 'local lightning = require "loopc.lightning"\n%s\n' "$2" >wrong.lua
    expect 2 "$LOOPC" check wrong.lua
    has "$ERR" "wrong.lua:2"
    has "$ERR" "$1"
}

test_errors_teach() {
    wrong "max_epochs is -2" 'lightning.fit_loop { batches = 1, max_epochs = -2 }'
    wrong "knows no 'batchs'; it knows " 'lightning.fit_loop { batchs = 1 }'
    wrong "how many has an epoch" 'lightning.fit_loop { max_epochs = 2 }'
    wrong "when does it end" 'lightning.loop "A" { advance = "x();" }'
    wrong "knows no 'on_advanced'" 'lightning.loop "A" { times = 1, on_advanced = "x();" }'
    wrong "not a loop of lightning.loop" 'lightning.loop "A" { times = 1, parent = loop "B" { on_b = node(1) } }'
    wrong "how many are there" 'lightning.fit_loop { batches = 1, validation = { validation_step = "x();" } }'
}

# replace TEXT: exchanges the epoch loop of tests/program/lightning/limits.lua.
exchange() {
    sed "s|^return trainer|$1\nreturn trainer|" "$SPECS/limits.lua" >exchanged.lua
}

test_loops_are_exchanged() {
    exchange 'fit:replace { Train = lightning.epoch_loop { name = "Mine", batches = 2, training_step = "puts(\\"mine\\");" } }'
    expect 0 "$LOOPC" run exchanged.lua -- --max-epochs 2
    told mine mine mine mine 2 epochs, 4 steps
    exchange 'fit:replace { Trian = fit }'
    expect 2 "$LOOPC" check exchanged.lua
    has "$ERR" "did you mean 'Train'"
    exchange 'lightning.batch_loop { parent = fit, parts = 2 }'
    expect 2 "$LOOPC" check exchanged.lua
    has "$ERR" "loop 'Part' cannot be connected to Fit.on_training_step: 'Fit' has no node 'on_training_step'"
}

# A loop that takes the place of another knows where it was left, and its children where they are.
test_a_replaced_loop_is_restarted() {
    program replaced
    expect 0 ./replaced
    local whole=$OUT
    same "$(head -n 5 <<<"$OUT" | tr '\n' ' ')" "own 0.0 own 0.1 valid 0.1 own 0.2 own 1.0 "
    local epoch batch
    for epoch in 0 1 2; do
        for batch in -1 0 1 2; do
            expect 0 ./replaced --bad-epoch $epoch --bad-batch $batch
            same "$OUT" "$whole"
        done
    done
    expect 0 ./replaced --checkpoint saved --save-every 1step --bad-epoch 1
    local file
    for file in saved/replaced-[0-9]*; do
        expect 0 ./replaced --resume "$file"
        [ -z "$OUT" ] || same "$OUT" "$(tail -n "$(wc -l <<<"$OUT")" <<<"$whole")"
    done
}

test_a_restart_is_that_of_the_run_that_failed() {
    program again
    expect 0 ./again
    told 0.0 0.0 0.1 0.2 1.0 1.1 1.2
}

test_a_bound_that_is_an_option_is_made_longer() {
    program longer
    expect 0 ./longer --checkpoint saved
    told 0 1 2 3
    expect 0 ./longer --checkpoint saved --resume --n 6
    told 4 5
    expect 0 ./longer --checkpoint other --save-every 1step
    expect 0 ./longer --resume other/longer-2.safetensors --n 7
    told 2 3 4 5 6
}

run_tests

# Finished runs that continue with a larger bound, and `restarting`, by which bodies notice a resume.
. "$(dirname "$0")/../support/lib.sh"

# The end changes the weight, as averaging of weights does: a continued run has to begin before it.
build_fit() {
    cat >fit.lua <<SPEC
local Fit = loop "Fit" { $1, state = { epochs = i32 { 10, option = true }, w = f64(1), halt = i32 { -1, option = true } },
    on_epoch = node(1, [[ if (\$iteration == \$halt) \$stop(); ]]), after_run = node(8, [[ \$w += 100; ]]),
    finally_run = node(9, [[ printf("%a %d\\n", \$w, (int)\$total); ]]) }
local Train = loop "Train" { call_on = { Fit.on_epoch }, times = 3, state = { loss = f64 { report = true } },
    on_batch = node(1, [[ \$w += 0.1 * \$w / (double)(1 + \$total); \$loss = \$w; ]]) }
return trainer "fit" { Fit, Train }
SPEC
    build fit.lua fit ${2:-}
}

# 10 epochs, and then 20, are 20 at once, metrics included; and 20 more of nothing are nothing.
check_extension() {
    expect 0 ./fit --epochs 20 --metrics whole.jsonl
    local whole=$OUT
    expect 0 ./fit --checkpoint saved --metrics m.jsonl
    expect 0 ./fit --checkpoint saved --metrics m.jsonl --resume
    has "$ERR" "that run is over"
    expect 0 ./fit --checkpoint saved --metrics m.jsonl --resume --epochs 20
    has "$ERR" "at the end of Fit"
    same "$OUT" "$whole"
    cmp m.jsonl whole.jsonl
    expect 0 ./fit --checkpoint saved --resume --epochs 5
    has "$ERR" "that run is over"
    same "$OUT" ""
}

test_a_larger_bound_of_times() {
    build_fit 'times = "$epochs"'
    check_extension
}

test_a_larger_bound_of_done() {
    build_fit 'done = "$iteration >= $epochs"'
    check_extension
}

test_a_larger_bound_in_the_step_form() {
    build_fit 'times = "$epochs"' --step
    check_extension
}

test_a_larger_bound_in_the_middle() {
    build_fit 'times = "$epochs"'
    expect 0 ./fit --epochs 20
    local whole=$OUT
    expect 0 ./fit --checkpoint saved --save-every 1step
    rm saved/fit-[2-9]?.safetensors
    expect 0 ./fit --checkpoint saved --resume --epochs 20
    same "$OUT" "$whole"
}

test_a_run_that_stopped_itself_is_over() {
    build_fit 'times = "$epochs"'
    expect 0 ./fit --checkpoint saved --halt 4
    expect 0 ./fit --checkpoint saved --resume --epochs 20 --halt 4
    has "$ERR" "that run is over"
}

test_without_the_end_of_its_loop_it_is_over() {
    build_fit 'times = "$epochs"'
    expect 0 ./fit --checkpoint saved --keep 1
    expect 0 ./fit --checkpoint saved --resume --epochs 20
    has "$ERR" "that run is over"
    has "$ERR" "--keep 2"
}

test_a_damaged_end_of_its_loop_is_told() {
    build_fit 'times = "$epochs"'
    expect 0 ./fit --checkpoint saved --save-every 1epoch
    truncate -s -3 saved/fit-10.safetensors
    expect 0 ./fit --checkpoint saved --resume --epochs 20
    has "$ERR" "warning: saved/fit-10.safetensors: "
    has "$ERR" "that run is over"
}

test_killed_behind_the_last_epoch() {
    build_fit 'times = "$epochs"'
    expect 0 ./fit --checkpoint saved
    local whole=$OUT
    rm "$(printf '%s\n' saved/*.safetensors | sort -V | tail -n 1)"
    expect 0 ./fit --checkpoint saved --resume
    has "$ERR" "at the end of Fit"
    same "$OUT" "$whole"
}

# Of loops that run one after the other it is the one with more to do: those behind it run again.
test_the_loop_that_has_more_to_do() {
    cat >two.lua <<'SPEC'
local All = loop "All" { on_first = node(1), on_second = node(2), after_second = node(3, [[ printf("%g\n", $x); ]]) }
local A = loop "A" { call_on = { All.on_first }, times = "$a", on_a = node(1, [[ $x = 2 * $x + 1; ]]) }
local B = loop "B" { call_on = { All.on_second }, times = "$b", on_b = node(1, [[ $x = 3 * $x + 1; ]]) }
return trainer "two" { All, A, B, state = { x = f64(0), a = i32 { 3, option = true }, b = i32 { 4, option = true } } }
SPEC
    build two.lua two
    for flags in "--b 6" "--a 5" "--a 5 --b 6"; do
        expect 0 ./two $flags
        local whole=$OUT
        rm -rf saved
        expect 0 ./two --checkpoint saved
        expect 0 ./two --checkpoint saved --resume $flags
        same "$OUT" "$whole"
    done
}

# A bound that something else decides is the one that was decided at entry.
test_a_bound_that_a_body_decides_stays() {
    cat >own.lua <<'SPEC'
local Fit = loop "Fit" { times = "$n", state = { n = i32(6) }, on_epoch = node(1, [[ $n = 3; printf("%d\n", (int)$iteration); ]]) }
return trainer "own" { Fit }
SPEC
    build own.lua own
    expect 0 ./own --checkpoint saved --save-every 1epoch
    rm saved/own-6.safetensors saved/own-7.safetensors
    expect 0 ./own --checkpoint saved --resume
    same "$OUT" "5"
}

test_restarting() {
    cat >again.lua <<'SPEC'
local Fit = loop "Fit" { times = 3, on_epoch = node(1, [[ printf("epoch %d %d\n", (int)$iteration, $restarting); ]]),
    after_epoch = node(2) }
local Train = loop "Train" { call_on = { Fit.on_epoch }, times = 3, on_batch = node(1, [[
    printf("batch %d %d\n", (int)$iteration, $restarting);
    if ($Fit.iteration == $bad && $iteration == 1) $fail("as was wished");
]]) }
local Valid = loop "Valid" { call_on = { Fit.after_epoch }, times = 2, skip = "$Fit.iteration == 1",
    on_valid = node(1, [[ printf("valid %d %d\n", (int)$iteration, $restarting); ]]) }
return trainer "again" { Fit, Train, Valid, state = { bad = i32 { -1, option = true } } }
SPEC
    build again.lua again
    expect 1 ./again --checkpoint saved --save-every 1step --bad 1
    lacks "$OUT" "0 1"
    expect 0 ./again --checkpoint saved --resume --bad -1
    # Valid has not run when the epoch around it is over: restarting is false again.
    same "$OUT" "batch 1 1
batch 2 0
epoch 2 0
batch 0 0
batch 1 0
batch 2 0
valid 0 0
valid 1 0"
    "$LOOPC" gen "$ROOT/specs/01_nested.lua" >nested.c
    lacks "$(cat nested.c)" restarting
}

run_tests

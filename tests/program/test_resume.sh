# Checkpoints from outside: a run ended in any way resumes from its last checkpoint and ends in the same bits.
# KILLS (default 6) random kill -9; more of them in make soak.
. "$(dirname "$0")/../support/lib.sh"
KILLS=${KILLS:-6}

# A trainer with a loop in each place: training, validation in the middle of an epoch, a loop before the run, its own
# random streams; it prints a digest of its weights at the end.
build_trainer() {
    cat >resume.lua <<'SPEC'
local Fit = loop "Fit" {
    done = "$iteration >= $epochs", state = { epochs = i32 { 12, option = true } },
    before_run = node(0, [[ $score = 0; ]]),
    on_train = node(1), on_valid = node(2),
    finally_run = node(9, [[ puts("finally"); ]]),
}
local function pass(name, on, times, learn)
    return loop(name) {
        call_on = { on }, times = times,
        state = { points = rng {}, loss = f32 { report = true } },
        site = { passes = u64(0) },
        batch = { x = f32[16], y = f32[8] },
        on_sample = node(1, [[
            for (int i = 0; i < 8; i++) {
                const float a = loopc_rng_f32($points), b = loopc_rng_f32($points);
                $x[2 * i] = a, $x[2 * i + 1] = b, $y[i] = a * b;
            }
        ]]),
        on_inner = node(2),
        on_learn = node(3, learn),
        after_learn = node(4, [[ $passes++; $score = $score * 0.99f + $loss; ]]),
    }
end
local Train = pass("Train", Fit.on_train, 40, [[ $loss = net_train($net, $adam, $x, $y, 8, 0.01f); ]])
local Valid = pass("Valid", Fit.on_valid, 10, [[ net_forward($net, $x, 8); $loss = net_loss($net, $y, 8); ]])
local Wait = loop "Wait" { call_on = { Train.on_inner }, times = 3, state = { spent = f64(0) },
    on_spin = node(1, [[ for (volatile int i = 0; i < 3000; i++) $spent += 1e-9; ]]) }
local done = callback "done" { ["Fit.finally_run"] = [[
    float w[64]; net_get_weights($net, w, 2 * 8 + 8 + 8 + 1);
    for (int i = 0; i < 33; i++) printf("%a ", (double)w[i]);
    printf("%a %g %d\n", (double)$score, $Wait.spent, (int)$Train.total);
]] }
return trainer "resume" { Fit, Train, Valid, Wait, done, state = {
    score = f32(0), name = str "a text",
    net = mlp { 2, 8, 1, activation = "tanh", loss = "squared_error", batch = 8 }, adam = optimizer { "adam", net = "net" } } }
SPEC
    build resume.lua resume
    ./resume --metrics whole.jsonl >whole.out
}

# Runs the rest and compares with the uninterrupted run.
resume_and_compare() {
    expect 0 ./resume --checkpoint saved --save-every 7 --keep 3 --metrics m.jsonl --resume
    same "$(tail -n 1 <<<"$OUT")" "$(tail -n 1 whole.out)"
    cmp m.jsonl whole.jsonl
}

test_kill_9_at_random() {
    build_trainer
    for _ in $(seq "$KILLS"); do
        rm -rf saved m.jsonl
        ./resume --checkpoint saved --save-every 7 --keep 3 --metrics m.jsonl >/dev/null 2>&1 &
        sleep "0.$(printf %03d $((RANDOM % 120)))"
        kill -9 $! 2>/dev/null || true
        wait $! 2>/dev/null || true
        resume_and_compare
    done
}

# One run that is killed whenever it has been resumed, until it gets to its end.
test_killed_again_and_again() {
    build_trainer
    local code=1 kills=0
    while [ "$kills" -lt "$KILLS" ] && [ "$code" -ne 0 ]; do
        ./resume --checkpoint saved --save-every 1 --keep 2 --metrics m.jsonl --resume >/dev/null 2>&1 &
        sleep "0.0$((RANDOM % 90 + 10))"
        kill -9 $! 2>/dev/null || true
        code=0
        wait $! 2>/dev/null || code=$?
        kills=$((kills + 1))
    done
    [ "$code" -eq 0 ] || resume_and_compare
    cmp m.jsonl whole.jsonl
}

test_others_read_what_was_saved() {
    build_trainer
    expect 0 ./resume --checkpoint saved --save-every 100
    for file in saved/*.safetensors; do
        expect 0 python3 "$ROOT/tests/support/read_safetensors.py" "$file"
        has "$OUT" "checksum right"
        has "$OUT" "net.layers.0.weight F32"
        has "$OUT" "loopc.position I64 []"
    done
    expect 0 python3 "$ROOT/tests/support/read_safetensors.py" "$(latest)" Fit.iteration Train.total adam.step
}

# Changes of the data by a body before the first epoch are there after a resume: parts of data sets, a set narrowed to the rest.
test_parts_of_data_sets() {
    cat >parts.lua <<'SPEC'
local Fit = loop "Fit" { times = "$epochs", state = { epochs = i32 { 3, option = true } },
    before_run = node(0, [[
        if (loopc_dataset_split($all, 7, 0.3, $all, $valid)) $fail("no part");
        if (loopc_dataset_split($all, 8, 0.5, $first, $second)) $fail("no part");
    ]]),
    on_epoch = node(1),
    after_run = node(9, [[ printf("%g %d %d %d %d\n", $sum, (int)$all->rows, (int)$valid->rows, (int)$first->rows, (int)$second->rows); ]]) }
local Pass = loop "Pass" { call_on = { Fit.on_epoch }, times = "$all->rows", state = { x = f32[2] },
    on_row = node(1, [[
        loopc_dataset_take($all, (uint64_t)$Fit.iteration + 1, $iteration, 1, $x, NULL);
        $sum = $sum * 1.1 + (double)$x[0];
        if ($iteration < $valid->rows) loopc_dataset_take($valid, 0, $iteration, 1, $x, NULL), $sum += (double)$x[1];
        if ($iteration < $second->rows) loopc_dataset_take($second, 0, $iteration, 1, $x, NULL), $sum -= (double)$x[1];
        $sum = fmod($sum, 1000);
    ]]) }
return trainer "parts" { Fit, Pass, state = { sum = f64 {},
    all = dataset { option = true, label = false }, valid = dataset {}, first = dataset {}, second = dataset {} } }
SPEC
    build parts.lua parts
    for i in $(seq 20); do echo "$i,$((i * i))"; done >rows.csv
    expect 0 ./parts --all rows.csv --checkpoint saved --save-every 1step --keep 100
    local whole=$OUT
    has "$whole" " 14 6 7 7"
    for number in 1 5 14 30 41; do
        expect 0 ./parts --all rows.csv --resume "saved/parts-$number.safetensors"
        same "$OUT" "$whole"
        lacks "$ERR" warning
    done
    expect 0 ./parts --all rows.csv --epochs 5
    whole=$OUT
    expect 0 ./parts --all rows.csv --checkpoint saved --resume --epochs 5
    same "$OUT" "$whole"
    head -n 9 rows.csv >fewer.csv
    expect 2 ./parts --all fewer.csv --resume saved/parts-5.safetensors
    has "$ERR" "data set all has other content than the run had"
    has "$ERR" "hint: --other-data allows it"
    expect 0 ./parts --all fewer.csv --resume saved/parts-5.safetensors --other-data
    has "$ERR" "all is another data set"
}

latest() {
    printf '%s\n' saved/resume-[0-9]*.safetensors | sort -V | tail -n 1
}

test_signals_save_and_end_in_good_order() {
    build_trainer
    local code whole
    whole=$(./resume --epochs 400 | tail -n 1)
    for number in 2 15; do
        rm -rf saved
        code=0
        env --default-signal=INT ./resume --epochs 100000 --checkpoint saved --save-every 1000000 >out 2>err &
        await catches_term $!
        kill -"$number" $!
        wait $! || code=$?
        same "$code" $((128 + number))
        has "$(cat out)" finally
        [ -f saved/resume-1.safetensors ]
        expect 0 ./resume --epochs 400 --checkpoint saved --resume
        same "$(tail -n 1 <<<"$OUT")" "$whole"
    done
}

test_usr1_saves_and_goes_on() {
    build_trainer
    local whole
    whole=$(./resume --epochs 400 | tail -n 1)
    ./resume --epochs 100000 --checkpoint saved --save-every 1000000 >/dev/null 2>&1 &
    await catches_term $!
    kill -USR1 $!
    await test -f saved/resume-1.safetensors
    kill -0 $!
    kill -9 $!
    wait $! 2>/dev/null || true
    [ -f saved/resume-1.safetensors ]
    expect 0 ./resume --epochs 400 --checkpoint saved --resume
    same "$(tail -n 1 <<<"$OUT")" "$whole"
}

test_a_damaged_checkpoint_falls_back() {
    build_trainer
    expect 0 ./resume --checkpoint saved --save-every 100 --epochs 6
    local latest
    latest=$(printf '%s\n' saved/resume-*.safetensors | sort -V | tail -n 1)
    rm "$latest" # the end of the run
    latest=$(printf '%s\n' saved/resume-*.safetensors | sort -V | tail -n 1)
    truncate -s -3 "$latest"
    expect 0 ./resume --checkpoint saved --resume --epochs 12
    has "$ERR" warning
    same "$(tail -n 1 <<<"$OUT")" "$(tail -n 1 whole.out)"
}

test_a_run_that_is_over() {
    build_trainer
    expect 0 ./resume --checkpoint saved
    expect 0 ./resume --checkpoint saved --resume
    has "$ERR" "that run is over"
    same "$OUT" ""
}

test_best_and_keep() {
    build_trainer
    expect 0 ./resume --checkpoint saved --save-every 1epoch --keep 2 --best Valid.loss
    same "$(find saved -name 'resume-[0-9]*' | wc -l | tr -d ' ')" 2
    [ -f saved/resume-best.safetensors ]
    expect 2 ./resume --checkpoint saved --best Valid.los
    has "$ERR" "Valid.los"
}

test_a_full_disk_leaves_the_last_good_one() {
    [ "$(id -u)" -eq 0 ] || skip "only root may mount"
    build_trainer
    mkdir disk
    mount -t tmpfs -o size=40k tmpfs disk 2>/dev/null || skip "no tmpfs here"
    trap 'umount disk 2>/dev/null || true' EXIT
    expect 1 ./resume --checkpoint disk/saved --save-every 1epoch
    has "$ERR" "No space left"
    same "$(tail -n 1 <<<"$OUT")" "$(tail -n 1 whole.out)"
    expect 1 ./resume --checkpoint disk/more --save-every 1epoch --not-saved stop
    has "$ERR" "No space left"
    expect 0 ./resume --resume "$PWD/$(printf '%s\n' disk/saved/resume-*.safetensors | sort -V | tail -n 1)"
    same "$(tail -n 1 <<<"$OUT")" "$(tail -n 1 whole.out)"
    umount disk
}

test_wrong_use() {
    build_trainer
    expect 2 ./resume --keep 3
    has "$ERR" "nothing is saved without --checkpoint"
    expect 2 ./resume --checkpoint saved --save-every often
    expect 2 ./resume --resume nothing.safetensors
    expect 2 ./resume --checkpoint /proc/nothing
    expect 2 ./resume --checkpoint saved --keep 0
    sed 's/on_inner = node(2)/on_inner = node(2), on_other = node(5, [[ $score += 1; ]])/; s/times = 40/times = 40/' resume.lua >other.lua
    expect 0 ./resume --checkpoint saved --epochs 2
    build other.lua other
    expect 2 ./other --checkpoint saved --resume
    has "$ERR" "another version"
}

# Each function of a deep nest is entered by a range of positions.
test_a_deep_nest_is_resumed_from_everywhere() {
    cat >deep.lua <<'SPEC'
local all = {}
for i = 1, 30 do
    local up = all[i - 1]
    all[i] = loop("L" .. i) { call_on = up and { up.on_x }, times = (i == 1 or i == 15 or i == 30) and 2 or 1,
        state = { n = i32(0) }, finally_x = node(2, "$n += 0;"), on_x = node(1, "$n++;"
            .. (i == 30 and 'printf("%d %d %d\\n", (int)$L1.n, (int)$L15.n, (int)$L30.n);' or "")) }
end
return trainer "deep" (all)
SPEC
    expect 0 env CFLAGS="$CFLAGS -O0" "$LOOPC" build --keep deep.lua -o deep
    grep -q 'at >= AT_L[0-9]* && at <= AT_L' deep.c || fail 'there are no ranges'
    ./deep --checkpoint saved --save-every 1step >whole
    [ "$(wc -l <whole)" -eq 8 ] || fail 'that is not what it runs'
    local file
    for file in saved/*.safetensors; do
        expect 0 ./deep --resume "$file"
        [ -z "$OUT" ] || same "$OUT" "$(tail -n "$(echo "$OUT" | wc -l)" whole)"
        [ -z "$OUT" ] || ls "$file" >>resumed
    done
    [ "$(wc -l <resumed)" -ge 7 ] || fail 'hardly any checkpoint goes on'
}

run_tests

# Saving: the best, the owner of folders and metrics files, the schedule, interruptions.
. "$(dirname "$0")/../support/lib.sh"

# Losses of epochs and of validations in an unusual order; a signal in any step; a mean that its end makes.
build_best() {
    cat >best.lua <<'SPEC'
local Fit = loop "Fit" { times = "$epochs", state = { epochs = i32 { 5, option = true }, loss = f64 { report = true } },
    on_train = node(1), on_valid = node(2),
    after_epoch = node(3, [[ static const double v[] = { 5, 3, 4, 1, 2 }; $loss = v[$iteration]; ]]) }
local Train = loop "Train" { call_on = { Fit.on_train }, times = 4, state = { at = i64 { -1, option = true } },
    on_batch = node(1, [[ $w += 1; if ($at == (int64_t)$w) raise($signal); ]]) }
local Valid = loop "Valid" { call_on = { Fit.on_valid }, times = 3, skip = "$Fit.iteration == 0",
    state = { mean = f64 { report = true }, last = f64 { report = true } },
    before_run = node(0, [[ $mean = 0; ]]),
    on_batch = node(1, [[ $last = $Fit.iteration == 3 ? 0.5 : 10 - (double)$Fit.iteration; $mean += $last; ]]),
    after_run = node(9, [[ $mean /= 3; ]]) }
return trainer "best" { include = { "<signal.h>" }, Fit, Train, Valid,
    state = { w = f64(0), signal = i32 { 10, option = true } } }
SPEC
    build best.lua best
}

# value NAME FILE: of a field of a checkpoint.
value() {
    "$LOOPC" state "$2" | awk -v name="$1" '$1 == name { print $NF }'
}

# The lowest epoch is the fourth, its step is 16; whatever the schedule, whatever interrupts.
test_the_best_epoch() {
    build_best
    local flags
    for flags in "" "--save-every 3steps" "--save-every 1epoch --keep 1" "--save-every 1000epochs" "--at 2 --save-every 1000epochs"; do
        rm -rf saved
        expect 0 ./best --checkpoint saved --best Fit.loss $flags
        same "$(value Fit.loss saved/best-best.safetensors) $(value w saved/best-best.safetensors)" "1 16"
    done
}

test_nothing_is_the_best_before_a_pass_has_ended() {
    build_best
    expect 143 ./best --checkpoint saved --best Fit.loss --at 2 --signal 15
    [ -f saved/best-1.safetensors ]
    [ ! -e saved/best-best.safetensors ]
    expect 0 ./best --checkpoint saved --resume # judged as before, without the flag
    same "$(value Fit.loss saved/best-best.safetensors) $(value w saved/best-best.safetensors)" "1 16"
}

# The judgement continues after every checkpoint: an earlier better value stays the best.
test_a_resumed_run_judges_on() {
    build_best
    expect 143 ./best --checkpoint saved --best Fit.loss --at 18 --signal 15
    expect 0 ./best --checkpoint saved --resume --best Fit.loss --at -1
    same "$(value w saved/best-best.safetensors)" 16
    expect 0 ./best --resume best --checkpoint saved --at -1
    same "$(value w saved/best-best.safetensors)" 16
    rm -rf saved
    expect 143 ./best --checkpoint saved --best Fit.loss --at 18 --signal 15
    expect 0 ./best --checkpoint saved --resume --best max:Fit.loss --at -1
    has "$ERR" "the best was judged by min:Fit.loss, and now anew by max:Fit.loss"
    same "$(value w saved/best-best.safetensors)" 20 # the only epoch that ended under the new judge
}

# A validation is judged as a whole, by its mean; and by its last value where it has no other. It is skipped in the first epoch.
test_the_best_validation() {
    build_best
    for field in Valid.mean Valid.last; do
        for every in 1step 7steps 1epoch; do
            rm -rf saved
            expect 0 ./best --checkpoint saved --best "$field" --save-every "$every"
            same "$(value "$field" saved/best-best.safetensors) $(value w saved/best-best.safetensors)" "0.5 16"
        done
    done
    rm -rf saved
    expect 0 ./best --checkpoint saved --best max:Valid.mean --save-every 1step
    same "$(value Valid.mean saved/best-best.safetensors) $(value w saved/best-best.safetensors)" "9 8"
}

test_the_fit_loop_of_the_library() {
    build "$ROOT/specs/13_fit_loop.lua" fit
    expect 0 ./fit --checkpoint saved --save-every 7steps --keep 2 --best Validate.loss --max-epochs 6 --metrics m.jsonl
    local best
    best=$(python3 - <<'PYTHON'
import json
rows = [json.loads(line) for line in open("m.jsonl")]
print(min(row["loss"] for row in rows if row.get("loop") == "Validate" and row["iteration"] == 10))
PYTHON
    )
    python3 -c "import sys; sys.exit(abs(float('$(value Validate.loss saved/fit_loop-best.safetensors)') - $best) > 1e-6)"
}

test_a_killed_run_comes_to_the_same_best() {
    build_best
    local code
    for step in 6 9 14 17 19; do
        rm -rf saved
        code=0
        ./best --checkpoint saved --save-every 2steps --best Valid.mean --at $step --signal 9 2>/dev/null || code=$?
        [ $code -eq 137 ]
        expect 0 ./best --checkpoint saved --save-every 2steps --resume --at -1
        same "$(value Valid.mean saved/best-best.safetensors) $(value w saved/best-best.safetensors)" "0.5 16"
    done
}

# Metrics: a loop that makes something at its end writes it then, and no iteration shows that of the pass before.
test_what_the_end_of_a_loop_sets() {
    cat >ends.lua <<'SPEC'
local Fit = loop "Fit" { times = 2, state = { final = f64 { report = true } }, on_epoch = node(1), after_run = node(9, [[ $final = 99; ]]) }
local Valid = loop "Valid" { call_on = { Fit.on_epoch }, times = "$Fit.iteration == 0 ? 2 : 3",
    state = { sum = f64 { report = true }, mean = f64 { report = true }, share = f64 { report = true } },
    before_run = node(0, [[ $sum = 0; ]]),
    on_batch = node(1, [[ $sum += 1 + (double)$total; $share = $sum; ]]),
    after_run = node(8, [[ $mean = $sum / (double)$iteration; $share /= 10; ]]), finally_run = node(9) }
local note = callback "note" { state = { seen = i64 { report = true } }, ["Valid.after_run"] = [[ $seen++; ]] }
return trainer "ends" { Fit, Valid, note }
SPEC
    build ends.lua ends
    cat >wanted <<'LINES'
{"loop":"Valid","iteration":1,"total":1,"sum":1,"share":1}
{"loop":"Valid","iteration":2,"total":2,"sum":3,"share":3}
{"loop":"Valid","ended":true,"iteration":2,"total":2,"mean":1.5,"share":0.3,"note.seen":1}
{"loop":"Valid","iteration":1,"total":3,"sum":3,"share":3}
{"loop":"Valid","iteration":2,"total":4,"sum":7,"share":7}
{"loop":"Valid","iteration":3,"total":5,"sum":12,"share":12}
{"loop":"Valid","ended":true,"iteration":3,"total":5,"mean":4,"share":1.2,"note.seen":2}
{"loop":"Fit","ended":true,"iteration":2,"total":2,"final":99}
LINES
    expect 0 ./ends --metrics m.jsonl
    diff wanted m.jsonl
    build ends.lua ends --step
    expect 0 ./ends --metrics m.jsonl
    diff wanted m.jsonl
    expect 0 ./ends --metrics m.jsonl --timings
    diff wanted m.jsonl
}

# report = n: every n-th iteration, and the last one of each pass, which may be shorter than n or end early.
test_every_nth_iteration_and_the_last() {
    cat >rare.lua <<'SPEC'
local Fit = loop "Fit" { times = 2, state = { rare = i64 { report = 100 } }, on_train = node(1), on_epoch = node(2, [[ $rare += 10; ]]) }
local Train = loop "Train" { call_on = { Fit.on_train }, times = 3, state = { loss = i64 { report = 2 }, late = i64 { report = 100 } },
    on_first = node(0, [[ if ($Fit.iteration == 1 && $iteration == 1) $stop(); ]]),
    on_batch = node(1, [[ $loss = $late = $total; ]]) }
return trainer "rare" { Fit, Train }
SPEC
    cat >wanted <<'LINES'
{"loop":"Train","iteration":2,"total":2,"loss":1}
{"loop":"Train","ended":true,"iteration":3,"total":3,"loss":2,"late":2}
{"loop":"Train","ended":true,"iteration":1,"total":4,"loss":3,"late":3}
{"loop":"Fit","ended":true,"iteration":2,"total":2,"rare":20}
LINES
    for form in "" --step; do
        build rare.lua rare $form
        expect 0 ./rare --metrics m.jsonl --progress never
        diff wanted m.jsonl
    done
}

test_a_folder_belongs_to_one_run() {
    build_best
    expect 0 ./best --checkpoint saved --best Fit.loss --save-every 1epoch
    sha256sum saved/* >before
    expect 2 ./best --checkpoint saved --best Fit.loss --save-every 1epoch --keep 1
    has "$ERR" "saved: it has the checkpoints of another run, as best-6.safetensors"
    has "$ERR" "hint: --resume continues that run; a new one needs another folder"
    expect 0 ./best --checkpoint other
    expect 2 ./best --checkpoint saved --resume other/best-2.safetensors --epochs 9
    has "$ERR" "the checkpoints of another run"
    sed 's/trainer "best"/trainer "rest"/' best.lua >rest.lua
    build rest.lua rest
    expect 2 ./rest --checkpoint saved
    expect 2 ./rest --checkpoint saved --resume
    has "$ERR" "continue in another folder"
    sha256sum --quiet -c before
    expect 0 ./best --checkpoint saved --resume saved/best-2.safetensors # its own
    expect 0 ./best --checkpoint branch --resume saved/best-2.safetensors
    expect 0 ./best --checkpoint branch --resume
    mkdir mine
    touch mine/weights.safetensors mine/notes-on-3.txt
    expect 0 ./best --checkpoint mine
}

test_a_damaged_latest_does_not_hide_the_owner() {
    build_best
    expect 0 ./best --checkpoint saved --save-every 1epoch
    truncate -s 100 saved/best-6.safetensors
    expect 0 ./best --checkpoint saved --resume
    expect 2 ./best --checkpoint saved
}

# Metrics of one run: recognised by their beginning.
test_metrics_of_another_run() {
    build_best
    expect 0 ./best --metrics whole.jsonl
    cp whole.jsonl m.jsonl
    expect 143 ./best --checkpoint saved --metrics m.jsonl --at 10 --signal 15
    sed 's/"loss":5/"loss":7/' whole.jsonl >m2.jsonl
    cp m2.jsonl before
    expect 2 ./best --checkpoint saved --resume --metrics m2.jsonl --at -1
    has "$ERR" "--metrics: m2.jsonl is not the metrics file of this run"
    has "$ERR" "hint: give the file that it wrote, or a new one"
    cmp m2.jsonl before
    cp -r saved copy
    expect 0 ./best --checkpoint copy --resume --metrics new.jsonl --at -1
    head -n 2 m.jsonl >cut.jsonl
    printf '{"lo' >>cut.jsonl
    cp -r saved copy2
    expect 0 ./best --checkpoint copy2 --resume --metrics m.jsonl --at -1
    cmp m.jsonl whole.jsonl
    cp -r saved copy3
    expect 2 ./best --checkpoint copy3 --resume --metrics cut.jsonl --at -1 # shorter than the beginning that is compared
    expect 143 ./best --checkpoint silent --at 10 --signal 15
    expect 2 ./best --checkpoint silent --resume --metrics whole.jsonl --at -1
}

test_another_seed_is_refused() {
    build_best
    expect 143 ./best --seed 7 --checkpoint saved --at 10 --signal 15
    expect 2 ./best --seed 99 --checkpoint saved --resume --at -1
    has "$ERR" "--seed: the resumed run was begun with seed 7"
    has "$ERR" "hint: leave it out"
    expect 0 ./best --seed 7 --checkpoint saved --resume --at -1
    sed 's/signal = i32/seed = u64 { 3, option = true }, signal = i32/' best.lua >own.lua
    build own.lua own
    expect 143 ./own --checkpoint own_saved --at 10 --signal 15
    expect 2 ./own --checkpoint own_saved --resume --at -1 --seed 4
    expect 0 ./own --checkpoint own_saved --resume --at -1 --seed 3
}

# An interruption that a recovery overtakes: the iterations that it skipped are missing from then on.
test_nothing_is_saved_behind_an_interruption() {
    cat >over.lua <<'SPEC'
local Outer = loop "Outer" { times = 4, on_step = node(1), failed_step = node(5, [[ $recover(); ]]),
    after_run = node(9, [[ printf("%d\n", (int)$sum); ]]) }
local Inner = loop "Inner" { call_on = { Outer.on_step }, times = 5, on_item = node(1, [[
        $sum += 1;
        if ($sum == $at) raise(SIGTERM);
    ]]), finally_run = node(9, [[ if ($iteration < 5) $fail("left early"); ]]) }
return trainer "over" { include = { "<signal.h>" }, Outer, Inner, state = { sum = i64(0), at = i64 { -1, option = true } } }
SPEC
    build over.lua over
    for at in 1 7 13 17; do
        for flags in "" "--save-every 1step" "--save-every 1epoch"; do
            rm -rf saved
            expect 143 ./over --at $at --checkpoint saved $flags
            expect 0 ./over --at -1 --checkpoint saved --resume
            same "$OUT" 20
        done
    done
}

# Without flags: by time and at the end, a few, and hardly any time. A count, for times say little on a busy machine.
test_the_free_schedule() {
    cat >brief.lua <<'SPEC'
local Fit = loop "Fit" { times = "$n", state = { n = i64 { 150000, option = true }, x = f64(1) },
    on_step = node(1, [[ for (int i = 0; i < 100; i++) $x = 1 + 1 / (1 + $x); ]]) }
return trainer "brief" { Fit }
SPEC
    build brief.lua brief
    expect 0 ./brief --checkpoint saved
    same "$(find saved -type f | wc -l | tr -d ' ')" 2
    expect 0 ./brief --checkpoint saved --resume --n 200000
    same "$(find saved -type f | wc -l | tr -d ' ')" 4
    for _ in 1 2 3 4 5; do expect 0 ./brief --checkpoint saved --resume --n 200000; done
    [ "$(find saved -type f | wc -l)" -le 6 ]
}

test_a_full_disk_leaves_no_half_of_an_export() {
    [ "$(id -u)" -eq 0 ] || skip "only root may mount"
    cat >net.lua <<'SPEC'
local Fit = loop "Fit" { times = 1, on_epoch = node(1, [[ net_train($net, $adam, $x, $y, 1, 0.1f); ]]) }
return trainer "net" { Fit, state = { x = f32[64], y = f32(0), net = mlp { 64, 300, 1, loss = "squared_error", batch = 1 },
    adam = optimizer { "adam", net = "net" } } }
SPEC
    sed -i 's/y = f32(0)/y = f32[1]/' net.lua
    build net.lua net
    expect 0 ./net --checkpoint saved
    mkdir disk
    mount -t tmpfs -o size=40k tmpfs disk 2>/dev/null || skip "no tmpfs here"
    trap 'umount disk 2>/dev/null || true' EXIT
    local file
    for file in "--onnx disk/net.onnx" "--c-header disk/net.h" "--npy disk"; do
        # shellcheck disable=SC2086
        expect 1 ./net export --checkpoint saved $file
        same "$(find disk -size +30k)" ""
        find disk -type f -delete
    done
    echo old >disk/net.onnx
    expect 1 ./net export --checkpoint saved --onnx disk/net.onnx
    same "$(cat disk/net.onnx)" old
    umount disk
}

# State outside of fields: here a file that is written to, which has to be cut where the checkpoint was taken.
test_hooks_of_checkpoints() {
    cat >hooks.lua <<'SPEC'
local Fit = loop "Fit" { times = 6, state = { at = i64 { -1, option = true } },
    before_run = node(0, [[ if (!file) file = fopen("log.txt", "w+"); ]]),
    on_epoch = node(1, [[ fprintf(file, "%d\n", (int)$iteration); if ($iteration == $at) raise(SIGTERM); ]]),
    on_save_checkpoint = [[ fflush(file); $length = ftell(file); ]],
    on_load_checkpoint = [[
        file = fopen("log.txt", "r+");
        if (!file || ftruncate(fileno(file), $length) || fseek(file, $length, SEEK_SET)) $fail("log.txt is gone");
    ]] }
local count = callback "count" { state = { saves = i64(0) }, on_save_checkpoint = [[ $saves++; ]],
    on_load_checkpoint = [[ printf("saved %d times\n", (int)$saves); ]] }
return trainer "hooks" { include = { "<signal.h>", "<unistd.h>" }, code = "static FILE *file;", Fit, count, state = { length = i64(0) } }
SPEC
    CFLAGS="$CFLAGS $STRICT" build hooks.lua hooks
    expect 0 ./hooks
    cp log.txt whole.txt
    expect 143 ./hooks --checkpoint saved --save-every 1step --at 3
    echo more >>log.txt
    expect 0 ./hooks --checkpoint saved --resume --at -1
    same "$OUT" "saved 4 times"
    cmp log.txt whole.txt
    expect 143 ./hooks --checkpoint other --at 3
    rm log.txt
    expect 1 ./hooks --checkpoint other --resume --at -1
    has "$ERR" "failed: Fit.on_load_checkpoint: log.txt is gone"
    sed 's/fflush(file);/$fail("no room");/' hooks.lua >bad.lua
    build bad.lua bad
    expect 1 ./bad --checkpoint bad_saved
    has "$ERR" "--checkpoint: Fit.on_save_checkpoint: no room; the run continues"
    sed 's/fflush(file);/$stop();/' hooks.lua >stop.lua
    expect 2 "$LOOPC" check stop.lua
    has "$ERR" "the only signal of a checkpoint hook is \$fail"
}

run_tests

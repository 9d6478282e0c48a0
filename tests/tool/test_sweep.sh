# loopc sweep: many runs of a program, side by side; their table, their picture, and other schedulers.
. "$(dirname "$0")/../support/lib.sh"

# Descends to 0 by --eta: the loss after n steps is known. Fails for an eta of 2, at once.
write_spec() {
    cat >descend.lua <<'SPEC'
local STEP_FACTOR = 1 -- of the steps
local Fit = loop "Fit" {
    times = "$steps_to",
    state = { steps_to = i64 { 4, option = true }, x = f64, loss = f64 { report = true } },
    before_run = node(0, [[ $x = 1.0 + 0.1 * (double)$loopc->seed; if ($eta == 2) $fail("no eta of 2"); ]]),
    on_step = node(1, ([[ if ($slow) for (int i = 0; i < 5; i++) loopc_nap(); $x -= %d * $eta * $x; $loss = $x * $x; if ($loss < 1e-30) $stop(); ]]):format(STEP_FACTOR)),
}
return trainer "descend" { Fit, state = { eta = f64 { 0.5, option = true }, slow = bool { option = true } } }
SPEC
}

# One program for all tests of this suite.
program() {
    write_spec
    [ -e ../descend ] || expect 0 "$LOOPC" build descend.lua -o ../descend
    cp ../descend .
}

test_grid_with_a_table() {
    program
    expect 0 "$LOOPC" sweep descend --eta 0.5,0.25 --seed 1..3 --jobs 2 -- --steps-to 2
    # (1 + seed / 10)^2 / 16 of three seeds: mean and standard deviation
    same "$(tr -s ' ' <<<"$OUT")" 'eta runs done Fit.loss
0.5 3 0.09042 ± 0.015
0.25 3 0.4577 ± 0.076'
    same "$(find descend.sweep -mindepth 1 -maxdepth 1 -type d | wc -l)" 6
    same "$(cat descend.sweep/eta=0.25,seed=3/exit)" 0
    has "$(tail -n 1 descend.sweep/eta=0.25,seed=3/metrics.jsonl)" '"loss":0.5347'
    expect 0 "$LOOPC" plot descend.sweep -o picture.svg
    same "$(grep -c 'class="band"' picture.svg)" 2
    has "$(cat picture.svg)" 'eta=0.25'
    # all six runs between the axes of eta and of the loss
    same "$(grep -c 'class="line parallel"' picture.svg)" 6
    same "$(grep -o '>eta<\|>Fit.loss<' picture.svg | sort | tr '\n' ' ')" '>Fit.loss< >Fit.loss< >eta< '
    mkdir copies && cp -r descend.sweep/eta* copies
    sed -i 's/"loss":\([^,}]*\)/"loss":\1,"of":\1/' copies/*/metrics.jsonl
    expect 0 "$LOOPC" plot copies --across of -o across.svg
    has "$(cat across.svg)" '>Fit.of<'
    # two metrics in one panel, each with a band for each setting
    expect 0 "$LOOPC" plot copies --together=loss,of --log=loss --only=of -o both.svg
    same "$(grep -c 'class="band"' both.svg)" 4
    same "$(grep -c '(Fit.loss, Fit.of)' both.svg)" 1
    for option in --only=Fit.los --log=Fit.los --across=Fit.los --together=of,Fit.los; do
        expect 2 "$LOOPC" plot copies "$option" -o wrong.svg
        has "$ERR" "no file has the metric 'Fit.los'; did you mean 'Fit.loss'"
    done
    # the folder is not written over, and there is nothing left to do
    expect 2 "$LOOPC" sweep descend --eta 0.5,0.25 --seed 1..3
    has "$ERR" 'descend.sweep/eta=0.5,seed=1 is there already'
    rm -f "$TMP/stamp" && touch "$TMP/stamp"
    expect 0 "$LOOPC" sweep descend --eta 0.5,0.25 --seed 1..4 --resume -- --steps-to 2
    same "$(find descend.sweep -name exit -newer "$TMP/stamp" | sort)" 'descend.sweep/eta=0.25,seed=4/exit
descend.sweep/eta=0.5,seed=4/exit'
}

test_failed_runs_are_told_apart() {
    program
    expect 1 "$LOOPC" sweep descend --eta 0.5,2
    has "$ERR" 'descend.sweep/eta=2: failed, exit code 1 (descend: failed: Fit.before_run: no eta of 2); see descend.sweep/eta=2/log'
    has "$(cat descend.sweep/eta=2/log)" 'no eta of 2'
    same "$(tr -s ' ' <<<"$OUT")" 'eta runs done Fit.loss
0.5 1 0.004727
2 0, 1 failed -'
    expect 1 "$LOOPC" sweep descend --eta 0.5,2 --resume
    same "$(grep -c 'no eta' descend.sweep/eta=2/log)" 1
    expect 1 "$LOOPC" sweep descend --eta 0.5,2 --resume=failed
    same "$(grep -c 'no eta' descend.sweep/eta=2/log)" 2
}

# Whether both files have something in them, or the process is no more.
have_begun() { { [ -s "$2" ] && [ -s "$3" ]; } || is_gone "$1"; }

test_interrupted_runs_save_and_go_on() {
    program
    expect 0 ./descend --eta 0.001 --steps-to 600 --metrics whole.jsonl
    "$LOOPC" sweep descend --eta 0.001,0.5 --slow --jobs 2 -- --steps-to 600 >out 2>err &
    local pid=$! code=0
    await have_begun $pid descend.sweep/eta=0.001,slow/metrics.jsonl descend.sweep/eta=0.5,slow/metrics.jsonl
    kill -TERM $pid
    wait $pid || code=$?
    same $code 143
    has "$(cat err)" 'the runs save and end; --resume goes on with them'
    has "$(cat err)" 'descend.sweep/eta=0.5,slow: interrupted, signal 15'
    has "$(cat descend.sweep/eta=0.5,slow/log)" SIGTERM
    expect 0 "$LOOPC" sweep descend --eta 0.001,0.5 --slow --jobs 2 --resume -- --steps-to 600
    cmp whole.jsonl descend.sweep/eta=0.001,slow/metrics.jsonl || fail 'a resumed run is another one'
}

test_samples_are_drawn() {
    program
    expect 0 "$LOOPC" sweep descend --eta 1e-4..1e-1:log --seed 1,2 --random 3 --print
    same "$(wc -l <<<"$OUT")" 6
    same "$(grep -o -- '--eta [0-9.e-]*' <<<"$OUT" | sort -u | wc -l)" 3
    grep -o -- '--eta [0-9.e-]*' <<<"$OUT" | awk '$2 < 1e-4 || $2 > 1e-1 { exit 1 }' || fail 'outside the range'
    local first=$OUT
    expect 0 "$LOOPC" sweep descend --eta 1e-4..1e-1:log --seed 1,2 --random 3 --print
    same "$OUT" "$first"
    expect 0 "$LOOPC" sweep descend --eta 1e-4..1e-1:log --seed 1,2 --random 3 --draw 2 --print
    [ "$OUT" != "$first" ] || fail 'another key draws the same'
}

# On a full disk nothing can be noted in the folder of a run; a folder in the way is as good.
test_ends_that_cannot_be_noted() {
    program
    cat >wrapped <<'SCRIPT'
#!/bin/bash
for word; do case $word in */eta=0.5/metrics.jsonl) mkdir -p "${word%/*}/exit/full" ;; esac done
exec ./descend "$@"
SCRIPT
    chmod +x wrapped
    expect 1 "$LOOPC" sweep wrapped -o full --eta 0.5,0.25
    has "$ERR" 'full/eta=0.5/exit'
    same "$(tr -s ' ' <<<"$OUT" | cut -d ' ' -f 1,2)" 'eta runs
0.5 1
0.25 1'
}

# Whether a process that is not our child has ended; where nobody takes its code it stays, without a command line.
is_over() { [ -z "$(cat "/proc/$1/cmdline" 2>/dev/null | tr -d '\0')" ]; }

# One that is being run by another sweep is neither run twice nor called failed.
test_two_sweeps_in_one_folder() {
    program
    "$LOOPC" sweep descend -o shared --eta 0.001,0.002 --slow --jobs 2 -- --steps-to 100000 >out 2>err &
    local pid=$!
    await have_begun $pid shared/eta=0.001,slow/metrics.jsonl shared/eta=0.002,slow/metrics.jsonl
    expect 2 "$LOOPC" sweep descend -o shared --eta 0.001,0.002 --slow --resume
    has "$ERR" 'another sweep is at work there'
    expect 2 env OMPI_COMM_WORLD_RANK=0 OMPI_COMM_WORLD_SIZE=2 "$LOOPC" sweep descend -o shared --eta 0.001,0.002 --slow --resume --mpi
    has "$ERR" 'another sweep is at work there'
    ! [ -e shared/eta=0.001,slow/exit ] || fail 'the other sweep has called it failed'
    # killed at once, it leaves runs that end, save, and can be gone on with
    local child children
    children=$(pgrep -P $pid)
    kill -9 $pid
    wait $pid 2>/dev/null || true
    for child in $children; do await is_over "$child"; done
    has "$(cat shared/eta=0.001,slow/log shared/eta=0.002,slow/log)" SIGTERM
    expect 0 "$LOOPC" sweep descend -o shared --eta 0.001,0.002 --resume --slow -- --steps-to 1
}

test_constants_build_a_program_each() {
    write_spec
    CFLAGS="$CFLAGS -O0" expect 0 "$LOOPC" sweep descend.lua --lua STEP_FACTOR=1,2 --eta 0.125 --seed 1,2 -- --steps-to 1
    same "$(find descend.sweep/programs -type f | wc -l)" 2
    # (1.1 and 1.2) * (1 - 1/8) or (1 - 2/8), squared
    same "$(tr -s ' ' <<<"$OUT")" 'STEP_FACTOR runs done Fit.loss
1 2 1.014 ± 0.12
2 2 0.7453 ± 0.091'
    # the picture tells names with underscores apart
    [ -e descend.sweep/STEP_FACTOR=2,eta=0.125,seed=1/exit ] || fail "$(ls descend.sweep)"
    expect 0 "$LOOPC" plot descend.sweep -o named.svg
    same "$(grep -o '>STEP_FACTOR<\|>FACTOR<' named.svg)" '>STEP_FACTOR<'
    expect 2 "$LOOPC" build descend.lua --lua STEP_FACTR=2
    has "$ERR" "descend.lua: --lua: the spec has no line 'local STEP_FACTR = VALUE'; did you mean 'STEP_FACTOR'?"
}

test_halving_keeps_the_best() {
    program
    expect 0 "$LOOPC" sweep descend --eta 0.001,0.5,0.01,0.02 --halve loss --jobs 2 -- --slow --steps-to 1000000
    for run in 'eta=0.001 stopped 1' 'eta=0.01 stopped 1' 'eta=0.02 stopped 2' 'eta=0.5 0'; do
        same "${run%% *} $(cat "descend.sweep/${run%% *}/exit")" "$run"
    done
    expect 0 "$LOOPC" sweep descend -o worst --eta 0.001,0.5 --halve max:Fit.loss --jobs 1 -- --slow --steps-to 40
    same "$(cat worst/eta=0.001/exit)" 0
    expect 1 "$LOOPC" sweep descend -o none --eta 0.001,0.5 --halve accuracy
    has "$ERR" 'no run has reported accuracy; there is Fit.loss'
    # the first run that ends shows that; those beside it are ended, and no other begins
    expect 1 "$LOOPC" sweep descend -o typo --eta 0.5,0.001,0.002 --halve Fit.los --jobs 2 -- --slow --steps-to 1000000
    has "$ERR" "no run has reported Fit.los; did you mean 'Fit.loss'?"
    same "$(cat typo/*/exit | sort | tr '\n' ' ')" '0 143 '
    # three reports, then six, ...
    expect 0 "$LOOPC" sweep descend -o later --eta 0.5,0.003,0.001,0.002 --halve loss,3 --jobs 4 -- --slow --steps-to 1000000
    same "$(cat later/eta=0.001/exit later/eta=0.002/exit later/eta=0.003/exit | tr '\n' ' ')" 'stopped 3 stopped 3 stopped 6 '
    # resumed, it knows what it has stopped
    rm later/eta=0.003/exit
    expect 0 "$LOOPC" sweep descend -o later --eta 0.5,0.003,0.001,0.002 --halve loss,3 --resume -- --slow --steps-to 1000000
    same "$(cat later/eta=0.001/exit later/eta=0.003/exit | tr '\n' ' ')" 'stopped 3 stopped 6 '
    same "$(grep -c stopped <<<"$ERR")" 1
}

# What --print and --slurm write is what the farm does.
test_other_schedulers() {
    program
    expect 0 "$LOOPC" sweep descend --eta 0.5,2 --seed 1,2 --print -- --steps-to 2
    printf '%s\n' "$OUT" >lines
    bash lines || true
    expect 1 "$LOOPC" sweep descend --eta 0.5,2 --seed 1,2 --resume -- --steps-to 2
    has "$OUT" '0.08281 ± 0.01'
    has "$OUT" '0, 2 failed'
    expect 0 "$LOOPC" sweep descend --eta 0.5,0.25 --jobs 3 --slurm -o array -- --steps-to 2
    printf '%s\n' "$OUT" >array.slurm
    has "$OUT" '#SBATCH --array=0-1%3'
    srun() { "$@"; }
    export -f srun
    for task in 0 1; do SLURM_ARRAY_TASK_ID=$task bash array.slurm; done
    # the code of a run is that of its line
    local code=0
    grep 'eta=2,seed=1' lines >one
    bash one || code=$?
    same $code 1
    # Slurm ends a step by a signal to all of its processes: the shell waits for the run to save
    expect 0 "$LOOPC" sweep descend --eta 0.001 --slow -o ended --print -- --steps-to 1000000
    printf '%s\n' "$OUT" >one
    setsid bash one &
    local pid=$!
    await have_begun $pid ended/eta=0.001,slow/metrics.jsonl ended/eta=0.001,slow/metrics.jsonl
    kill -TERM -- -$pid
    wait $pid || true
    same "$(cat ended/eta=0.001,slow/exit)" 143
    same "$(cat array/eta=0.5/exit array/eta=0.25/exit)" '0
0'
    for rank in 0 1; do
        OMPI_COMM_WORLD_RANK=$rank OMPI_COMM_WORLD_SIZE=2 "$LOOPC" sweep descend --eta 0.1,0.2,0.3 --mpi -o farm >out 2>>err
    done
    same "$(cat farm/*/exit | tr '\n' ' ')" '0 0 0 '
    same "$(grep -c done err)" 3
}

test_refusals() {
    program
    while IFS='|' read -r arguments wanted; do
        # shellcheck disable=SC2086
        expect 2 "$LOOPC" sweep $arguments
        has "$ERR" "$wanted"
    done <<'TABLE'
none --eta 1|there is no program none
descend --etta 1|descend has no flag --etta; did you mean 'eta'
descend --eta 0.1..0.5|--eta is a range
descend --eta 0.5..0.1|its upper end is not above its lower one
descend --eta 0..1:log --random 2|begins above 0
descend --eta ,|there is no value
descend --eta 1 --eta 2|'eta' is given twice
descend --metrics a,b|--metrics is set by the sweep itself
descend --seed 1..50000 --eta 1..9|more than 100,000 combinations
descend --lua A=1|--lua is for a spec
descend --seed 1,2 --mpi|--mpi is for processes that mpirun or srun starts
descend --eta 1,2 --halve loss,0|--halve takes a field, FIELD or FIELD,N, not 'loss,0'
descend --eta 1,2 --halve max:|--halve takes a field
descend --eta 1,2 -- --eta 3|--eta has values to try, and one for all runs after --
descend --eta 1,2 -- --metrics=all.jsonl|--metrics is set by the sweep itself
descend --eta 1,2 -- --timings-log all.jsonl|--timings-log: all runs would write that file
TABLE
}

run_tests

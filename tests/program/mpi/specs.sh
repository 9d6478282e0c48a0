# The tasks of the benchmark, and the specs whose nets have shards, on every number of ranks, with one thread and two in turn. Sourced by
# cases.sh; only with SOAK=1, for it builds twelve programs and runs each five times.

# compared SPEC SHARDS ARGUMENT...: equal output, metrics and checkpoints, but for clocks.
compared() {
    local spec=$1 shards=$2 count threads=2 name wanted
    shift 2
    name=$(basename "$spec" .lua)
    expect 0 "$LOOPC" build --mpi --cc "$MPICC" --shards "$shards" "$spec" -o "$name"
    expect 0 ./"$name" "$@" --metrics one.jsonl --checkpoint "$name.1" --keep 1
    wanted=$(sed 's/^seconds [^ ]*//' <<<"$OUT")
    for count in 1 2 4 8; do
        [ "$count" -le "$shards" ] || continue
        rm -rf "$name.n" many.jsonl
        expect 0 ranks "$count" ./"$name" "$@" --metrics many.jsonl --checkpoint "$name.n" --keep 1 --threads $threads
        same "$(sed 's/^seconds [^ ]*//' <<<"$OUT")" "$wanted"
        cmp one.jsonl many.jsonl || fail "$name: other metrics on $count ranks"
        same "$("$LOOPC" state --diff "$(latest "$name.1")" "$(latest "$name.n")" | sed '/^Train.start /d')" ''
        threads=$((3 - threads))
    done
}

test_tasks_and_specs_are_the_same_on_several() {
    local task files
    [ -n "${SOAK:-}" ] || skip 'only with SOAK=1'
    needs_mpi
    export NO_COLOR=1 # Open MPI gives ranks a terminal
    for task in T2 T3 T4 T5; do
        files=$(PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$ROOT/tests/bench python3 -c "import tasks
print(','.join(tasks.data_files(tasks.read_task('$ROOT/tests/bench/$task.lua'), '$PWD')))")
        compared "$ROOT/tests/bench/$task.lua" 8 --data "$files" --batches 2
    done
    compared "$ROOT/specs/04_train_valid.lua" 8 --epochs 2
    compared "$ROOT/specs/05_early_stopping.lua" 8 --epochs 3
    compared "$ROOT/specs/07_schedule.lua" 8
    compared "$ROOT/specs/08_xor.lua" 4 --batch-to 50
    compared "$ROOT/specs/10_spirals.lua" 8 --epochs 2
    compared "$ROOT/specs/12_interleaved.lua" 8 --batches 40
    compared "$ROOT/specs/13_fit_loop.lua" 8 --max-epochs 1
    compared "$ROOT/specs/16_folds.lua" 8 --epochs 1
}

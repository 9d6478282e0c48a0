# Runs that several processes share (loopc build --mpi): the bits of one process; failures, signals and deaths on all of them.
# Sourced by test_mpi.sh and test_mpich.sh, which name a compiler, MPICC, and a launcher, MPIRUN.

unset CC # MPICC has its own
. "$ROOT/tests/program/mpi/mapped.sh"
. "$ROOT/tests/program/mpi/specs.sh"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader

ranks() {
    local count=$1
    shift
    "$MPIRUN" -n "$count" "$@"
}

has_mpi() { command -v "$MPICC" && command -v "$MPIRUN" && echo '#include <mpi.h>' | "$MPICC" -x c -fsyntax-only -; }

needs_mpi() {
    has_mpi >/dev/null 2>&1 || skip "$MPICC or $MPIRUN is missing (${PACKAGES:-libopenmpi-dev openmpi-bin})"
    if sanitized; then skip 'not with sanitizers: those report leaks of MPI'; fi
}

# Two nets, one of them trained from a data set whose last batch is short; bodies that fail on one rank, or divide by 0.
write_spec() {
    cat >shared.lua <<'SPEC'
local Fit = loop "Fit" {
    times = "$epochs",
    state = { epochs = i64 { 6, option = true } },
    on_epoch = node(1),
}
local Train = loop "Train" {
    call_on = { Fit.on_epoch }, times = "($data->rows + ROWS - 1) / ROWS",
    state = { key = u64, x = f32[32 * 3], y = f32[32 * 2], noise = rng(), rows = i32,
        loss = f32 { report = true }, line_loss = f32 { report = true },
        right = i32 { report = true, doc = "of the batch, before the step" }, same_loss = f32 { report = true },
        spread0 = f32 { report = true }, spread1 = f32 { report = true } },
    before_run = node(0, [[ $key = loopc_shuffle_key($loopc->seed, (uint64_t)$Fit.total); ]]),
    on_batch = node(1, [[
        $rows = $iteration % 3 == 2 ? 21 : ROWS;
        for (int i = 0; i < 3 * $rows; i++) $x[i] = loopc_rng_f32($noise);
        for (int i = 0; i < 2 * $rows; i++) $y[i] = $x[i] * $x[i + 1];
        if ($slow) for (int i = 0; i < 3; i++) loopc_nap();
        $loss = net_train_from($net, $adam, $data, $key, $iteration * ROWS, ROWS, 0.01f);
        if ($total == $fail_at && $loopc->rank == $fail_rank) $fail("no more of this");
        $line_loss = line_train($line, $sgd, $x, $y, $rows, $eta);
        if (!isfinite($line_loss)) $fail("the loss is not finite");
        const int64_t left = $data->rows - $iteration * ROWS;
        $right = net_correct($net, zeros, left < ROWS ? (int32_t)left : ROWS);
        $same_loss = line_loss($line, $y, $rows);
        $spread0 = line_activations($line, 0, $rows).deviation;
        $spread1 = line_activations($line, 1, $rows).deviation;
    ]]),
    finally_batch = node(2, [[ if ($total == $fail_at) printf("finally\n"); ]]),
}
return trainer "shared" { Fit, Train, code = "enum { ROWS = 32 }; static const int32_t zeros[ROWS];", state = {
    data = dataset { option = true, required = true, scale = "standard" },
    net = mlp { 5, 40, 3, batch = 32, shards = 8, inputs_from = "data" }, adam = optimizer { "adam", net = "net" },
    line = mlp { 3, 9, 2, loss = "squared_error", activation = "tanh", batch = 32, shards = 8 },
    sgd = optimizer { "sgd", net = "line", momentum = 0.9 },
    eta = f32 { 0.05, option = true, settable = true }, slow = bool { option = true },
    fail_at = i64 { -1, option = true }, fail_rank = i32 { 0, option = true },
} }
SPEC
    awk 'BEGIN { srand(3); print "a,b,c,d,e,kind"
        for (i = 0; i < 205; i++) print rand() "," rand() "," rand() "," rand() "," rand() "," i % 3 }' >rows.csv
}

# The programs without and with MPI, built once for all tests of this suite.
programs() {
    needs_mpi
    write_spec
    if [ ! -e ../shared ]; then
        CFLAGS="$CFLAGS -O0" expect 0 "$LOOPC" build shared.lua -o ../shared
        CFLAGS="$CFLAGS -O0" expect 0 "$LOOPC" build --mpi --cc "$MPICC" shared.lua -o ../shared_mpi
    fi
    cp ../shared ../shared_mpi .
}

# The two latest checkpoints have equal contents but for the identity of their runs.
same_end() {
    local one two
    one=$(printf '%s\n' "$1"/*.safetensors | sort -V | tail -n 1)
    two=$(printf '%s\n' "$2"/*.safetensors | sort -V | tail -n 1)
    expect 0 "$LOOPC" state --diff "$one" "$two"
}

test_same_bits_on_any_number() {
    programs
    expect 0 ./shared --data rows.csv --metrics one.jsonl --checkpoint one --threads 2
    for count in 1 2 $FOUR ${SOAK:+8}; do
        expect 0 ranks "$count" ./shared_mpi --data rows.csv --metrics "$count.jsonl" --checkpoint "saved$count" --done-file done
        cmp one.jsonl "$count.jsonl" || fail "other losses on $count"
        same_end one "saved$count"
        same "$(cat done)" 'done'
    done
    expect 0 ./shared_mpi --data rows.csv --metrics alone.jsonl
    cmp one.jsonl alone.jsonl || fail 'other losses without mpirun'
}

# More weights than are exchanged at a time.
test_a_layer_of_many_weights() {
    needs_mpi
    cat >wide.lua <<'SPEC'
local Fit = loop "Fit" {
    times = 2,
    state = { x = f32[8 * 520], noise = rng(), loss = f32 { report = true } },
    on_step = node(1, [[
        for (int i = 0; i < 8 * 520; i++) $x[i] = loopc_rng_f32($noise);
        $loss = net_train($net, $adam, $x, $x, 8, 0.01f);
    ]]),
}
return trainer "wide" { Fit, state = {
    net = mlp { 520, 520, loss = "squared_error", batch = 8, shards = 2 }, adam = optimizer { "adam", net = "net" } } }
SPEC
    CFLAGS="$CFLAGS -O0" expect 0 "$LOOPC" build --mpi --cc "$MPICC" wide.lua -o wide
    expect 0 ./wide --metrics one.jsonl --checkpoint one
    expect 0 ranks 2 ./wide --metrics two.jsonl --checkpoint two
    cmp one.jsonl two.jsonl || fail 'other losses'
    same_end one two
}

test_resumed_on_another_number() {
    programs
    expect 0 ./shared --data rows.csv --metrics one.jsonl
    expect 0 ranks "${FOUR:-2}" ./shared_mpi --data rows.csv --metrics two.jsonl --checkpoint saved --epochs 2
    expect 0 ranks 2 ./shared_mpi --data rows.csv --metrics two.jsonl --checkpoint saved --resume --epochs 4
    expect 0 ./shared --data rows.csv --metrics two.jsonl --checkpoint saved --resume --epochs 6
    cmp one.jsonl two.jsonl || fail 'a run resumed on other numbers is another one'
}

# One message, of the rank that failed; finally parts run, and so does that of rank 0.
test_failure_of_one_rank() {
    programs
    expect 1 ranks 4 ./shared_mpi --data rows.csv --fail-at 5 --fail-rank 2 --done-file done
    has "$ERR" 'rank 2: shared: failed: Train.on_batch on Fit.on_epoch: no more of this'
    same "$(grep -c 'failed:' <<<"$ERR")" 1
    [ ! -e 'done' ] || fail 'success after a failure'
    expect 1 ranks 2 ./shared_mpi --data rows.csv --fail-at 5 --fail-rank 0
    has "$ERR" 'shared: failed: Train.on_batch'
    lacks "$ERR" rank
    same "$OUT" finally
    expect 1 ranks 2 ./shared_mpi --data rows.csv --eta 1e30
    same "$(grep -c 'failed:.*the loss is not finite' <<<"$ERR")" 1
}

has_begun() { { [ -s "$2" ] || is_gone "$1"; }; }

# The PIDs of the trainers that mpirun $1 has started.
trainers() {
    pgrep -f "[s]hared_mpi --data rows.csv --metrics $1" | while read -r pid; do
        grep -qa 'mpirun\|mpiexec\|hydra' "/proc/$pid/cmdline" || echo "$pid"
    done
}

test_signal_saves_and_resumes() {
    programs
    expect 0 ./shared --data rows.csv --metrics one.jsonl --epochs 60
    "$MPIRUN" -n 2 ./shared_mpi --data rows.csv --metrics cut.jsonl --checkpoint saved --save-every 1epoch --epochs 60 --slow \
        --done-file done >out 2>err </dev/null & # not by way of a function: it is mpirun that the signal goes to
    local pid=$!
    await has_begun $pid saved/shared-1.safetensors
    kill -TERM $pid
    wait $pid || true # that of MPICH may return 0
    [ ! -e 'done' ] || fail 'success after a signal'
    ls saved/*.safetensors >/dev/null || fail "nothing is saved: $(cat err)"
    expect 0 ranks "${FOUR:-2}" ./shared_mpi --data rows.csv --metrics cut.jsonl --checkpoint saved --resume --epochs 60 --no-slow
    cmp one.jsonl cut.jsonl || fail 'the resumed run is another one'
}

have_ended() { [ -z "$(trainers "$1")" ]; }

# latest FOLDER: the newest checkpoint in it.
latest() { find "$1" -name '*.safetensors' | sort -V | tail -n 1; }

epochs_of() { "$LOOPC" state "$1" | sed -n 's/^Fit.total .* //p'; }

has_newer() { [ "$(latest saved)" != "$2" ] || is_gone "$1"; }

# Ranks are killed at any time, one after another; each death ends the run, and what is resumed is the run that none has disturbed.
test_killed_ranks_end_the_run_and_it_goes_on() {
    programs
    local kills=${SOAK:+50} i pid before resume='' victims epochs
    mkdir saved
    for ((i = 0; i < ${kills:-1}; i++)); do
        before=$(latest saved)
        # shellcheck disable=SC2086
        ranks "${FOUR:-2}" ./shared_mpi --data rows.csv --metrics killed.jsonl --checkpoint saved --save-every 1epoch --slow --epochs 100000 \
            $resume >out 2>err </dev/null &
        pid=$! resume=--resume
        await has_newer $pid "$before"
        sleep "0.$((RANDOM % 30 + 10))"
        mapfile -t victims < <(trainers killed.jsonl)
        [ ${#victims[@]} -gt 1 ] || fail "it is not there: $(cat err)"
        kill -KILL "${victims[RANDOM % ${#victims[@]}]}"
        wait $pid && fail 'mpirun returned 0'
        await have_ended killed.jsonl
    done
    epochs=$(($(epochs_of "$(latest saved)") + 2))
    expect 0 ranks 2 ./shared_mpi --data rows.csv --metrics killed.jsonl --checkpoint saved --resume --no-slow --epochs $epochs
    expect 0 ./shared --data rows.csv --metrics one.jsonl --checkpoint one --epochs $epochs
    cmp one.jsonl killed.jsonl || fail 'the resumed run is another one'
    same "$("$LOOPC" state --diff "$(latest one)" "$(latest saved)" | sed '/^loopc\./d')" ''
}

# random_spec: batches that fail, some of which recover, loops that stop and phases that are left, at any place.
random_spec() {
    # shellcheck disable=SC2016
    local actions=('$fail("no more at %d", (int)$total);' '$stop();' '$cancel();' '$stop(Fit);' '$cancel(Fit.epoch);' ';') recover=('$recover();' '')
    act() { echo "if (\$total == $((RANDOM % 12))) ${actions[RANDOM % 6]}"; }
    cat <<SPEC
local Fit = loop "Fit" {
    times = $((RANDOM % 3 + 2)),
    on_epoch = node(1),
    after_epoch = node(2, [[ printf("epoch %d\n", (int)\$iteration); ]]),
    finally_epoch = node(3, [[ printf("finally of epoch %d\n", (int)\$iteration); ]]),
}
local Train = loop "Train" {
    call_on = { Fit.on_epoch }, times = $((RANDOM % 3 + 3)),
    state = { noise = rng(), x = f32[16 * 4], y = f32[16 * 2], loss = f32 { report = true } },
    before_batch = node(1, [[
        for (int i = 0; i < 16 * 4; i++) \$x[i] = loopc_rng_f32(\$noise);
        for (int i = 0; i < 16 * 2; i++) \$y[i] = \$x[2 * i] * \$x[2 * i + 1];
        $(act)
    ]]),
    on_batch = node(2, [[ $(act) \$loss = net_train(\$net, \$rule, \$x, \$y, 16 - 3 * (\$total % 2), 0.05f); ]]),
    after_batch = node(3, [[ $(act) ]]),
    failed_batch = node(4, [[ printf("failed at %d\n", (int)\$total); ${recover[RANDOM % 2]} ]]),
    finally_batch = node(5, [[ printf("finally at %d\n", (int)\$total); ]]),
}
return trainer "any" { Fit, Train, state = {
    net = mlp { 4, $((RANDOM % 30 + 2)), 2, loss = "squared_error", batch = 16, shards = $((4 << RANDOM % 2)) },
    rule = optimizer { "$([ $((RANDOM % 2)) = 0 ] && echo adam || echo sgd)", net = "net" },
} }
SPEC
}

test_random_specs_are_the_same_on_several() {
    needs_mpi
    local runs=${SOAK:+40} i code count out
    RANDOM=${SEED:-11}
    for ((i = 0; i < ${runs:-1}; i++)); do
        random_spec >any.lua
        CFLAGS="$CFLAGS -O0" expect 0 "$LOOPC" build any.lua -o any
        CFLAGS="$CFLAGS -O0" expect 0 "$LOOPC" build --mpi --cc "$MPICC" any.lua -o any_mpi
        code=0
        ./any --metrics one.jsonl >one 2>err || code=$?
        for count in 2 $FOUR; do
            rm -f many.jsonl
            expect $code ranks "$count" ./any_mpi --metrics many.jsonl
            printf '%s\n' "$OUT" | cmp - one || fail "other output on $count: $(cat any.lua)"
            cmp one.jsonl many.jsonl || fail "other metrics on $count: $(cat any.lua)"
            same "$(sed -n '/failed:/p' <<<"$ERR")" "$(sed -n '/failed:/p' err)"
        done
    done
}

# answer TEXT: reads what the run of the coprocess sends, up to this.
answer() {
    local line
    while IFS= read -r line <&"${RUN[0]}"; do
        case $line in *"$1"*) return 0 ;; esac
    done
    fail "the run never said $1: $(cat err)"
}

# The channel is rank 0's alone; what it sets counts for all, in the same batch: a replay of its journal gives the same run.
test_control_of_rank_0() {
    programs
    coproc RUN { exec "$MPIRUN" -n 2 ./shared_mpi --data rows.csv --control lines:stdio --journal journal --metrics steered.jsonl \
        --epochs 100000 --slow 2>err; }
    local pid=$RUN_PID code=0
    {
        echo '{"answer": "it is there"}'
        answer 'it is there'
        echo '{"eta": 0.02, "pause": 1}'
        answer ', true]'
        echo '{"eta": 0.01, "answer": "still paused"}'
        answer 'still paused'
        echo '{"eta": 0.04, "step": 3}'
        answer ', true]'
        echo '{"resume": 1, "answer": "it goes on"}'
        answer 'it goes on'
        answer '"loss"'
        echo '{"shutdown": 1}'
    } >&"${RUN[1]}"
    wait "$pid" || code=$?
    same "$code" 0
    lacks "$(cat err)" failed
    expect 0 ./shared --data rows.csv --epochs 100000 --replay journal --metrics alone.jsonl
    cmp steered.jsonl alone.jsonl || fail 'the replay on one is another run'
    expect 0 ranks 2 ./shared_mpi --data rows.csv --epochs 100000 --replay journal --metrics two.jsonl
    cmp steered.jsonl two.jsonl || fail 'the replay on two is another run'
}

test_times_of_the_ranks() {
    programs
    expect 0 ranks 2 ./shared_mpi --data rows.csv --timings
    same "$(tail -n 3 <<<"$ERR" | awk '{ print $1, NF }')" 'process 4
0 7
1 7'
    tail -n 2 <<<"$ERR" | awk '$6 < 0 || $6 > 100 { exit 1 }' || fail "$ERR"
}

test_refusals() {
    programs
    expect 2 ranks 3 ./shared_mpi --data rows.csv
    has "$ERR" '3 processes do not divide the 8 shards of a net'
    has "$ERR" 'hint: mpirun -n 1, 2, 4 or 8'
    expect 2 ranks 2 ./shared_mpi --data rows.csv --epochs x
    same "$(grep -c "'x' is not a whole number" <<<"$ERR")" 1
    # every rank reads a file of its own
    cat >own.sh <<'SH'
rank=${OMPI_COMM_WORLD_RANK:-$PMI_RANK}
exec ./shared_mpi --data "rows$rank.csv"
SH
    cp rows.csv rows0.csv
    expect 2 ranks 2 bash own.sh
    has "$ERR" 'rank 1: rows1.csv: error: No such file or directory'
    has "$ERR" 'hint: each process reads the data: are they on all machines?'
    same "$(grep -c 'error:' <<<"$ERR")" 1
    sed 's/^0/1/' rows.csv >rows1.csv
    expect 2 ranks 2 bash own.sh
    has "$ERR" '--data: process 1 reads other content than process 0'
}

# Runs of a sweep, each in a process of its own, under one mpirun: MPI lets none of them see that.
test_a_farm_of_such_programs() {
    programs
    expect 0 ranks 2 "$LOOPC" sweep shared_mpi --eta 0.05,0.04 --mpi -o farm -- --data rows.csv --epochs 1
    same "$(cat farm/*/exit | tr '\n' ' ')" '0 0 '
    expect 0 ./shared --data rows.csv --epochs 1 --eta 0.04 --metrics one.jsonl
    cmp one.jsonl farm/eta=0.04/metrics.jsonl || fail 'a run of the farm is another one'
    # as srun starts them without --mpi=pmix or pmi2
    expect 0 env SLURM_STEP_NUM_TASKS=4 SLURM_PROCID=0 ./shared_mpi --data rows.csv --epochs 1
    has "$ERR" 'srun has started 4 processes, but MPI knows of one'
    expect 0 env SLURM_STEP_NUM_TASKS=4 SLURM_PROCID=1 ./shared_mpi --data rows.csv --epochs 1
    lacks "$ERR" srun
}

# What needs no MPI.
test_shards_are_checked() {
    write_spec
    sed 's/batch = 32, shards = 8, inputs/batch = 30, shards = 8, inputs/' shared.lua >odd.lua
    expect 2 "$LOOPC" check odd.lua
    has "$ERR" '8 shards do not divide a batch of 30 rows'
    has "$ERR" 'batch = 32'
    sed 's/shards = 8, inputs/shards = 6, inputs/' shared.lua >six.lua
    expect 2 "$LOOPC" check six.lua
    has "$ERR" '6 shards are no whole tree'

    sed 's/"adam"/"radam"/' shared.lua >deep.lua
    expect 2 "$LOOPC" check deep.lua
    has "$ERR" 'has no shards'
    sed 's/shards = 8, //; s/, shards = 8//' shared.lua >none.lua
    expect 2 "$LOOPC" build --mpi none.lua
    has "$ERR" 'no net that is trained has shards'
    has "$ERR" '--shards 8'
    expect 0 "$LOOPC" build none.lua -o none --shards 8
    expect 0 "$LOOPC" build shared.lua -o eight
    for program in none eight; do expect 0 ./$program --data rows.csv --metrics $program.jsonl; done
    cmp none.jsonl eight.jsonl || fail '--shards 8 is another program than shards = 8'
    expect 2 "$LOOPC" build --mpi --cc no-such-mpicc shared.lua
    has "$ERR" '--mpi needs no-such-mpicc'
    has "$ERR" 'libopenmpi-dev'
}

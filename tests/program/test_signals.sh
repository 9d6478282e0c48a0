# Signals of a person or a batch scheduler: in each loop a run is saved, ends in good order, and is resumed with the same bits.
. "$(dirname "$0")/../support/lib.sh"

# Loops in each place; body number --where of the --at-th time sends the signal --number to its own process.
build_trainer() {
    [ -x "$TMP/trainer" ] && return
    cat >"$TMP/trainer.lua" <<'SPEC'
local function mark(place, change)
    return ([[
        if ($where == %d && $total == $when && !$sent) $sent = true, raise($number);
        $sum = $sum * 1.001 + %s;
    ]]):format(place, change)
end
local Fit = loop "Fit" { times = "$epochs", state = { epochs = i32 { 6, option = true } },
    before_run = node(0), on_train = node(1, mark(0, "1.0")), on_valid = node(2), on_saved = node(3),
    finally_saved = node(4, [[ $finals++; ]]), finally_run = node(9, [[ puts("finally"); ]]) }
local Warm = loop "Warm" { call_on = { Fit.before_run }, times = 5, on_warm = node(1, mark(1, "2.0")) }
local Train = loop "Train" { call_on = { Fit.on_train }, done = "$iteration >= 8", state = { loss = f64 { report = true } },
    on_batch = node(1, mark(2, "3.0")), after_batch = node(2, [[ $loss = $sum; ]]) }
local Part = loop "Part" { call_on = { Train.on_batch }, times = 3, on_part = node(1, mark(3, "4.0")) }
local Valid = loop "Valid" { call_on = { Fit.on_valid }, times = 4, on_sample = node(1, mark(4, "5.0")) }
local Last = loop "Last" { call_on = { Fit.finally_saved }, times = 3, on_last = node(1, mark(5, "6.0")) }
local done = callback "done" { ["Fit.finally_run"] = [[ printf("%a %d %d\n", $sum, (int)$Train.total, (int)$finals); ]] }
return trainer "trainer" { Fit, Warm, Train, Part, Valid, Last, done, include = { "<signal.h>" }, state = {
    sum = f64 {}, finals = i64 {}, sent = bool {}, where = i32 { -1, option = true }, when = i64 { 1, option = true },
    number = i32 { 15, option = true } } }
SPEC
    build "$TMP/trainer.lua" "$TMP/trainer"
    "$TMP/trainer" --metrics "$TMP/whole.jsonl" | tail -n 1 >"$TMP/whole.out"
}

goes_on_and_ends_the_same() {
    expect 0 "$TMP/trainer" --checkpoint saved --resume --metrics m.jsonl
    same "$(tail -n 1 <<<"$OUT")" "$(cat "$TMP/whole.out")"
    cmp m.jsonl "$TMP/whole.jsonl"
}

# where LOOP: how a message names the place where the run was saved.
places=("Train on Fit.on_train" "Warm on Fit.before_run" "Part on Train.on_batch" "Part on Train.on_batch"
    "Valid on Fit.on_valid" "Fit")

# Each signal at one place, and one at each; with SOAK=1 each at each.
test_signals_in_each_loop() {
    build_trainer
    local number place
    for number in 2 15 1 24 12 13; do # SIGINT SIGTERM SIGHUP SIGXCPU SIGUSR2 SIGPIPE
        for place in 0 1 2 3 4 5; do
            [ -n "${SOAK:-}" ] || [ $number = 15 ] || [ $place = 3 ] || continue
            rm -rf saved m.jsonl
            expect $((128 + number)) "$TMP/trainer" --checkpoint saved --save-every 1000 --metrics m.jsonl --where $place --number $number
            has "$OUT" finally
            has "$ERR" "interrupted: SIG"
            same "$(ls saved | wc -l)" $((1 + (place != 1))) # the end of Warm, and this one
            goes_on_and_ends_the_same
            has "$ERR" "at ${places[$place]}"
        done
    done
}

test_usr1_saves_and_goes_on_in_each_loop() {
    build_trainer
    for place in 0 1 2 3 4 5; do
        rm -rf saved m.jsonl
        expect 0 "$TMP/trainer" --checkpoint saved --save-every 1000 --metrics m.jsonl --where $place --number 10
        same "$(tail -n 1 <<<"$OUT")" "$(cat "$TMP/whole.out")"
        cp m.jsonl further.jsonl
        expect 0 "$TMP/trainer" --resume saved/trainer-$((1 + (place != 1))).safetensors --metrics m.jsonl
        has "$ERR" "at ${places[$place]}"
        same "$(tail -n 1 <<<"$OUT")" "$(cat "$TMP/whole.out")"
        cmp m.jsonl further.jsonl
    done
}

test_a_terminal_that_vanishes_hangs_up() {
    echo 'return trainer "talks" { loop "L" { times = 1000000000000, on_x = node(1, [[ printf("%lld\n", (long long)$iteration); ]]),
        finally_run = node(2, [[ fclose(fopen("finally", "w")); ]]) } }' >talks.lua
    "$LOOPC" build talks.lua
    cat >vanish.py <<'PYTHON'
import os, pty, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv("./talks", ["./talks"])
os.read(terminal, 100)
while open(f"/proc/{pid}/stat").read().rsplit(")")[1].split()[0] != "S":
    time.sleep(0.01) # until nothing more goes into the terminal
os.close(terminal)
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
assert status == 129, status
PYTHON
    expect 0 python3 vanish.py
    [ -f finally ]
}

# A finally part, and a loop in it, run to their end, whatever comes; and once.
test_a_signal_in_a_handler() {
    build_trainer
    expect 143 "$TMP/trainer" --where 5 --when 4
    same "$(tail -n 1 <<<"$OUT" | cut -d ' ' -f 3)" 2
}

# As schedulers end jobs: SIGCONT and SIGTERM, SIGINT before SIGTERM, and SIGKILL when the time is over.
test_a_scheduler_ends_the_job() {
    build_trainer
    expect 0 "$TMP/trainer" --epochs 300
    local whole
    whole=$(tail -n 1 <<<"$OUT")
    for signals in "CONT TERM" "INT TERM" "USR1 TERM" "USR2 TERM" "HUP CONT" "XCPU TERM"; do
        rm -rf saved
        "$TMP/trainer" --epochs 100000000 --checkpoint saved --save-every 1000000000 >out 2>err &
        await catches_term $!
        for signal in $signals; do
            kill -"$signal" $! 2>/dev/null || true # it may be gone by now
            sleep 0.05
        done
        await is_gone $!
        wait $! 2>/dev/null || true
        has "$(cat out)" finally
        expect 0 "$TMP/trainer" --checkpoint saved --resume --epochs 10
        has "$OUT$ERR" resumed
    done
}

test_a_limit_of_processor_time() {
    build_trainer
    local code=0
    (ulimit -S -t 1 && "$TMP/trainer" --epochs 100000000 --checkpoint saved --save-every 1000000000) >out 2>err || code=$?
    same "$code" 152 # 128 + SIGXCPU
    has "$(cat out)" finally
    has "$(cat err)" "interrupted: SIGXCPU"
    [ -f saved/trainer-1.safetensors ]
}

test_a_limit_of_file_size() {
    build_trainer
    local code=0
    (ulimit -f 1 && "$TMP/trainer" --checkpoint saved) >out 2>err || code=$?
    same "$code" 1
    has "$(cat err)" "File too large; the run continues"
    same "$(tail -n 1 out)" "$(cat "$TMP/whole.out")"
    same "$(ls saved)" ""
}

# The reader of the output has closed it: a run that saves ends in good order, any other by SIGPIPE.
test_a_reader_that_left() {
    build_trainer
    local code=0
    mkfifo pipe
    (exec 3<>pipe 4>pipe 3>&- && exec "$TMP/trainer" --checkpoint saved --metrics m.jsonl >&4) 2>err || code=$?
    same "$code" 141
    has "$(cat err)" "interrupted: SIGPIPE"
    lacks "$(cat err)" "cannot write"
    [ -f saved/trainer-1.safetensors ]
    "$TMP/trainer" --where 2 --number 13 >out 2>err || code=$?
    same "$code" 141
    lacks "$(cat out)" finally
}

# A pipe other than standard output: the run continues to its end, and reports the lost output.
test_a_reader_of_metrics_that_leaves() {
    local code line saves
    build "$ROOT/specs/15_stream.lua" "$TMP/stream"
    mkfifo metrics input
    for saves in "" "--checkpoint saved"; do
        exec 5<>input
        code=0
        # shellcheck disable=SC2086
        "$TMP/stream" $saves --metrics metrics <input >out 2>err 5>&- &
        yes '1 0.5 0.5' | head -n 100 >&5
        read -r line <metrics # and the reader is gone
        has "$line" '"total":100'
        yes '1 0.5 0.5' | head -n 400 >&5
        exec 5>&-
        wait $! || code=$?
        same "$code" 1
        has "$(cat out)" "500 examples"
        has "$(cat err)" "--metrics: cannot write: Broken pipe"
        has "$(cat err)" "--metrics: metrics is not complete"
    done
    ls saved/stream-*.safetensors >/dev/null
}

# A body that waits for a line: 100 of a + b are there, then nothing comes.
test_a_wait_for_a_line_ends_with_a_signal() {
    local number code
    build "$ROOT/specs/15_stream.lua" "$TMP/stream"
    seq 1 100 | awk '{ print $1 / 100, 0.5, $1 / 200 }' >lines
    mkfifo input
    for number in 2 15 1; do
        rm -rf saved
        exec 5<>input
        code=0
        python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' "$TMP/stream" --checkpoint saved --metrics m.jsonl <input >out 2>err &
        cat lines >&5
        until [ -s m.jsonl ] && grep -q '"total":100' m.jsonl; do sleep 0.05; done
        kill -$number $!
        wait $! || code=$?
        exec 5>&-
        same "$code" $((128 + number))
        has "$(cat err)" "interrupted: SIG"
        ls saved/stream-1.safetensors >/dev/null
        "$TMP/stream" --checkpoint saved --resume --metrics m.jsonl <lines >out
        has "$(cat out)" "200 examples, 0 other lines"
        rm m.jsonl
    done
}

# stream CODE ARGUMENT...: learns from the file `some`.
stream() {
    local wanted=$1 code=0
    shift
    "$TMP/stream" "$@" <some >out 2>err || code=$?
    same "$code" "$wanted"
}

test_lines_of_any_kind() {
    local length
    build "$ROOT/specs/15_stream.lua" "$TMP/stream"
    : >some
    stream 0
    has "$(cat out)" "0 examples, 0 other lines"
    printf '1 2 3\r\n\nx\n1 2\n4 5 6' >some
    stream 0
    has "$(cat out)" "2 examples, 3 other lines"
    stream 1 --strict
    has "$(cat err)" "line 2 is not an example"
    for length in 1023 1024 65536 200000; do
        { head -c "$length" /dev/zero | tr '\0' 1; printf '\n1 2 3\n'; } >some
        if [ "$length" -eq 1023 ]; then
            stream 0
            has "$(cat out)" "1 examples, 1 other lines"
        else
            stream 1
            has "$(cat err)" "standard input: Message too long"
        fi
    done
    rm some && mkdir some
    stream 1
    has "$(cat err)" "standard input: Is a directory"
    ! "$TMP/stream" <&- 2>err || fail "a closed standard input"
    has "$(cat err)" "standard input: Bad file descriptor"
}

test_ignored_signals_stay_ignored() {
    build_trainer
    (trap '' HUP && exec "$TMP/trainer" --checkpoint saved --where 2 --number 1) >out
    same "$(tail -n 1 out)" "$(cat "$TMP/whole.out")"
}

run_tests

# The cost of programs, counted, never timed: instructions (callgrind), machine code, memory, size.
. "$(dirname "$0")/../support/lib.sh"

plain_build() { if sanitized; then skip "sanitizers have costs of their own"; fi; }

# valgrind knows no AVX-512.
for_valgrind() {
    plain_build
    command -v valgrind >/dev/null || skip "valgrind is not installed"
    [ "$(uname -m)" != x86_64 ] || export CFLAGS=-march=x86-64-v3
}

instructions() { # instructions COMMAND...
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null | sed -n 's/.*Collected : //p'
}

run_of() { # run_of PROGRAM: instructions of its run function and its callees, in a thousand iterations
    valgrind --tool=callgrind --toggle-collect=work_run --callgrind-out-file=/dev/null "$1" --times 1000 2>&1 >/dev/null |
        sed -n 's/.*Collected : //p'
}

spec_with() { # spec_with NODES [CALLBACK]: a loop whose iterations do something
    cat <<SPEC
local Work = loop "Work" { times = "\$times", $1 }
return trainer "work" { Work, ${2:-}
    state = { times = i64 { 1, option = true }, x = u64(1), y = u64(0) } }
SPEC
}

as_cheap() { # as_cheap A B: both of the specs A.lua and B.lua take the same instructions
    local each
    for each in "$1" "$2"; do
        mkdir "$each"
        mv "$each.lua" "$each/work.lua"
        expect 0 "$LOOPC" build "$each/work.lua" -o "$each/work"
    done
    [ "$(run_of "$1/work")" -gt 1000 ] || fail "nothing was counted"
    same "$(run_of "$1/work")" "$(run_of "$2/work")"
}

test_events_without_listeners_cost_nothing() {
    for_valgrind
    local body='on_item = node(50, "$x = $x * 5 + 1;"),' events='' i
    for i in $(seq 1 10); do
        events="$events on_early$i = node($i), on_late$i = node($((50 + i))),"
    done
    spec_with "$body" >bare.lua
    spec_with "$body $events" >events.lua
    as_cheap bare events
}

test_a_hook_costs_its_body() {
    for_valgrind
    spec_with 'on_item = node(1, "$x = $x * 5 + 1; $y ^= $x;"),' >one.lua
    spec_with 'on_item = node(1, "$x = $x * 5 + 1;"),' 'callback "hook" { on_item = "$y ^= $x;" },' >hook.lua
    as_cheap one hook
}

code_of() { # code_of OBJECT FUNCTION: its instructions, without addresses
    objdump -d --no-show-raw-insn --disassemble="$2" "$1" |
        sed -nE 's/^ +[0-9a-f]+:\t//; T; s/ *#.*//; s/[0-9a-f]+ <[^>]*>//; p'
}

# The emitted C without its instrumented variant, as if there were no --timings.
plain_alone() {
    sed '/^static [^;]*_run_instrumented(/,/^}/d; /^    \.run_instrumented = /d' "$1"
}

# gcc makes the same instructions. clang simplifies the steps once before it makes two variants of them: a few moves more or less.
same_when_alone() { # same_when_alone SPEC NAME COMPILER
    local flags="-std=c11 -O2 -march=native -ffp-contract=off -I$ROOT/runtime -I$ROOT/specs" both alone
    "$LOOPC" gen "$1" --no-format -o both.c
    plain_alone both.c >alone.c
    grep -q "_run_instrumented" both.c || fail "no instrumented variant in the C of $1"
    if grep -q "_run_instrumented" alone.c; then fail "it is still there"; fi
    "$3" $flags -c both.c -o both.o
    "$3" $flags -c alone.c -o alone.o
    both=$(code_of both.o "$2_run" | wc -l) alone=$(code_of alone.o "$2_run" | wc -l)
    [ "$both" -gt 20 ] || fail "no code of $2_run"
    if [ "$3" = gcc ]; then same "$(code_of both.o "$2_run")" "$(code_of alone.o "$2_run")"; fi
    [ $((both * 100)) -le $((alone * 102)) ] || fail "$both instructions, $alone without the instrumented variant"
    lacks "$(objdump -dr --disassemble="$2_run" both.o | sed -n "/<$2_run>:/,\$p" | grep call)" loopc_at
}

test_the_run_is_the_same_code_with_and_without_timings() {
    local compiler
    for compiler in gcc clang; do
        command -v $compiler >/dev/null || continue
        same_when_alone "$ROOT/specs/01_nested.lua" nested $compiler
        same_when_alone "$ROOT/specs/03_callbacks.lua" callbacks $compiler
    done
    same_when_alone "$ROOT/specs/08_xor.lua" xor gcc
}

small_trainer() { # $SMALL: the XOR task, for this machine
    SMALL=$TMP/T1
    [ -x "$SMALL" ] || expect 0 "$LOOPC" build "$ROOT/tests/bench/T1.lua" -o "$SMALL"
}

xor_data() {
    printf '%s\n' -0.5,-0.5,-0.5 -0.5,0.5,0.5 0.5,-0.5,0.5 0.5,0.5,-0.5 >xor.csv
}

# About a tenth of a millisecond, of which the dynamic linker takes half.
test_the_first_step_comes_soon() {
    for_valgrind
    xor_data
    expect 0 "$LOOPC" build "$ROOT/tests/bench/T1.lua" -o T1
    local count
    count=$(instructions ./T1 --data xor.csv --batches 1)
    [ "$count" -gt 10000 ] && [ "$count" -lt 600000 ] || fail "$count instructions"
}

# per_step PROGRAM DATA STEPS: instructions of one training step, of twice as many steps as STEPS without what is done once.
per_step() {
    local few many
    few=$(instructions "$1" --data "$2" --progress never --batches "$3")
    many=$(instructions "$1" --data "$2" --progress never --batches $((2 * $3)))
    echo $(((many - few) / $3))
}

# The XOR net is trained in registers; a net of four layers by the kernels of the library, with AVX2.
test_a_training_step_takes_few_instructions() {
    for_valgrind
    xor_data
    awk 'BEGIN { for (i = 0; i < 4096; i++) { for (j = 0; j < 16; j++) printf "%s,", (i * 37 + j * 11) % 64 / 64; print i % 4 } }' >table.csv
    local count name
    for name in T1 T2; do
        expect 0 "$LOOPC" build "$ROOT/tests/bench/$name.lua" -o $name
    done
    count=$(per_step ./T1 xor.csv 2000)
    [ "$count" -gt 100 ] && [ "$count" -lt 560 ] || fail "T1: $count instructions"
    count=$(per_step ./T2 table.csv 100)
    [ "$count" -gt 10000 ] && [ "$count" -lt 62000 ] || fail "T2: $count instructions"
}

test_a_small_trainer_takes_little_memory() {
    plain_build
    xor_data
    small_trainer
    "$SMALL" --data xor.csv --batches 1000000000000 >/dev/null &
    local pid=$! most
    await catches_term $pid
    sleep 0.5
    most=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' /proc/$pid/status)
    kill -9 $pid
    [ "$most" -lt 4096 ] || fail "$most KiB resident"
}

test_a_small_trainer_is_small() {
    plain_build
    small_trainer
    strip -o T1 "$SMALL"
    local bytes
    bytes=$(stat -c %s T1)
    [ "$bytes" -lt 360000 ] || fail "$bytes bytes"
}

lines_of() { # lines_of SPEC: of its C, after preprocessing
    "$LOOPC" gen "$1" >counted.c
    "${CC:-cc}" -E -P -I"$ROOT/runtime" counted.c >counted.i
    grep -c . counted.i
}

# The text that a compiler reads for a spec decides how long it takes: kernels are not among it, unless a net is trained in registers.
test_what_the_compiler_reads() {
    local most
    [ "$(lines_of "$ROOT/specs/01_nested.lua")" -lt 2600 ] || fail "nested: $(lines_of "$ROOT/specs/01_nested.lua") lines"
    lacks "$(cat counted.i)" loopc_vec
    most=$(lines_of "$ROOT/specs/09_digits.lua")
    [ "$most" -lt 2800 ] || fail "digits: $most lines"
    lacks "$(cat counted.i)" loopc_vec
    most=$(lines_of "$ROOT/specs/08_xor.lua")
    [ "$most" -lt 3200 ] || fail "xor: $most lines"
    has "$(cat counted.i)" loopc_narrow_forward
}

last_loss() { # last_loss COMMAND...
    "$@" | sed -n 's/.* loss //p'
}

test_the_tasks_of_the_benchmark_learn() {
    xor_data
    small_trainer
    expect 0 "$LOOPC" build "$ROOT/tests/bench/T2.lua" -o T2
    local data
    data=$(PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$ROOT/tests/bench" python3 -c \
        'import tasks, sys; print(*tasks.data_files(tasks.read_task(sys.argv[1]), "."), sep=",")' "$ROOT/tests/bench/T2.lua")
    last_loss "$SMALL" --data xor.csv --batches 2000 | awk '{ exit !($1 < 0.001) }' || fail "T1 does not learn"
    last_loss ./T2 --data "$data" --batches 4000 | awk '{ exit !($1 < 1) }' || fail "T2 does not learn"
}

run_tests

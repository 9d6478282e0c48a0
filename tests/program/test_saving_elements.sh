# Saved inside of bodies: of elements, in both forms, and between any two steps of a program in steps.
. "$(dirname "$0")/../support/lib.sh"

# Repetitions in repetitions, a choice, blocks of reads, values into an array, two processes; on two nodes. Every value depends on the
# order of all before it. The leaf that changes `a` for the --at-th time sends a signal.
build_elements() {
    cp "$TMP/elements/"* . 2>/dev/null && return
    cat >elements.lua <<'SPEC'
local function mark(digit)
    return CALL(([[ $all = $all * 3 + %d; if (++$a == $at) raise($usr ? SIGUSR1 : SIGTERM); ]]):format(digit))
end
local Fit = loop "Fit" { times = 2, on_epoch = node(1), on_end = node(2), after_run = node(9, [[
    printf("%d %llu %d %d %d\n", (int)$a, (unsigned long long)$all, (int)$k, (int)$xs[3], (int)$status); ]]) }
local Part = loop "Part" { call_on = { Fit.on_epoch, Fit.on_end }, site = { here = i64 },
    on_part = node(1, SEQ {
        CALL [[ $here++; ]],
        REPEAT { 3, counter = "k", SEQ {
            mark(1),
            REPEAT("1 + $k", CHOOSE("$a % 3", { mark(2), SEQ { mark(1), PRINT("") }, default = LOOP(SEQ {
                mark(0), CALL [[ if ($a % 4 == 0) $stop(); ]] }) })),
        } },
        BUFFER_REPEAT { 4, mark(2), value = "all", into = "xs" },
        POPEN { "sh", "-c", "exit 0", into = "status" },
        SPAWN(CALL [[ $all += 5; ]]),
        REPEAT("70", CALL { "next", block = "next_block", "stream", into = "read" }),
        mark(1), CALL [[ $all += (uint64_t)$read * 7; ]],
        REPEAT(2, SEQ { POPEN { "sh", "-c", "exit 0" }, mark(2) }),
    }) }
return trainer "elements" { include = { "<signal.h>" }, Fit, Part, code = [[
        static int64_t next(int64_t *at) { return ++*at; }
        static void next_block(int64_t *at, int64_t *to, int64_t count) { for (int64_t i = 0; i < count; i++) to[i] = ++*at; }
    ]], state = { a = i64(0), all = u64, k = i64, xs = u64[4], stream = i64[1], read = i64, status = i32,
        at = i64 { -1, option = true }, usr = bool { option = true } } }
SPEC
    for form in straight step; do
        expect 0 "$LOOPC" build $([ $form = straight ] || echo --step) elements.lua -o $form
        expect 0 "$LOOPC" gen --no-format $([ $form = straight ] || echo --step) elements.lua -o $form.c
        expect 0 cc -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Wno-misleading-indentation -O1 -fsyntax-only -I"$ROOT/runtime" $form.c
    done
    mkdir -p "$TMP/elements"
    cp elements.lua straight step "$TMP/elements"
}

test_interrupted_anywhere() {
    build_elements
    local form at whole count
    expect 0 ./straight
    whole=$OUT
    count=${OUT%% *}
    [ "$count" -gt 60 ]
    for form in straight step; do
        expect 0 ./$form
        same "$OUT" "$whole"
        for at in $(seq 1 "${STRIDE:-23}" $((count - 1))); do
            rm -rf saved
            expect 143 ./$form --checkpoint saved --at "$at"
            lacks "$ERR" "not saved"
            has "$ERR" "interrupted: SIGTERM; --resume continues with saved/elements-"
            expect 0 ./$form --checkpoint saved --resume --at -1
            same "$OUT" "$whole"
            rm -rf saved
            expect 0 ./$form --checkpoint saved --at "$at" --usr --save-every 1000steps
            same "$OUT" "$whole"
            expect 0 ./$form --resume saved/elements-1.safetensors --at -1
            same "$OUT" "$whole"
        done
    done
}

# The run is killed again and again, and saved as often as it can be.
test_a_chain_of_short_runs() {
    build_elements
    local form whole at code
    expect 0 ./straight
    whole=$OUT
    for form in straight step; do
        rm -rf saved
        at=5
        code=143
        while [ $code -eq 143 ]; do
            code=0
            ./$form --checkpoint saved --resume --at $at >out 2>err || code=$?
            at=$((at + 17))
        done
        same "$code $(cat out)" "0 $whole"
        [ $at -gt 60 ]
    done
}

# --steps n, and then the rest, is what one run does; any number of steps is exactly that many.
test_steps_are_saved_at_their_end() {
    build_elements
    local steps whole
    expect 0 ./step
    whole=$OUT
    for steps in 1 10 33; do
        rm -rf saved
        expect 0 ./step --checkpoint saved --steps $steps
        expect 0 ./step --checkpoint saved --resume
        has "$ERR" "at a step"
        same "$OUT" "$whole"
    done
    cat >count.lua <<'SPEC'
local A = loop "A" { times = 3, on_a = node(1, [[ printf("%d ", $n++); ]]), after_a = node(2, SEQ { CALL [[ printf("x "); ]],
    REPEAT(2, CALL [[ printf("y "); ]]) }) }
return trainer "count" { A, state = { n = i32 } }
SPEC
    expect 0 "$LOOPC" build --step count.lua -o count
    expect 0 ./count
    whole=$OUT
    for steps in 1 3; do
        rm -rf saved
        : >all
        for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
            expect 0 ./count --checkpoint saved --resume --steps $steps
            [ "$(wc -w <<<"$OUT")" -le $steps ]
            printf '%s' "$OUT " >>all
        done
        same "$(tr -s ' ' <all | sed 's/ $//')" "$(sed 's/ $//' <<<"$whole")"
    done
}

test_a_position_in_other_elements_is_refused() {
    build_elements
    expect 143 ./straight --checkpoint saved --at 9
    sed 's/POPEN { "sh", "-c", "exit 0", into = "status" },//' elements.lua >other.lua
    expect 0 "$LOOPC" build other.lua -o other
    expect 2 ./other --checkpoint saved --resume --at -1
    has "$ERR" "warning: saved/elements-1.safetensors: its position is inside a body of another version of elements"
    has "$ERR" "saved: all checkpoints of elements in it are of another version of it"
    expect 2 ./other --resume saved/elements-1.safetensors --at -1
    has "$ERR" "hint: its values can be taken without its position: --init saved/elements-1.safetensors"
    expect 143 ./step --checkpoint steps --at 9
    expect 2 ./straight --checkpoint steps --resume --at -1
    expect 0 "$LOOPC" build --step other.lua -o other
    expect 2 ./other --checkpoint steps --resume --at -1
    expect 0 ./straight --checkpoint between --save-every 1epoch --keep 9
    expect 0 ./other --resume between/elements-2.safetensors # between iterations a position is the same
    same "$OUT" "$(./straight)"
}

# A process that runs when the run is interrupted is ended, and started anew in the resumed one.
test_interrupted_while_it_waits() {
    cat >waits.lua <<'SPEC'
local Fit = loop "Fit" { times = 2, on_epoch = node(1, SEQ { CALL [[ $a++; ]],
    POPEN { "sh", "-c", "$path" }, CALL [[ $b++; ]] }), after_run = node(9, [[ printf("%d %d\n", (int)$a, (int)$b); ]]) }
return trainer "waits" { Fit, state = { a = i64(0), b = i64(0), path = str { "true", option = true } } }
SPEC
    local form code
    for form in "" --step; do
        # shellcheck disable=SC2086
        expect 0 "$LOOPC" build $form waits.lua -o waits
        rm -rf saved started
        code=0
        ./waits --checkpoint saved --path 'touch started; exec sleep 1000' 2>err &
        await test -e started
        kill -TERM $!
        wait $! || code=$?
        same "$code" 143
        lacks "$(cat err)" "not saved"
        expect 0 ./waits --checkpoint saved --resume --path true
        same "$OUT" "2 2"
        has "$ERR" "at Fit in Fit.on_epoch"
    done
}

# Where a repetition goes round without a step, or a child runs, there is no place to save.
test_what_was_not_saved_is_said() {
    cat >empty.lua <<'SPEC'
local Fit = loop "Fit" { times = 3, on_epoch = node(1, WEAVE(1, { LOOP(CHOOSE("tick(&$a, $at)", { CALL [[ $b++; ]], default = SEQ {} })),
    POPEN { "sleep", "1000" } })) }
return trainer "empty" { include = { "<signal.h>" }, Fit, state = { a = i64(0), b = i64(0), at = i64 { -1, option = true } },
    code = [[ static int tick(int64_t *a, int64_t at) { if (++*a == at) raise(SIGTERM); return *a < 3 ? 0 : 1; } ]] }
SPEC
    expect 0 "$LOOPC" build empty.lua -o empty
    expect 143 ./empty --checkpoint saved --at 5
    has "$ERR" "warning: not saved: it was interrupted where it has no resume point; there is no checkpoint yet"
    cat >late.lua <<'SPEC'
local Fit = loop "Fit" { times = 3, on_epoch = node(1, [[ $a++; if ($a == 2) $fail("late"); ]]),
    failed_epoch = node(2, SEQ { CALL [[ $a += 10; ]], CALL [[ $a += 10; $recover(); ]] }),
    after_run = node(9, [[ printf("%d\n", (int)$a); ]]) }
return trainer "late" { Fit, state = { a = i64(0) } }
SPEC
    expect 0 "$LOOPC" build --step late.lua -o late
    expect 0 ./late
    same "$OUT" "23"
    expect 0 ./late --checkpoint late_saved --steps 3
    has "$ERR" "warning: not saved: --steps ended in the handling of a failure; there is no checkpoint yet"
    expect 0 ./late --checkpoint late_saved --resume
    same "$OUT" "23"
}

# Strands know where they are: a run is saved between any two steps of a WEAVE, and goes on there.
test_a_weave_is_saved_between_two_steps() {
    cat >woven.lua <<'SPEC'
local function strand(n, digit) return REPEAT(n, CALL(([[ $all = $all * 3 + %d; if (++$a == $at) raise($usr ? SIGUSR1 : SIGTERM); ]]):format(digit))) end
local Fit = loop "Fit" { times = 3, site = { here = i64 }, on_epoch = node(1, SEQ { CALL [[ $here++; ]],
    WEAVE { -1, { strand(5, 1), WEAVE(1, { strand(4, 2), strand("3 + $iteration", 0) }), POPEN { "sleep", "0.01" } }, steps = { 2, 1, 1 } } }),
    after_run = node(9, [[ printf("%d %d %llu\n", (int)$a, (int)$here, (unsigned long long)$all); ]]) }
return trainer "woven" { include = { "<signal.h>" }, Fit,
    state = { a = i64(0), all = u64, at = i64 { -1, option = true }, usr = bool { option = true } } }
SPEC
    expect 0 "$LOOPC" build woven.lua -o woven
    expect 0 ./woven
    local whole=$OUT at
    for at in 1 2 7 12 20 30; do
        rm -rf saved
        expect 143 ./woven --checkpoint saved --at $at
        lacks "$ERR" "not saved"
        expect 0 ./woven --checkpoint saved --resume --at -1
        has "$ERR" "at Fit in Fit.on_epoch"
        same "$OUT" "$whole"
    done
    rm -rf saved
    expect 0 ./woven --checkpoint saved --at 8 --usr --save-every 1000steps
    same "$OUT" "$whole"
    expect 0 ./woven --resume saved/woven-1.safetensors --at -1
    same "$OUT" "$whole"
    sed 's/steps = { 2, 1, 1 }/steps = { 1, 1, 1 }/' woven.lua >other.lua
    expect 0 "$LOOPC" build other.lua -o other
    expect 2 ./other --resume saved/woven-1.safetensors
    has "$ERR" "its position is inside a body of another version of woven"
    expect 0 ./woven --trace
    lacks "$ERR" "position"
}

run_tests

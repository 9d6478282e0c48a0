# The step form from outside: --steps, libraries, positions that are saved and refused, the example with poll(2).
. "$(dirname "$0")/../support/lib.sh"
export CFLAGS="$CFLAGS -O0" # programs that run for a moment

cat >"$TMP/count.lua" <<'SPEC'
local Count = loop "Count" {
    times = 3,
    on_count = node(1, REPEAT(2, CALL [[ printf("%d\n", $n++); ]])),
    finally_count = node(2, [[ puts("end"); ]]),
}
return trainer "count" { Count, state = { n = i32 { 0, option = true }, name = str "x" } }
SPEC

test_ends_after_exactly_so_many_steps() {
    "$LOOPC" build --step "$TMP/count.lua" -o count
    expect 0 ./count
    local all=$OUT
    for n in 0 1 2 3 4 5 9 20; do
        expect 0 ./count --steps $n
        same "$OUT" "$(printf '%s\n' "$all" | head -n $n)"
    done
    expect 2 ./count --steps -1
    expect 2 ./count --steps many
    expect 0 ./count --help
    has "$OUT" '--steps <n>'
}

test_the_straight_form_has_no_steps() {
    "$LOOPC" build "$TMP/count.lua" -o count
    expect 2 ./count --steps 3
    has "$ERR" "unknown flag '--steps'"
}

# A checkpoint is of a place between two iterations, which both forms have.
test_checkpoints_of_one_form_go_on_in_the_other() {
    local net=$ROOT/specs/04_train_valid.lua
    "$LOOPC" build "$net" -o straight
    "$LOOPC" build --step "$net" -o step
    expect 0 ./straight
    local all=$OUT
    expect 0 ./step
    same "$OUT" "$all"
    for second in step straight; do
        rm -rf folder
        expect 0 ./step --checkpoint folder --save-every 7 --steps 700
        expect 0 ./$second --checkpoint folder --resume latest
        same "$(printf '%s\n' "$OUT" | tail -n 1)" "$(printf '%s\n' "$all" | tail -n 1)"
    done
    expect 0 ./straight --checkpoint other --save-every 7
    expect 0 ./step --resume "$(ls other/*.safetensors | head -n 1)"
    same "$(printf '%s\n' "$OUT" | tail -n 1)" "$(printf '%s\n' "$all" | tail -n 1)"
}

# The suite of the control channel, with programs in the step form.
stepped() { # stepped SUITE [ARGUMENT...]
    printf '%s\n' '#!/bin/sh' 'if [ "$1" = build ]; then shift; set -- build --step "$@"; fi' "exec '$LOOPC' \"\$@\"" >stepped
    chmod +x stepped
    LOOPC=$PWD/stepped bash "$ROOT/tests/observe/$@" >log 2>&1 || fail "$(grep '^not ok' log)"
    grep -q '^ok' log
}

test_runs_in_the_step_form_are_steered() { stepped test_control.sh numbers malformed signals; }

library() { # library NAME SPEC: with the position of its third step in the file `position`
    "$LOOPC" gen --no-format --step --lib "$2" -o count.c
    cat >main.c <<'C'
#include "count.h"
int main(int argc, char **argv)
{
    static struct count s;
    char message[256] = "";
    count_init(&s, 1);
    s.name = argc > 2 ? argv[2] : "y";
    if (argc > 1 && argv[1][0] == 's') {
        count_run(&s, 3);
        if (count_save(&s, "position", message, sizeof message)) puts(message);
        return 0;
    }
    if (count_load(&s, "position", message, sizeof message)) {
        puts(message);
        return 1;
    }
    const int st = count_resume(&s);
    puts(s.name);
    return st;
}
C
    compile main.c count.c -o "$1"
}

# A function that fills a block does many calls at once in the straight form; the step form takes a step for each. Both read
# the same numbers.
test_blocks_read_what_single_calls_read() {
    cat >b.lua <<'SPEC'
local Each = loop "Each" { times = 2, state = { x = f32, xs = f32[10], k = i32, n = i64(7), v = i32, big = i64 { 150 } },
  on_a = node(1, REPEAT("$n", CALL { "next", "$seed", into = "x", block = "next_block" })),
  on_b = node(2, REPEAT { "$big", CALL { "next", "$seed", into = "x", block = "next_block" }, counter = "k" }),
  on_c = node(3, BUFFER_REPEAT { 10, CALL { "next", "$seed", into = "x", block = "next_block" }, value = "x", into = "xs" }),
  on_d = node(4, BUFFER_REPEAT { "$n", CALL { "next", "$seed", into = "x", block = "next_block" }, value = "x", into = "xs" }),
  on_e = node(5, SEQ { REPEAT(5, CALL { "skip", "$v", block = "skip_block" }), REPEAT(1, CALL { "skip", 3, block = "skip_block" }), REPEAT(0, CALL { "skip", 3, block = "skip_block" }) }),
  on_f = node(6, WEAVE(-1, { REPEAT(3, CALL { "next", "$seed", into = "x", block = "next_block" }), PRINT "w\n" })),
  on_g = node(7, REPEAT(2, REPEAT(3, CALL { "next", "$seed", into = "x", block = "next_block" }))),
  after_g = node(8, [[ printf("%g %d %g %g singles %d blocks %d skipped %d\n", (double)$x, (int)$k, (double)$xs[0], (double)$xs[9], singles, blocks, skipped); $n = 0; ]]),
}
return trainer "b" { Each, state = { seed = f64 { 1 } }, code = [[
static int position, singles, blocks, skipped;
static float next(double seed) { singles++; return (float)(seed + position++); }
static void next_block(double seed, float *to, int64_t n) { blocks++; for (int64_t i = 0; i < n; i++) to[i] = (float)(seed + position++); }
static void skip(int v) { skipped++; (void)v; singles++; }
static void skip_block(int v, int n) { skipped += n; blocks++; (void)v; }
]] }
SPEC
    local once=''
    for form in '' --step -O0; do
        # shellcheck disable=SC2086
        build b.lua b $form
        expect 0 ./b
        once=${once:-$(sed 's/ singles.*//' <<<"$OUT")}
        same "$(sed 's/ singles.*//' <<<"$OUT")" "$once"
        case $form in
        --step) has "$OUT" 'singles 364 blocks 0 skipped 12' ;;
        -O0) has "$OUT" 'singles 6 blocks 18 skipped 12' ;;
        *) has "$OUT" 'singles 8 blocks 16 skipped 12' ;;
        esac
    done
    build b.lua b --step
    expect 0 ./b --steps 157 # the first two elements, a call a step
    expect 0 ./b --steps 200
    same "$OUT" "w
$(head -n 2 <<<"$once" | tail -n 1) singles 189 blocks 0 skipped 6"
    CFLAGS="$CFLAGS $STRICT" build b.lua b
}

# The hooks of checkpoints are those of positions: here of a file that is cut where the position was saved.
test_hooks_of_a_library() {
    cat >hooks.lua <<'SPEC'
local L = loop "L" { times = 4, on_a = node(1, [[ fprintf(file, "%d\n", (int)$iteration); ]]),
    on_save_checkpoint = [[ if ($mode == 1) $fail("mode %d", (int)$mode); fflush(file); $length = ftell(file); $saves++; ]],
    on_load_checkpoint = [[ if ($mode == 2) $fail("it is gone"); if (ftruncate(fileno(file), $length)) $fail("cut"); fseek(file, $length, SEEK_SET); ]] }
return trainer "hooks" { L, include = { "<unistd.h>" }, code = "FILE *file;", state = { length = i64, saves = i64, mode = i32 } }
SPEC
    cat >main.c <<'C'
#include "hooks.h"
extern FILE *file;
int main(void)
{
    static struct hooks s, t;
    char message[256];
    file = fopen("log", "w+");
    hooks_init(&s, 1);
    hooks_run(&s, 2);
    printf("%d", hooks_save(&s, "position", message, sizeof message));
    printf(" %d", (int)s.saves);
    hooks_resume(&s);
    hooks_init(&t, 1);
    printf(" %d", hooks_load(&t, "position", message, sizeof message));
    printf(" %d %d\n", (int)t.saves, hooks_resume(&t));
    s.mode = 1;
    printf("%d", hooks_save(&s, "other", message, sizeof message));
    printf(" %s, %d failures\n", message, s.loopc.failures.count);
    s.mode = 2;
    printf("%d", hooks_save(&s, "other", message, sizeof message));
    t.saves = 77;
    printf(" %d", hooks_load(&t, "other", message, sizeof message));
    printf(" %s, %d failures, %d\n", message, t.loopc.failures.count, (int)t.saves);
    fclose(file);
    return 0;
}
C
    "$LOOPC" gen --no-format --step --lib hooks.lua -o hooks.c
    compile main.c hooks.c -o hooks
    expect 0 ./hooks
    same "$OUT" "0 0 0 1 0
1 cannot write other: L.on_save_checkpoint: mode 1, 0 failures
0 1 cannot load other: L.on_load_checkpoint: it is gone, 0 failures, 77"
    same "$(tr '\n' ' ' <log)" "0 1 2 3 "
    [ ! -e other.tmp ] || fail "it left a file"
}

test_a_saved_position_goes_on_in_a_new_process() {
    library one "$TMP/count.lua"
    expect 0 ./one save 'a text'
    same "$OUT" "0
1
end"
    expect 0 ./one load
    same "$OUT" "2
3
end
4
5
end
a text"
}

test_positions_of_others_and_damaged_ones_are_refused() {
    library one "$TMP/count.lua"
    ./one save >/dev/null
    sed 's/n++/n--/' "$TMP/count.lua" >other.lua
    library two other.lua
    expect 1 ./two load
    has "$OUT" 'cannot load position: another program saved it'
    head -c 100 position >cut && mv cut position
    expect 1 ./one load
    has "$OUT" 'cannot load position: it is'
    echo nothing >position
    expect 1 ./one load
    has "$OUT" 'it is not a saved position'
    rm position
    expect 1 ./one load
    has "$OUT" 'No such file'
}

test_both_files_of_a_library_are_checked() {
    local file
    cp "$TMP/count.lua" .
    expect 0 "$LOOPC" gen --no-format --step --lib count.lua -o made -MD
    has "$(cat made.c)" '#include "made.h"'
    has "$(cat made.c.d)" 'made.c: count.lua'
    for file in made.h made.c; do
        expect 0 "$LOOPC" gen --no-format --step --lib count.lua --check=made.c
        same "$OUT$ERR" ''
        echo >>$file
        expect 1 "$LOOPC" gen --no-format --step --lib count.lua -o made --check
        has "$ERR" "$file is out of date"
        expect 0 "$LOOPC" gen --no-format --step --lib count.lua -o made.c
    done
}

test_the_library_has_no_main_and_no_globals() {
    library one "$TMP/count.lua"
    cc -std=c11 -I"$ROOT/runtime" -I. -fno-pie -c count.c -o count.o
    same "$(nm count.o | awk '$2 ~ /[BDC]/ { print $3 }')" ''
    same "$(nm count.o | awk '$2 == "b" || $2 == "d" { print $3 }')" ''
    lacks "$(nm count.o)" ' T main'
}

test_the_example_with_poll() {
    cp "$ROOT"/specs/events/* .
    "$LOOPC" gen --no-format --step --lib ticker.lua -o ticker.c
    compile -D_GNU_SOURCE -Wpedantic -Wshadow -Wconversion main.c ticker.c -o ticker
    printf 'save position\ncopy\nload position\nend\n' | ./ticker >out
    same "$(grep -c '^run' out)" 5
    same "$(sed -n 's/^run [034]: //p' out | sort -u | wc -l)" 1
}

test_optimizing_changes_no_step() {
    for spec in "$ROOT"/specs/11_*.lua "$ROOT"/specs/12_*.lua "$TMP/count.lua"; do
        build "$spec" with --step
        build "$spec" without --step -O0
        for n in 1 7 100 1000; do
            expect 0 ./with --steps $n
            local with=$OUT
            expect 0 ./without --steps $n
            same "$OUT" "$with"
        done
    done
}

test_dump_shows_elements_before_and_after() {
    cat >dump.lua <<'SPEC'
local L = loop "L" { on_a = node(1, SEQ { SEQ { CALL "a();" }, SEQ {}, REPEAT(1, CALL "b();") }) }
return trainer "dump" { L, code = "static void a(void) {} static void b(void) {}" }
SPEC
    expect 0 "$LOOPC" gen --dump=check dump.lua
    has "$OUT" 'SEQ { SEQ { CALL [[a();]] }, SEQ {}, REPEAT(1, CALL [[b();]]) }'
    expect 0 "$LOOPC" gen --dump=optimize dump.lua
    has "$OUT" 'SEQ { CALL [[a();]], CALL [[b();]] }'
    expect 0 "$LOOPC" gen -O0 --dump=optimize dump.lua
    has "$OUT" 'SEQ { SEQ { CALL [[a();]] }'
}

test_the_tour_of_elements() {
    expect 0 "$LOOPC" run "$ROOT"/specs/14_*.lua
    local all=$OUT
    for line in 'CALL: 2' 'REPEAT: 0 1 2 ' 'LOOP: 162' 'CHOOSE: it divides' 'BUFFER_REPEAT: 10 101 10202 104080805' 'WEAVE: A B C ' \
        'POPEN: another program says hello' 'SPAWN: 42' 'total 336'; do has "$all" "$line"; done
    expect 0 "$LOOPC" run --step "$ROOT"/specs/14_*.lua
    same "$OUT" "$all"
}

# The components of a stream point where its closed form says, to the last digits, and where the stream was told to vary.
test_components_of_a_stream() {
    "$LOOPC" build "$ROOT"/specs/11_*.lua -o pca
    for angle in -1.2 0 0.5 1.5; do
        expect 0 ./pca --angle $angle --blocks 200
        has "$OUT" '200 blocks, 51200 samples'
        same "$(printf '%s\n' "$OUT" | awk '/variance/ { v = $NF } /closed/ { c = $NF; a = $6 + 0 }
            END { print (v > 8.5 && v < 9.5 && a < 0.02 && c < 1e-9) }')" 1
    done
}

# Training, validation and a look at a file take turns, the same ones in both forms.
test_interleaved_training() {
    "$LOOPC" build "$ROOT"/specs/12_*.lua -o straight
    "$LOOPC" build --step "$ROOT"/specs/12_*.lua -o step
    expect 0 ./straight
    local all=$OUT
    same "$(printf '%s\n' "$all" | tail -n 1)" '500 batches'
    same "$(printf '%s\n' "$all" | grep -c accuracy)" 5
    same "$(printf '%s\n' "$all" | awk '/accuracy/ { a = $NF } END { print (a > 0.95) }')" 1
    expect 0 ./step
    same "$OUT" "$all"
    touch stop
    for form in straight step; do
        expect 0 ./$form --stop-file stop
        has "$OUT" 'the file is there: the end'
        lacks "$OUT" '500 batches'
    done
}

# Turns of several steps: the same in both forms, and shorter where a strand ends; two values a time into two arrays.
test_turns_of_several_steps_and_several_buffers() {
    local form
    cat >turns.lua <<'SPEC'
return trainer "turns" { state = { x = i32, y = f32, xs = i32[8], ys = f32[8] }, loop "L" {
    on_a = node(1, WEAVE { 2, { REPEAT(4, PRINT("A")), REPEAT(3, PRINT("B")), REPEAT(9, PRINT("C")) }, steps = { 3, 1, 2 } }),
    on_b = node(2, BUFFER_REPEAT { 4, CALL [[ $x++; $y = 0.5f * (float)$x; ]], value = { "x", "y" }, into = { "xs", "ys" } }),
    on_c = node(3, [[ printf(" %d %d %g %g", $xs[0], $xs[3], (double)$ys[0], (double)$ys[3]); ]]) } }
SPEC
    for form in "" --step; do
        # shellcheck disable=SC2086
        expect 0 "$LOOPC" build turns.lua $form -o turns
        expect 0 ./turns
        same "$OUT" 'AAABCCABCCB 1 4 0.5 2'
    done
    for steps in 0 1 5 11 15; do
        expect 0 ./turns --steps $steps
        same "$OUT" "$(printf AAABCCABCCB | head -c "$steps")"
    done
}

run_tests

# --line: compilers, debuggers and coverage show the spec, and the C file where they do not.
. "$(dirname "$0")/../support/lib.sh"

copy_specs() { cp -r "$ROOT"/specs/*.lua "$ROOT"/specs/lib "$ROOT"/specs/*.h . 2>/dev/null || true; }

# All specs, in one form after the other, with SOAK=1 in both; some of them laid out, too: each directive back names the file and its next line. In those that have their C in
# place, each line under a directive to the spec is of that line; in others few are not, which Lua code has made.
lines_are_right() { # lines_are_right FILE.c...
    local name made
    expect 0 python3 "$ROOT/tests/tool/lines.py" "${@#./}"
    for name in "$@"; do
        name=${name#./}
        made=$(grep -c "^${name//./\\.}:" <<<"$OUT" || true)
        case $name in
        02_* | 03_* | 08_* | 14_*) [ "$made" -le 1 ] || fail "$OUT" ;;
        0?_* | 1[0-2]_*) [ "$made" -le 4 ] || fail "$OUT" ;;
        esac
    done
}

test_directives_are_right_in_both_directions() {
    local spec name form options turn=0
    copy_specs
    for spec in *.lua; do
        name=${spec%.lua}
        for form in '' --step; do
            turn=$((turn + 1))
            [ $((turn / 2 % 2)) -eq 0 ] || [ -n "${SOAK:-}" ] || continue
            options=$form
            case $name$form in 01_*--step | 02_failures | 12_interleaved | 14_*) ;; *) options="$form --no-format" ;; esac
            # shellcheck disable=SC2086
            expect 0 "$LOOPC" gen $options --line "$spec" -o "$name${form/--/_}.c"
        done
    done
    lines_are_right ./*.c
}

cat >"$TMP/steps.lua" <<'SPEC'
local Fit = loop "Fit" {
    times = 2,
    before_fit = node(1, [[
        $x = 1;
        $x = twice($x);
    ]]),
    on_fit = node(2, [[
        if ($x > 100) $fail("never");
        $x = twice($x);
        if ($x > 3)
            $x++;
    ]]),
}

return trainer "steps" { Fit, state = { x = i32(0) },
    code = [[
        static int twice(int x)
        {
            return 2 * x;
        }
    ]] }
SPEC

# Break at a line of the spec, list, step, backtrace; a step that leaves the body is shown in the C.
test_a_debugger_shows_the_spec_and_the_c() {
    command -v gdb >/dev/null || skip 'no gdb'
    sanitized && skip 'sanitizers'
    mkdir sub
    cp "$TMP/steps.lua" sub
    CFLAGS=-O0 expect 0 "$LOOPC" build --line --keep sub/steps.lua -o sub/steps
    expect 0 gdb -nx -batch -ex 'set debuginfod enabled off' -ex 'break steps.lua:9' -ex run -ex 'list 9,9' -ex step -ex bt -ex finish -ex up \
        -ex 'info source' -ex 'frame' sub/steps
    has "$OUT" 'Breakpoint 1, Fit_on_fit'
    has "$OUT" 'sub/steps.lua:9'
    has "$OUT" $'9\t        $x = twice($x);'
    has "$OUT" 'at sub/steps.lua:19'
    has "$OUT" $'19\t            return 2 * x;'
    # The frames of the C file are where it has these calls.
    has "$OUT" "at sub/steps.c:$(grep -n '= Fit_on_fit(s)' sub/steps.c | cut -d: -f1)"
    has "$OUT" "at sub/steps.c:$(grep -n 'return loopc_main(' sub/steps.c | cut -d: -f1)"
    has "$OUT" $'\t        if ((st = Fit_on_fit(s))) break;'
}

# How often each line of the spec ran, by gcov.
test_coverage_of_the_spec() {
    sanitized && skip 'sanitizers'
    cp "$TMP/steps.lua" .
    "$LOOPC" gen --line steps.lua -o steps.c
    gcc --coverage -std=c11 -I"$ROOT/runtime" -c steps.c -o steps.o
    gcc --coverage steps.o "$ROOT/$BUILD/libloopc.a" -ljansson -lz -lm -pthread -o steps
    expect 0 ./steps
    expect 0 gcov steps.gcda
    has "$(cat steps.lua.gcov)" '        2:    9:        $x = twice($x);'
    has "$(cat steps.lua.gcov)" '        2:   11:            $x++;'
    has "$(cat steps.lua.gcov)" '        4:   19:            return 2 * x;'
}

run_tests

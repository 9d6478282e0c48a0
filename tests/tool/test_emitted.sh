# The emitted C as something that is read, and compared from one change of a spec to the next.
. "$(dirname "$0")/../support/lib.sh"

lines_of() { "$LOOPC" gen "$1" | wc -l; }

test_the_digits_are_short() {
    local lines
    lines=$(lines_of "$ROOT/specs/09_digits.lua")
    [ "$lines" -gt 100 ] && [ "$lines" -le 620 ] || fail "$lines lines"
}

found() { grep "$@" || true; } # also where nothing is found

changed() { # changed OLD NEW: lines that differ, taken out and put in
    diff "$1" "$2" | grep -c '^[<>]'
}

test_a_listener_more_changes_little() {
    sed 's/^    Outer, Inner, FailingInner,/& callback "hi" { before_step = [[ puts("hi"); ]] },/' "$ROOT/specs/01_nested.lua" >01_nested.lua
    "$LOOPC" gen "$ROOT/specs/01_nested.lua" >before.c
    "$LOOPC" gen 01_nested.lua >after.c
    grep -q '^    hi_before_step();' after.c || fail 'it is not called'
    [ "$(changed before.c after.c)" -le 25 ] || fail "$(changed before.c after.c) lines"
}

test_without_lines_a_comment_changes_nothing() {
    local spec name
    for spec in "$ROOT"/specs/*.lua; do
        name=$(basename "$spec")
        { echo "-- A line more."; cat "$spec"; } >"$name"
        cp -r "$ROOT"/specs/lib "$ROOT"/specs/*.h . 2>/dev/null || true
        "$LOOPC" gen --no-format "$spec" >lines.c
        "$LOOPC" gen --no-format "$name" >moved.c
        if cmp -s lines.c moved.c; then fail "$name says nowhere where things are"; fi
        "$LOOPC" gen --no-format --no-lines "$spec" >before.c
        "$LOOPC" gen --no-format --no-lines "$name" >after.c
        cmp before.c after.c || fail "$(diff before.c after.c)"
        lacks "$(cat after.c)" ".lua:"
    done
}

test_sections_have_titles_in_order() {
    same "$("$LOOPC" gen "$ROOT/specs/09_digits.lua" | sed -n 's|^/\* ---- \([A-Za-z]*\) -*.*|\1|p' | xargs)" \
        "Nets State Bodies Run Tables"
}

test_no_label_only_returns_and_no_test_is_empty() {
    local spec flags flat
    for spec in "$ROOT"/specs/*.lua "$ROOT"/tests/golden/*/spec.lua; do
        for flags in "" --step; do
            flat=$(found -v '^ *default:' one.c | sed 's|/\*.*\*/||; s/^ *//; s/ *$//' | tr '\n' ' ')
            lacks "$flat" "_end: return st;"
            same "$(echo "$flat" | found -oE '[A-Za-z_0-9]+: (return st;|[A-Za-z_0-9]+: return st;)')" ""
            lacks "$flat" "if (st) return st; return st;"
            lacks "$flat" "if (st) return st; } return st;"
            same "$(found -E '^ *(for|while) \(.*(loopc_report|loopc_ended|printf|puts)' one.c)" ""
        done
    done
}

# A function that can be resumed takes resume_at and resets it once, before it looks at it.
test_resume_at_is_reset_once() {
    local spec
    for spec in "$ROOT"/specs/*.lua; do
        "$LOOPC" gen --no-format "$spec" >one.c
        same "$(found -c 'resume_at = AT_START;' one.c)" "$(found -c 'const int at = s->loopc.resume_at;' one.c)"
        same "$(found -cE '(switch|if) .*resume_at' one.c)" 0
    done
}

# Every function but main is declared `static` in sight, not through a macro.
test_static_is_visible() {
    local spec
    for spec in "$ROOT"/specs/*.lua; do
        "$LOOPC" gen "$spec" >one.c
        same "$(found -B3 '^{' one.c | found -E '^[A-Za-z_].*\(' | found -vE '^static |^int main\(|^[A-Za-z_]*_on_|^    ')" ""
        lacks "$(cat one.c)" LOOPC_LEAF
    done
}

test_a_shape_is_said_as_it_was_declared() {
    has "$("$LOOPC" gen "$ROOT/specs/09_digits.lua")" "/* ROWS * INPUTS (09_digits.lua:"
    has "$("$LOOPC" gen "$ROOT/specs/11_components.lua")" "/* ROWS x 2 (11_components.lua:"
    cat >shape.lua <<'END'
local N = 4
return trainer "shape" {
    loop "A" { on_x = node(1, "$a[0] = 1; $b[0] = 1; $c[0] = 1;") },
    state = { a = f32[N * N] { doc = "square" }, b = f32[3], c = f32[#{ 1, 2 }] },
}
END
    "$LOOPC" gen shape.lua >shape.c
    grep -q 'float a\[16\]; */\* square, N \* N (shape.lua:4) \*/' shape.c || fail "$(grep 'float a' shape.c)"
    grep -q 'float b\[3\]; */\* shape.lua:4 \*/' shape.c || fail "$(grep 'float b' shape.c)"
    grep -q 'float c\[2\]; */\* shape.lua:4 \*/' shape.c || fail "$(grep 'float c' shape.c)"
}

# Emitted code and the runtime leave a function by returning: a run that continues in its other variant, too.
test_nothing_jumps_out_of_functions() {
    same "$(found -rlE 'longjmp|setjmp' "$ROOT/runtime" "$ROOT/gen" "$ROOT/specs")" ""
}

run_tests

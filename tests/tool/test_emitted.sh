# The emitted C as something that is read, and compared from one change of a spec to the next.
. "$(dirname "$0")/../support/lib.sh"

lines_of() { "$LOOPC" gen "$1" | wc -l; }

test_the_digits_are_short() {
    local lines
    lines=$(lines_of "$ROOT/specs/09_digits.lua")
    [ "$lines" -gt 100 ] && [ "$lines" -le 620 ] || fail "$lines lines"
}

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
    local spec
    for spec in "$ROOT"/specs/*.lua "$ROOT"/tests/golden/*/spec.lua; do
        "$LOOPC" gen --no-format "$spec" >one.c
        lacks "$(grep -A1 -E '^ *[A-Za-z_0-9]+:( /\*.*\*/)?$' one.c | grep -v default | tr '\n' ' ')" "_end: return st;"
        lacks "$(tr '\n' ' ' <one.c)" "if (st) return st;     return st;"
        lacks "$(grep -E '^ *for \(' one.c)" loopc_report
    done
}

run_tests

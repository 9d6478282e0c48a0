# The emitted C as something that is read, and compared from one change of a spec to the next. Rules for all specs: test_emitted.lua.
. "$(dirname "$0")/../support/lib.sh"

# formatted NUMBER: the C of that spec of specs/ as people read it, made once; its path
formatted() {
    [ -s "$TMP/$1.c" ] || "$LOOPC" gen "$ROOT/specs/$1"_*.lua >"$TMP/$1.c"
    echo "$TMP/$1.c"
}

test_the_digits_are_short() {
    local lines
    lines=$(wc -l <"$(formatted 09)")
    [ "$lines" -gt 100 ] && [ "$lines" -le 620 ] || fail "$lines lines"
}

found() { grep "$@" || true; } # also where nothing is found

changed() { # changed OLD NEW: lines that differ, taken out and put in
    diff "$1" "$2" | grep -c '^[<>]'
}

test_a_listener_more_changes_little() {
    sed 's/^    Outer, Inner, FailingInner,/& callback "hi" { before_step = [[ puts("hi"); ]] },/' "$ROOT/specs/01_nested.lua" >01_nested.lua
    "$LOOPC" gen 01_nested.lua >after.c
    grep -q '^    hi_before_step();' after.c || fail 'it is not called'
    [ "$(changed "$(formatted 01)" after.c)" -le 25 ] || fail "$(changed "$(formatted 01)" after.c) lines"
}

test_sections_have_titles_in_order() {
    same "$(sed -n 's|^/\* ---- \([A-Za-z]*\) -*.*|\1|p' "$(formatted 09)" | xargs)" \
        "Nets State Bodies Run Tables"
}

test_a_shape_is_said_as_it_was_declared() {
    has "$(cat "$(formatted 09)")" "/* ROWS * INPUTS (09_digits.lua:"
    has "$(cat "$(formatted 11)")" "/* ROWS x 2 (11_components.lua:"
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
    same "$(found -rlE --exclude=README.md 'longjmp|setjmp' "$ROOT/runtime" "$ROOT/gen" "$ROOT/specs")" ""
}

# Formatting once more changes nothing. gcc finds some while it optimizes, clang none; in turn, and every fourth file is formatted;
# with SOAK=1 both compilers on every file, as people read it.
test_every_spec_compiles_without_a_warning() {
    local file compiler turn=0
    for file in "$ROOT"/specs/*.lua; do
        if [ $((turn % 4)) = 0 ] || [ -n "${SOAK:-}" ]; then
            "$LOOPC" gen "$file" -o "$(basename "$file" .lua).c"
        else
            "$LOOPC" gen --no-format "$file" -o "$(basename "$file" .lua)_plain.c"
        fi
        turn=$((turn + 1))
    done
    cp "$ROOT/.clang-format" .
    # shellcheck disable=SC2046
    clang-format-14 --style=file --dry-run -Werror $(ls ./*.c | grep -v _plain) || fail 'clang-format changes formatted text'
    for file in *.c; do
        turn=$((1 - turn))
        for compiler in 'gcc -O1 -S -o /dev/null' 'clang -fsyntax-only'; do
            case $compiler in gcc*) [ $turn = 0 ] ;; *) [ $turn = 1 ] ;; esac || [ -n "${SOAK:-}" ] || continue
            # shellcheck disable=SC2086
            expect 0 $compiler -std=c11 $STRICT $(case $file in *_plain.c) ;; *) echo -Wmisleading-indentation ;; esac) -I"$ROOT/runtime" "$file"
            same "$ERR" ''
        done
    done
}

# The innermost of four loops has a long text among short ones, which clang-format breaks over lines.
test_long_names_compile_without_a_warning() {
    local length
    for length in 9 16 17 18 24 40; do
        cat >long.lua <<SPEC
local length, outer = $length, loop "Root" { times = 2, on_x = node(1) }
local loops, name, phase, field = { outer }, ("n"):rep(length), ("p"):rep(length), ("f"):rep(length)
for depth = 1, 3 do
    loops[depth + 1] = loop(name .. depth) { times = 2, call_on = { outer["on_" .. (depth == 1 and "x" or phase)] },
        state = { [field] = f32 { 1, option = depth == 1, report = true, doc = ("word "):rep(length) },
            [field .. "_text"] = str { ("text "):rep(length) } },
        ["on_" .. phase] = node(1, ('if (\$iteration > 9) \$fail("%s");'):format(("why "):rep(length))),
        ["finally_" .. phase] = node(2, [[ puts("x"); ]]) }
    outer = loops[depth + 1]
end
return trainer(name) { doc = ("doc "):rep(length), table.unpack(loops) }
SPEC
        expect 0 "$LOOPC" gen long.lua -o long.c
        for compiler in gcc clang; do
            expect 0 "$compiler" -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -I"$ROOT/runtime" \
                -fsyntax-only long.c
            same "$ERR" ''
        done
    done
}

# An older compiler has other builtins: kernels and emitted C, for processors with AVX2; with SOAK=1 all kernels, for others, too.
test_gcc_11_compiles_kernels_and_trainers() {
    command -v gcc-11 >/dev/null || skip 'no gcc-11'
    local cpu name
    for name in 08_xor 10_spirals; do expect 0 "$LOOPC" gen --no-format "$ROOT/specs/$name.lua" -o $name.c; done
    for cpu in x86-64-v3 ${SOAK:+x86-64 x86-64-v4}; do
        expect 0 gcc-11 -march=$cpu -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only -I"$ROOT/runtime" ./*.c \
            "$ROOT"/runtime/nn/transpose.c ${SOAK:+"$ROOT"/runtime/nn/*.c}
        same "$ERR" ''
    done
}

run_tests

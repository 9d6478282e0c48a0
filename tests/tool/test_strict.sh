# Specs that are hard on C: their C compiles without a warning, with both compilers, in all three forms.
. "$(dirname "$0")/../support/lib.sh"

strict() { # strict SPEC: leaves the program of the straight form as ./program
    local cc flags="-std=c11 $STRICT -O0"
    "$LOOPC" gen --no-format "$1" -o straight.c
    "$LOOPC" gen --no-format --step "$1" -o step.c
    "$LOOPC" gen --no-format --step --lib "$1" -o lib.c
    for cc in gcc clang; do
        for form in straight step lib; do
            # shellcheck disable=SC2086
            $cc $flags -I"$ROOT/runtime" -I. -c "$form.c" -o "$form.o"
        done
    done
    as_built "$LOOPC" build "$1" -o program
}

test_texts() {
    cat >spec.lua <<'SPEC'
return trainer "texts" {
    loop "L" {
        state = { a = str { "what???/", option = true, doc = 'why????/ */ \\ %s "q"' }, b = str "??=??=???=?" },
        on_x = node { order = 1, doc = "ends in */ ??/", [[ puts($a); puts($b);]] },
        on_y = node(2, [[
#ifdef NOWHERE
            $fail("not here");
#else
            $fail("100%% of \"%s\"", $b);
#endif
        ]]),
    },
    doc = "100 % */ ??/ \\",
}
SPEC
    strict spec.lua
    expect 1 ./program
    same "$OUT" "$(printf 'what???/\n??=??=???=?')"
    same "$ERR" 'texts: failed: L.on_y: 100% of "??=??=???=?"'
    expect 0 ./program --help
    has "$OUT" '100 % */ ??/ \'
}

test_names_of_the_code_are_its_own() { # those that loopc would have given get a number
    cat >spec.lua <<'SPEC'
return trainer "t" {
    loop "L" { times = 2, state = { x = i32 { report = true, option = true } }, on_x = node(1, SEQ {
        CALL { "L_on_x", 3, into = "x" },
        CALL [[ printf("%d\n", $x + fields[1] + places + positions + program.value + children() + steering()); ]],
        SPAWN(CALL [[ $x++; ]]),
    }) },
    control = { batch = "L" },
    code = [[
enum { places = 1, positions = 2 };
static const int fields[] = {10, 20};
static const struct { int value; } program = {4};
static int L_on_x(int x) { return x; }
static int children(void) { return 100; }
static int steering(void) { return 1000; }
]] }
SPEC
    strict spec.lua
    expect 0 ./program
    same "$OUT" "$(printf '1130\n1130')"
}

run_tests

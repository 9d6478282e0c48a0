# From a spec to a program: build and run, the compiler's errors as those of the spec, the cache.
. "$(dirname "$0")/../support/lib.sh"
export CFLAGS="$CFLAGS -O0" # programs that run for a moment
. "$ROOT/tests/support/nested_spec.sh"

broken_spec() { # a body that is not C, on line 3
    cat >broken.lua <<'SPEC'
local L = loop "L" {
    on_x = node(1, [[
        int x = undeclared;
        (void)x;
    ]]),
}
return trainer "broken" { L }
SPEC
}

test_build() {
    cp_spec
    expect 0 "$LOOPC" build nested.lua
    same "$ERR$OUT" ''
    expect 0 ./nested
    same "$OUT" "$(printf 'before_step\non_step\non_iteration\nfinally_step')"
    same "$(echo *)" 'helper.lua nested nested.lua'
    expect 0 "$LOOPC" build nested.lua -o 'other name' --keep
    [ -x 'other name' ] && [ -f 'other name.c' ] || fail 'the C was not kept'
    expect 0 "$LOOPC" build nested.lua --cc clang -o by_clang
    expect 0 ./by_clang
    expect 0 env CC='gcc -O0' "$LOOPC" build nested.lua -o by_gcc
    expect 2 "$LOOPC" build nested.lua --cc no-such-compiler
    has "$ERR" 'cannot run no-such-compiler'
    expect 2 "$LOOPC" build nested.lua -o .
    expect 1 "$LOOPC" build nested.lua -o no/such/folder
    same "$ERR" 'loopc: error: cannot write no/such/folder: there is no folder no/such'
}

test_errors_in_headers_stay_those_of_the_compiler() {
    printf 'int f(void) { return undeclared; }\n' >mine.h
    cat >spec.lua <<'SPEC'
return trainer "t" { loop "L" { on_step = node(0, [[ f(); ]]) }, include = { '"mine.h"' } }
SPEC
    CFLAGS="$CFLAGS -I." expect 2 "$LOOPC" build spec.lua
    has "$ERR" "mine.h:1:22: error: 'undeclared'"
    has "$ERR" "the compiler's own messages"
    CFLAGS="$CFLAGS -I." expect 2 "$LOOPC" check --compile spec.lua
    has "$ERR" "mine.h:1:22: error: 'undeclared'"
    lacks "$ERR" ': ok'
}

test_a_jump_may_end_before_a_declaration() { # in C before C23 a label must precede a statement
    cat >spec.lua <<'SPEC'
return trainer "t" { loop "L" {
    state = { x = i32 {}, xs = i32[4] },
    on_a = node(1, SEQ {
        REPEAT(2, BUFFER_REPEAT { 3, CALL [[ $x++; if ($x == 2) $stop(); ]], value = "x", into = "xs" }),
        WEAVE(1, { CALL [[ $x--; ]] }),
    }),
    on_b = node(2, [[ printf("%d\n", $x); ]]),
} }
SPEC
    CFLAGS="$CFLAGS -Wpedantic -Werror" expect 0 "$LOOPC" build spec.lua -O0 -o t
    expect 0 ./t
    same "$OUT" 1
}

test_build_from_another_folder_with_spaces() {
    mkdir -p 'a b/c'
    cp_spec 'a b/c'
    expect 0 "$LOOPC" build 'a b/c/nested.lua' -o 'a b/prog'
    expect 0 'a b/prog'
    cd 'a b'
    expect 0 "$LOOPC" build ../'a b'/c/nested.lua
    expect 0 ./nested
}

test_build_does_not_leave_files() {
    cp_spec
    mkdir tmp
    expect 0 env TMPDIR="$PWD/tmp" "$LOOPC" build nested.lua
    broken_spec
    expect 2 env TMPDIR="$PWD/tmp" "$LOOPC" build broken.lua
    same "$(ls tmp)" ''
}

test_c_errors_are_those_of_the_spec() {
    mkdir sub
    cd sub
    broken_spec
    cd ..
    for cc in gcc clang; do
        expect 2 "$LOOPC" build sub/broken.lua --cc $cc
        has "$ERR" 'sub/broken.lua:3: error: '
        has "$ERR" "        int x = undeclared;"
        has "$ERR" '^~~~~~~~~~'
        lacks "$ERR" loopc-
    done
    expect 2 "$LOOPC" run sub/broken.lua
    has "$ERR" 'sub/broken.lua:3: error: '
    expect 2 "$LOOPC" check --compile sub/broken.lua
    has "$ERR" 'sub/broken.lua:3: error: '
    expect 0 "$LOOPC" check sub/broken.lua
    expect 2 "$LOOPC" build sub/broken.lua --diagnostics=json
    python3 -c 'import json, sys; assert json.load(open(sys.argv[1]))[0]["line"] == 3' "$TMP/err"
}

test_a_body_that_code_goes_on_with() {
    printf 'local more = "$x = 0;"\nreturn trainer "t" { loop "L" { state = { x = i32 },\n  on_x = node(1, [[\n    $x = 1;\n    $x = undeclared;\n  ]] .. more) } }\n' >more.lua
    expect 2 "$LOOPC" build more.lua
    has "$ERR" 'more.lua:5: error: '
    has "$ERR" '^~~~~~~~~~'
}

test_a_body_without_its_last_semicolon() {
    printf 'return trainer "t" { loop "L" {\n  on_x = node(1, [[\n    int a = 3;\n    int b = a\n\n  ]]) } }\n' >open.lua
    for cc in gcc clang; do
        expect 2 "$LOOPC" build open.lua --cc $cc
        has "$ERR" "open.lua:4: error: expected "
        has "$ERR" '    int b = a'
        lacks "$ERR" 'own messages'
    done
}

test_functions_that_nobody_declares() {
    net() { # net BODY [MORE]
        echo "return trainer \"t\" { loop \"L\" { on_x = node(1, [[ $1 ]]) }, state = { net = mlp { 2, 2 }, ${2:-} } }" >net.lua
    }
    for cc in gcc clang; do
        net 'net_trian($net);' 'adam = optimizer { "adam", net = "net" }'
        expect 2 "$LOOPC" build net.lua --cc $cc
        has "$ERR" "net.lua:1: error: implicit declaration of function 'net_trian'"
        has "$ERR" "hint: did you mean 'net_train'? loopc help net lists its functions"
        net 'net_train($net);'
        expect 2 "$LOOPC" build net.lua --cc $cc
        has "$ERR" 'hint: an optimizer brings it: opt = optimizer { "adam", net = "net" }'
        net 'nowhere();'
        expect 2 "$LOOPC" build net.lua --cc $cc
        has "$ERR" 'hint: a header in include, or the trainer'"'"'s code, has to declare it'
    done
}

test_fields_without_their_dollar() {
    echo 'return trainer "t" { loop "L" { on_x = node(1, [[ loss = 1; ]]), state = { loss = f32 } } }' >dollar.lua
    for cc in gcc clang; do
        expect 2 "$LOOPC" build dollar.lua --cc $cc
        has "$ERR" 'hint: a field is written with a dollar: $loss'
        lacks "$ERR" 'only once'
    done
}

test_headers_that_are_not_there() {
    printf 'return trainer "t" { loop "L" { on_x = node(1) },\n    include = { "<time.h>", "nowhere.h" } }\n' >header.lua
    for cc in gcc clang; do
        expect 2 "$LOOPC" build header.lua --cc $cc
        has "$ERR" 'header.lua:2: error: '
        has "$ERR" '                            ^~~~~~~~~'
        lacks "$ERR" 'own messages'
    done
}

test_wrong_arguments_of_a_net() {
    echo 'return trainer "t" { loop "L" { on_x = node(1, [[ net_forward($net, 3); ]]) }, state = { net = mlp { 2, 2 } } }' >net.lua
    expect 2 "$LOOPC" check --compile net.lua
    has "$ERR" 'hint: net_forward(struct t_net *n, const float *x, int32_t rows)'
}

test_an_assignment_as_a_condition() {
    printf 'return trainer "t" { loop "L" { state = { n = i64 },\n  on_x = node(1, [[ if ($n = 5) puts("five");\n' >assign.lua
    printf '    if ($n && $n || $n) puts("x");\n    if (($n = 5)) puts("y"); ]]) } }\n' >>assign.lua
    for cc in gcc clang; do
        expect 0 "$LOOPC" check --compile assign.lua --cc $cc
        has "$ERR" 'assign.lua:2: warning: '
        has "$ERR" 'hint: == compares; an assignment that is meant stands in parentheses of its own'
        same "$(grep -c ': warning: ' <<<"$ERR")" 1
    done
}

# What would print something else than the value is an error; a wrong width, which prints right here, is a warning.
test_conversions_of_another_kind() {
    cat >format.lua <<'SPEC'
return trainer "t" { loop "L" { state = { x = f64, n = i64, a = f32[2] }, on_x = node(1, [[
    printf("%d\n", $x);
    printf("%g\n", $n);
    printf("%s\n", $n);
    printf("%s\n", $a);
    printf("%d %d\n", 1);
    printf("%y\n");
    sscanf("1", "%f", &$x);
    sscanf("1", "%d", &$n);
    $fail("%d", $x);
]]) } }
SPEC
    for cc in gcc clang; do
        expect 2 "$LOOPC" check --compile format.lua --cc $cc
        same "$(grep -c ': error: ' <<<"$ERR")" 9
        same "$(grep -c '^    hint: ' <<<"$ERR")" 9
        for line in 2 3 4 5 6 7 8 9 10; do has "$ERR" "format.lua:$line: error: "; done
    done
    echo 'return trainer "t" { loop "L" { on_x = node(1, [[ printf("%d\n", $x); ]]), state = { x = f64 } } }' >one.lua
    expect 2 "$LOOPC" build one.lua
    has "$ERR" 'hint: %g prints a real number'
    [ ! -e t ] || fail 'a program of a spec with errors'
    echo 'return trainer "t" { loop "L" { on_x = node(1, [[ printf("%ld\n", (long long)1); ]]) } }' >width.lua
    expect 0 "$LOOPC" build width.lua
    has "$ERR" 'width.lua:1: warning: format '
}

test_a_brace_too_many() {
    echo 'return trainer "t" { loop "L" { on_x = node(1, [[ if (1) { puts(""); ]]) } }' >brace.lua
    expect 2 "$LOOPC" build brace.lua
    has "$ERR" "brace.lua:1: error: '{' in C text has no matching bracket"
    lacks "$ERR" 'storage class'
}

# The function of a body with signals returns a status: a bare return would leave it open.
test_a_return_that_does_not_fit() {
    printf 'return trainer "t" { loop "L" { times = 2, on_x = node(1, [[\n  if ($iteration) return;\n  $fail("x");\n]]),\n' >return.lua
    printf '  after_x = node(2, [[ if ($iteration == 1) return; puts("x"); ]]),\n  finally_x = node(3, [[ return 0; ]]) } }\n' >>return.lua
    for cc in gcc clang; do
        expect 2 env CC=$cc "$LOOPC" check --compile return.lua
        has "$ERR" 'return.lua:2: error: '
        has "$ERR" 'return.lua:6: error: '
        lacks "$ERR" 'return.lua:5'
        has "$ERR" 'hint: a body ends at its end, or with a signal'
    done
}

test_linking() {
    cat >linked.lua <<'SPEC'
local L = loop "L" { on_x = node(1, [[ printf("%d\n", twice(21)); ]]) }
return trainer "linked" { L, include = { "twice.h" }, link = { "twice.o" } }
SPEC
    echo 'int twice(int x);' >twice.h
    printf '#include "twice.h"\nint twice(int x)\n{\n    return 2 * x;\n}\n' >twice.c
    expect 2 "$LOOPC" build linked.lua
    has "$ERR" twice.o
    cc -c twice.c
    mkdir elsewhere
    cd elsewhere
    expect 0 "$LOOPC" run ../linked.lua
    same "$OUT" 42
    # linked and included files are part of the cache's key
    sed -i 's/2 \* x/3 * x/' ../twice.c
    (cd .. && cc -c twice.c)
    expect 0 "$LOOPC" run ../linked.lua
    same "$OUT" 63
    echo '#define twice(x) 5' >>../twice.h
    expect 0 "$LOOPC" run ../linked.lua
    same "$OUT" 5
}

linker_of() { readelf -W --sections "$1" | grep -o -m 1 'note.gnu.gold-version' || echo another; }

test_the_faster_linker() {
    command -v ld.gold >/dev/null || skip 'GNU gold is not installed'
    sanitized && skip 'sanitizers link with their own'
    cp_spec
    expect 0 "$LOOPC" build nested.lua -o fast
    same "$(linker_of fast)" note.gnu.gold-version
    expect 0 env LDFLAGS=-fuse-ld=bfd "$LOOPC" build nested.lua -o asked
    same "$(linker_of asked)" another
    same "$(./fast)" "$(./asked)"
}

programs() { find cache/loopc -name nested | wc -l; }

test_run_uses_a_cache() {
    cp_spec
    export XDG_CACHE_HOME=$PWD/cache
    expect 0 "$LOOPC" run nested.lua
    has "$OUT" on_iteration
    same "$ERR" ''
    local program
    program=$(echo cache/loopc/*/nested)
    touch -d '2001-01-01' "$program"
    expect 0 "$LOOPC" run nested.lua
    same "$(stat -c %Y "$program")" "$(date -d '2001-01-01' +%s)"
    sed -i 's/on_iteration"/again"/' helper.lua
    expect 0 "$LOOPC" run nested.lua
    has "$OUT" again
    same "$(programs)" 2
    expect 0 env CFLAGS="${CFLAGS:-} -DOTHER" "$LOOPC" run nested.lua
    same "$(programs)" 3
    unset XDG_CACHE_HOME
    expect 0 env HOME="$PWD/home" "$LOOPC" run nested.lua
    [ -d home/.cache/loopc ] || fail 'no cache under HOME'
    expect 2 env -u HOME "$LOOPC" run nested.lua
    has "$ERR" 'XDG_CACHE_HOME'
    expect 1 env XDG_CACHE_HOME=/dev/null "$LOOPC" run nested.lua
    has "$ERR" 'cannot make the folder'
}

# An unchanged spec is not compiled, nor read, again; whatever its program was made of is noticed.
test_run_recalls_an_unchanged_spec() {
    export XDG_CACHE_HOME=$PWD/cache
    printf '#!/bin/sh\necho call >>calls\nexec cc "$@"\n' >counted-cc
    chmod +x counted-cc
    echo '#define WORD "first"' >word.h
    echo 'return [[ puts(WORD); ]]' >body.lua
    echo 'return trainer "nested" { loop "L" { on_x = node(1, require "body") }, include = { "word.h" } }' >spec.lua
    local calls word
    for word in first second third; do
        case $word in
        second) sed -i 's/first/second/' word.h ;;
        third) echo 'return [[ puts("third"); ]]' >body.lua ;;
        *) ;;
        esac
        sleep 0.05 # a file that is as new as its reading is not trusted
        expect 0 "$LOOPC" run spec.lua --cc ./counted-cc
        same "$OUT" "$word"
        calls=$(wc -l <calls)
        expect 0 "$LOOPC" run spec.lua --cc ./counted-cc
        same "$OUT" "$word"
        same "$(wc -l <calls)" "$calls"
    done
    expect 0 env CFLAGS="${CFLAGS:-} -DMORE" "$LOOPC" run spec.lua --cc ./counted-cc
    [ "$(wc -l <calls)" -gt "$calls" ]
    rm spec.lua
    expect 2 "$LOOPC" run spec.lua --cc ./counted-cc
    same "$(find cache -name '*tmp*')" ''
    unset XDG_CACHE_HOME
}

# A spec with a warning shows it each time.
test_run_shows_a_warning_again() {
    export XDG_CACHE_HOME=$PWD/cache
    cp "$ROOT/tests/bad/unused_callback/spec.lua" warns.lua
    expect 0 "$LOOPC" run warns.lua
    has "$ERR" warning
    expect 0 "$LOOPC" run warns.lua
    has "$ERR" warning
    unset XDG_CACHE_HOME
}

test_two_runs_at_once() {
    cp_spec
    export XDG_CACHE_HOME=$PWD/cache
    for i in 1 2 3 4; do
        "$LOOPC" run nested.lua >out$i 2>&1 &
    done
    wait
    for i in 1 2 3 4; do
        has "$(cat out$i)" on_iteration
        cmp out1 out$i
    done
    same "$(programs)" 1
}

test_run_hands_on_arguments_and_exit_codes() {
    cat >args.lua <<'SPEC'
local L = loop "L" { on_x = node(1, [[ if ($n == 1) $fail("one"); if ($n == 2) abort(); printf("%d\n", $n); ]]) }
return trainer "args" { L, include = { "<stdlib.h>" }, state = { n = i32 { 7, option = true } } }
SPEC
    expect 0 "$LOOPC" run args.lua
    same "$OUT" 7
    expect 0 "$LOOPC" run args.lua -- --n 9
    same "$OUT" 9
    expect 1 "$LOOPC" run args.lua -- --n 1
    has "$ERR" 'args: failed: '
    expect 134 bash -c "exec '$LOOPC' run args.lua -- --n 2"
    expect 2 "$LOOPC" run args.lua -- --nonsense
    expect 2 "$LOOPC" run args.lua --n 9
}

# Compiled for the second time, by ccache: it has the object.
test_ccache_has_the_object() {
    command -v ccache >/dev/null || skip 'no ccache'
    cp_spec
    export CCACHE_DIR=$PWD/ccache XDG_CACHE_HOME=$PWD/cache
    expect 0 "$LOOPC" build nested.lua --cc 'ccache gcc' -o one
    expect 0 "$LOOPC" build nested.lua --cc 'ccache gcc' -o two
    cmp one two
    ccache --print-stats | grep -qE '^(direct|preprocessed)_cache_hit[[:space:]]+1$' || fail "$(ccache --print-stats)"
    expect 0 ./two
}

run_tests

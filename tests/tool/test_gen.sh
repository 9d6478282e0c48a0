# loopc gen from outside: the C that it prints or writes, its checks, and what it refuses.
. "$(dirname "$0")/../support/lib.sh"
. "$ROOT/tests/support/nested_spec.sh"

test_gen_prints_c() {
    cp_spec
    expect 0 "$LOOPC" gen nested.lua
    has "$OUT" '#include "loopc.h"'
    has "$OUT" 'static int nested_run(void *state)'
    same "$ERR" ''
    local text=$OUT
    expect 0 "$LOOPC" gen "$PWD/nested.lua"
    same "$OUT" "$text"
}

test_gen_writes_only_what_differs() {
    cp_spec
    expect 0 "$LOOPC" gen nested.lua -o nested.c
    same "$OUT" ''
    has "$ERR" 'wrote nested.c'
    touch -d '2001-01-01' nested.c
    expect 0 "$LOOPC" gen nested.lua --output=nested.c
    has "$ERR" 'nested.c is up to date'
    same "$(stat -c %Y nested.c)" "$(date -d '2001-01-01' +%s)"
    echo >>nested.c
    expect 0 "$LOOPC" gen nested.lua -o nested.c
    has "$ERR" 'wrote nested.c'
    expect 0 "$LOOPC" gen nested.lua
    same "$OUT" "$(cat nested.c)"
}

test_gen_check() {
    cp_spec
    expect 1 "$LOOPC" gen nested.lua -o nested.c --check
    has "$ERR" 'cannot read nested.c'
    expect 0 "$LOOPC" gen nested.lua -o nested.c
    expect 0 "$LOOPC" gen nested.lua -o nested.c --check
    same "$OUT$ERR" ''
    expect 0 "$LOOPC" gen nested.lua --check=nested.c
    sed -i 's/puts("on_step")/puts("changed")/' nested.c
    cp nested.c before.c
    expect 1 "$LOOPC" gen nested.lua -o nested.c --check
    has "$OUT" '-    puts("changed");'
    has "$OUT" '+    puts("on_step");'
    has "$ERR" 'nested.c is out of date'
    cmp nested.c before.c
}

test_gen_depfile() {
    mkdir 'a folder'
    cp_spec 'a folder'
    expect 0 "$LOOPC" gen 'a folder/nested.lua' -o out.c -MD
    has "$(cat out.c.d)" 'out.c: a\ folder/nested.lua a\ folder/helper.lua'
    expect 0 "$LOOPC" gen 'a folder/nested.lua' -o out.c -MF rule.d
    cmp out.c.d rule.d
    printf 'all: out.c\nout.c:\n\ttouch out.c\ninclude out.c.d\n' >Makefile
    touch -d '2001-01-01' 'a folder/nested.lua' 'a folder/helper.lua'
    make -q || fail 'up to date, make would rebuild'
    touch -d '1 minute' 'a folder/helper.lua'
    make -q && fail 'helper.lua changed, make would not rebuild'
    rm 'a folder/helper.lua'
    expect 0 make -n
    mkdir 'a:b'
    cp_spec 'a:b'
    expect 0 "$LOOPC" gen 'a:b/nested.lua' -o out.c -MD
    has "$(cat out.c.d)" 'out.c: a\:b/nested.lua a\:b/helper.lua'
    touch -d '1 minute' 'a:b/helper.lua'
    make -q && fail 'helper.lua changed, make would not rebuild'
    touch out.c -d '2 minutes'
    expect 0 make -q
}

test_gen_to_a_full_disk() {
    cp_spec
    code=0
    "$LOOPC" gen nested.lua >/dev/full 2>err || code=$?
    same "$code" 1
    has "$(cat err)" 'cannot write to standard output: No space left on device'
    expect 1 "$LOOPC" gen nested.lua -o /dev/full
    has "$ERR" 'No space left'
    expect 1 "$LOOPC" gen nested.lua -o no/such/folder.c
    has "$ERR" 'cannot write no/such/folder.c'
    for words in 'explain nested.lua' 'graph nested.lua' types completion 'help --man' --help --version; do
        code=0
        # shellcheck disable=SC2086
        "$LOOPC" $words >/dev/full 2>err || code=$?
        same "$words: $code" "$words: 1"
    done
}

test_gen_dumps() {
    local pass passes
    expect 2 "$LOOPC" gen "$ROOT/specs/09_digits.lua" --dump=none
    passes=$(sed -n 's/.*the passes are //p' <<<"$ERR" | tr -d ,)
    [ "$(wc -w <<<"$passes")" -gt 10 ] || fail "passes: $passes"
    cp "$ROOT/specs/09_digits.lua" .
    for pass in $passes; do
        expect 0 "$LOOPC" gen 09_digits.lua --dump="$pass"
        [ -n "$OUT" ] || fail "nothing left by $pass"
        local text=$OUT
        expect 0 "$LOOPC" gen ./09_digits.lua --dump="$pass"
        [ "$pass" = load ] || same "$OUT" "$text"
    done
}

test_gen_without_clang_format() {
    cp_spec
    mkdir bin
    ln -s "$(command -v env)" bin/env
    expect 2 env PATH="$PWD/bin" "$LOOPC" gen nested.lua
    has "$ERR" 'apt-get install clang-format-14, or --no-format'
    expect 0 env PATH="$PWD/bin" "$LOOPC" gen nested.lua --no-format
    has "$OUT" nested_run
}

test_gen_with_another_clang_format() {
    cp_spec
    expect 0 "$LOOPC" gen nested.lua
    local text=$OUT
    mkdir bin
    ln -s "$(command -v env)" bin/env
    ln -s "$(command -v sed)" bin/sed
    printf '#!/bin/sh\n[ "$1" != --version ] || { echo "clang-format version 99.1"; exit; }\nexec %s "$@"\n' \
        "$(command -v clang-format-14)" >bin/clang-format
    chmod +x bin/clang-format
    expect 0 env PATH="$PWD/bin:/bin" "$LOOPC" gen nested.lua
    same "$OUT" "$text"
    printf '#!/bin/sh\n[ "$1" != --version ] || { echo "clang-format version 99.1"; exit; }\n%s "$@" | sed "s/ break;/  break;/"\n' \
        "$(command -v clang-format-14)" >bin/clang-format
    expect 2 env PATH="$PWD/bin" "$LOOPC" gen nested.lua
    has "$ERR" 'apt-get install clang-format-14, or --no-format'
}

test_gen_ignores_a_style_file() {
    cp_spec
    expect 0 "$LOOPC" gen nested.lua
    local text=$OUT
    printf 'BasedOnStyle: GNU\nColumnLimit: 40\n' >.clang-format
    expect 0 "$LOOPC" gen nested.lua
    same "$OUT" "$text"
}

test_gen_line_directives() {
    cp_spec
    expect 0 "$LOOPC" gen nested.lua --line
    has "$OUT" '#line 3 "nested.lua"' # more in test_line.sh
}

test_gen_errors() {
    printf 'return trainer "t" {\n' >bad.lua
    expect 2 "$LOOPC" gen bad.lua -o bad.c
    has "$ERR" 'bad.lua:'
    [ ! -e bad.c ] || fail 'bad.c was written'
    printf 'return trainer "t" { loop "L" { on_x = node(-1, "") } }\n' >bad.lua
    expect 2 "$LOOPC" gen bad.lua
    has "$ERR" 'bad.lua:1: error: '
    expect 2 "$LOOPC" gen bad.lua --diagnostics=json
    has "$ERR" '"severity": "error"'
    python3 -c 'import json, sys; assert json.load(open(sys.argv[1]))[0]["line"] == 1' "$TMP/err"
}

run_tests

# The commands of loopc from outside: their output, files and exit codes.
. "$(dirname "$0")/../support/lib.sh"
export CFLAGS="$CFLAGS -O0" # programs that run for a moment
. "$ROOT/tests/support/nested_spec.sh"

test_help_everywhere() {
    expect 0 "$LOOPC" --help
    for word in $(printf '%s\n' "$OUT" | sed -n '/^commands:/,/^$/s/^  \([a-z]*\)  .*/\1/p'); do
        expect 0 "$LOOPC" "$word" --help
        has "$OUT" "usage: loopc $word"
        same "$ERR" ''
        local by_option=$OUT
        expect 0 "$LOOPC" help "$word"
        same "$OUT" "$by_option"
        same "$(grep '.\{81\}' <<<"$OUT" || true)" ''
    done
    has "$by_option" version
    expect 0 "$LOOPC" -h
    expect 2 "$LOOPC"
    same "$OUT" ''
    has "$ERR" 'usage: loopc COMMAND'
}

# Every key, function, default and flag of the tables has its line.
test_help_on_the_language() {
    local topic
    expect 0 "$LOOPC" help
    for topic in net optimizer dataset rng samples train signals elements flags; do
        has "$OUT" "  $topic "
        same "$("$LOOPC" help "$topic" | grep '.\{81\}' || true)" ''
    done
    same "$(grep '.\{81\}' <<<"$OUT" || true)" ''
    expect 0 "$LOOPC" help optimizer
    has "$(echo $OUT)" 'adamw AdamW: Adam, and w -= eta weight_decay w in the place of weight_decay w in g; beta1 = 0.9, beta2 = 0.999,'
    has "$OUT" 'weight_decay = 0.01'
    has "$OUT" 'float G_train($G, $O, const float *x, TARGETS, int32_t rows, float eta)'
    expect 0 "$LOOPC" help net
    has "$(echo $OUT)" 'activation string: of hidden layers that are sizes (loopc help net lists them) (default relu)'
    has "$OUT" 'float G_clip_grad($G, float limit)'
    expect 0 "$LOOPC" help rng
    has "$OUT" 'uint64_t loopc_rng_below(struct loopc_rng *rng, uint64_t n)
      Uniform in 0 .. n-1, each exactly as likely as the others; 0 for n = 0.'
    expect 0 "$LOOPC" help dataset
    has "$OUT" 'int32_t loopc_dataset_take('
    expect 0 "$LOOPC" help samples
    has "$OUT" 'int32_t loopc_filter('
    expect 0 "$LOOPC" help signals
    same "$(grep -c '^  \$' <<<"$OUT")" 4
    expect 0 "$LOOPC" help elements
    same "$(grep -c '^  [A-Z]' <<<"$OUT")" 10
    expect 0 "$LOOPC" help flags
    same "$(grep -c '^  --' <<<"$OUT")" "$(grep -c '^FLAG' "$ROOT/runtime/main/flags.def")"
    expect 2 "$LOOPC" help nothing
    has "$ERR" "there is no command or topic 'nothing'"
}

# The writes of a call follow from its function's declaration; an unknown pointer may be written through.
test_version() {
    expect 0 "$LOOPC" --version
    has "$OUT" 'loopc '
    local version=$OUT
    expect 0 "$LOOPC" version
    same "$OUT" "$version"
}

test_wrong_usage_is_2() {
    expect 2 "$LOOPC" biuld
    has "$ERR" "unknown command 'biuld'; did you mean 'build'?"
    expect 2 "$LOOPC" --nonsense
    expect 2 "$LOOPC" spec.lua
    has "$ERR" 'loopc build spec.lua'
    expect 2 "$LOOPC" gen
    expect 2 "$LOOPC" gen a b
    expect 2 "$LOOPC" gen --outptu x spec.lua
    has "$ERR" "did you mean '--output'"
    expect 2 "$LOOPC" gen none.lua
    has "$ERR" 'none.lua: error: cannot read the spec'
    expect 2 "$LOOPC" gen .
    has "$ERR" 'is a folder'
    expect 2 "$LOOPC" help nonsense
    expect 2 "$LOOPC" graph --format=svg spec.lua
    expect 2 "$LOOPC" gen --max-steps=0 spec.lua
    expect 2 "$LOOPC" completion zsh
    expect 2 "$LOOPC" --scripts
    expect 2 "$LOOPC" --scripts none version
    cp_spec
    expect 2 "$LOOPC" gen nested.lua --dump=nonsense
    has "$ERR" 'the passes are load, check, optimize'
    expect 2 "$LOOPC" gen nested.lua -MD
    expect 2 "$LOOPC" gen nested.lua --check
}

# Commands without output there do not need it.
test_closed_standard_output() {
    cp_spec
    expect 1 sh -c '"$0" gen nested.lua >&-' "$LOOPC"
    has "$ERR" 'cannot write to standard output'
    expect 0 sh -c '"$0" gen nested.lua -o nested.c <&- >&- 2>&-' "$LOOPC"
    "$LOOPC" gen nested.lua | cmp - nested.c
    expect 0 sh -c '"$0" check nested.lua >&-' "$LOOPC"
}

# Another version is accepted when it lays out as 14 does, and no other.
test_what_is_no_text_is_shown_as_text() {
    printf '\033[2J \377 = "\303\251"' >bytes.lua
    expect 2 "$LOOPC" check bytes.lua
    has "$ERR" '    ?[2J ? = "??"'
    printf 'é = 5' >letters.lua
    expect 2 "$LOOPC" check letters.lua
    has "$ERR" '    é = 5'
}

test_check() {
    cp_spec
    expect 0 "$LOOPC" check nested.lua nested.lua
    has "$ERR" 'nested.lua: ok, 4 steps'
    expect 0 "$LOOPC" check -q --compile nested.lua
    same "$OUT$ERR" ''
    echo 'return trainer "t" { loop "L" { times = 2, on_x = node(1, [[ printf("%d", $iteration); ]]) } }' >format.lua
    for cc in gcc clang; do
        expect 0 "$LOOPC" check --compile --cc $cc format.lua
        has "$ERR" 'format.lua:1: warning: format '
        has "$ERR" 'hint: the field has 64 bits: (long long)$name for %lld'
    done
    echo 'return 1' >bad.lua
    expect 2 "$LOOPC" check bad.lua nested.lua
    has "$ERR" 'instead of a trainer'
    has "$ERR" 'nested.lua: ok'
}

test_golden() {
    mkdir -p cases/one cases/two
    cp_spec cases/one
    cp_spec cases/two
    echo 'loopc gen nested.lua > nested.c' >cases/one/cmd
    printf '# two lines\nloopc explain nested.lua > order.txt\nloopc check none.lua > error.txt\n' >cases/two/cmd
    expect 1 "$LOOPC" golden cases
    has "$OUT" 'not ok cases/one - nested.c is not there'
    has "$OUT" 'the spec none.lua is not there'
    sed -i 's/check none.lua/gen nested.lua --max-steps=1/' cases/two/cmd
    expect 1 "$LOOPC" golden cases/two --update # a failure is never kept as the expected result
    has "$OUT" 'not ok cases/two - error.txt is not written: its command ends with exit code 2:'
    [ ! -e cases/two/error.txt ] || fail 'a failure was kept'
    sed -i 's/loopc gen nested.lua --max/! &/' cases/two/cmd
    expect 2 env CI=1 "$LOOPC" golden cases --update
    has "$ERR" 'CI is set'
    [ ! -e cases/one/nested.c ] || fail 'updated under CI'
    expect 0 "$LOOPC" golden cases --update
    has "$ERR" 'wrote cases/one/nested.c'
    expect 0 env CI=1 "$LOOPC" golden cases
    has "$OUT" '2 passed, 0 failed'
    has "$(cat cases/two/error.txt)" '--- exit code 2'
    cp cases/one/nested.c before.c
    sed -i 's/on_iteration"/changed"/' cases/one/helper.lua
    expect 1 "$LOOPC" golden cases
    has "$OUT" '-    puts("on_iteration");'
    has "$OUT" '+    puts("changed");'
    cmp cases/one/nested.c before.c
    expect 0 "$LOOPC" golden --update cases
    cp cases/one/nested.c before.c
    sed -i 's/puts("changed")/$fial("changed")/' cases/one/helper.lua
    expect 1 "$LOOPC" golden --update cases
    has "$OUT" 'not ok cases/one - nested.c is not written: its command ends with exit code 2:'
    cmp cases/one/nested.c before.c
    sed -i 's/$fial("changed")/puts("changed")/' cases/one/helper.lua
    sed -i 's/ --max-steps=1//' cases/two/cmd
    expect 1 "$LOOPC" golden --update cases/two
    has "$OUT" 'its command line begins with "!", and does not fail'
    sed -i 's/gen nested.lua >/gen nested.lua --max-steps=1 >/' cases/two/cmd
    touch cases/one/orphan.txt
    expect 1 "$LOOPC" golden cases
    has "$OUT" 'no line of cmd keeps orphan.txt'
    rm cases/one/orphan.txt cases/two/cmd
    expect 1 "$LOOPC" golden cases
    has "$OUT" 'no cmd file keeps error.txt'
    mkdir empty
    expect 1 "$LOOPC" golden empty
    expect 2 "$LOOPC" golden none
}

test_names_of_c_are_any() {
    local name
    for name in take new taken; do
        echo "return trainer \"t\" { code = \"static void $name(void) { puts(\\\"$name\\\"); }\", state = { $name = i32(1) }, loop \"L\" {
            on_$name = node(1, [[ $name(); ]]) } }" >names.lua
        expect 0 "$LOOPC" run names.lua
        same "$OUT" "$name"
    done
}

# Files of a killed run in the cache are removed by the next one; those of a running build stay.
test_a_killed_run_leaves_nothing_in_the_cache() {
    export XDG_CACHE_HOME=$PWD/cache
    cp_spec .
    printf '#!/bin/sh\ncase "$*" in *" -E "*) exec cc "$@" ;; esac\n: >started\nsleep 60\n' >slow-cc
    chmod +x slow-cc
    setsid "$LOOPC" run nested.lua --cc ./slow-cc >/dev/null 2>&1 &
    until [ -e started ]; do sleep 0.05; done
    same "$(ls -d cache/loopc/*/ | grep -c tmp)" 1
    expect 0 "$LOOPC" run nested.lua
    same "$(ls -d cache/loopc/*/ | grep -c tmp)" 1
    kill -9 -- -$! # with its compiler
    wait $! || true
    sed -i 's/on_iteration"/another"/' helper.lua
    expect 0 "$LOOPC" run nested.lua
    same "$(find cache/loopc -name '*tmp*')" ''
    unset XDG_CACHE_HOME
}

test_init() {
    expect 0 "$LOOPC" init fit
    same "$(echo *)" 'Makefile fit.lua'
    expect 0 "$LOOPC" check --compile fit.lua
    expect 0 "$LOOPC" run fit.lua -- --epochs 2
    expect 2 "$LOOPC" run fit.lua -- --epochs -2
    has "$ERR" 'out of range'
    export PATH=${LOOPC%/*}:$PATH
    expect 0 make
    expect 0 make -q
    expect 0 ./fit
    has "$OUT" 'y = '
    echo changed >fit.lua
    rm Makefile
    expect 1 "$LOOPC" init fit
    has "$ERR" "'fit.lua' exists already"
    same "$(cat fit.lua)" changed
    [ ! -e Makefile ] || fail 'half of it was written'
    expect 2 "$LOOPC" init 9lives
    expect 2 "$LOOPC" init while
    expect 0 "$LOOPC" init fit a/folder
    [ -f a/folder/fit.lua ] || fail 'not in its folder'
}

test_types() {
    expect 0 "$LOOPC" types
    has "$OUT" '---@meta'
    for word in node loop callback trainer f32 u64 dataset mlp rng; do
        printf '%s\n' "$OUT" | grep -Eq "^(function $word\(|$word = )" || fail "no $word"
    done
    expect 0 "$LOOPC" --test "$TMP/out"
    "$LOOPC" types --luacheck >.luacheckrc
    echo 'std = "loopc"' >>.luacheckrc
    cp_spec
    expect 0 luacheck nested.lua
    echo 'io.write(os.getenv("HOME"), nonsense)' >bad.lua
    expect 1 luacheck bad.lua
    has "$OUT" nonsense
}

test_completion() {
    "$LOOPC" completion >completion.bash
    cat >ask.bash <<'ASK'
. ./completion.bash
ask() { COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=() && _loopc && echo "${COMPREPLY[@]}"; }
ask loopc ge
ask loopc gen --no
ask loopc graph --format = m
ask loopc graph -f d
ask loopc gen some
ASK
    touch some.lua
    expect 0 bash ask.bash
    same "$OUT" "$(printf 'gen\n--no-format --no-lines\nmermaid\ndot\nsome.lua')"
}

test_man_page() {
    "$LOOPC" help --man >loopc.1
    has "$(cat loopc.1)" '.TH LOOPC 1'
    command -v man >/dev/null || skip 'man is not installed'
    man --warnings -l loopc.1 >page 2>warnings || skip 'man cannot format here'
    same "$(cat warnings)" ''
    has "$(cat page)" 'EXIT STATUS'
}

test_scripts_from_disk() {
    cp_spec
    mkdir -p scripts/gen/commands scripts/gen/flatten
    sed 's/"loopc " \.\. host.version/"scripted"/' "$ROOT/gen/commands/version.lua" >scripts/gen/commands/version.lua
    expect 0 "$LOOPC" --scripts scripts version
    same "$OUT" scripted
    expect 0 env LOOPC_SCRIPTS=scripts "$LOOPC" version
    same "$OUT" scripted
    expect 0 "$LOOPC" --scripts scripts check nested.lua
    echo 'error("broken pass")' >scripts/gen/flatten/flatten.lua
    expect 1 "$LOOPC" --scripts scripts check nested.lua
    has "$ERR" 'this is a bug in loopc: gen/flatten/flatten.lua:1: broken pass'
    has "$ERR" 'stack traceback'
}

run_tests

# Shared by the shell tests; sourced by the test_*.sh, which then define functions test_* and call run_tests.
#
#   expect CODE command...   runs it, standard output in $OUT, standard error in $ERR; fails on another exit code
#   has TEXT NEEDLE          fails when NEEDLE is not in TEXT
#   lacks TEXT NEEDLE        fails when it is
#   same TEXT WANTED         fails when they differ
#   fail WHY                 fails
#   skip WHY                 ends the test as skipped
#   build SPEC PROGRAM [OPTION...]  loopc build with -O0, for trainers that run for a moment; a suite builds the same text once
#   as_built PROGRAM...      runs it with the CFLAGS that the tests were called with, or none
#   sanitized                whether the runtime was built with sanitizers: it links with their compiler alone, at costs of their own
#   compile ARGUMENT...      cc with the runtime, and with the flags that it was built with
# Each test runs in a new folder, $PWD, with `set -e`; $ROOT is the repository, $LOOPC the generator.
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD:-build}
LOOPC=${LOOPC:-$ROOT/$BUILD/loopc}
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
export XDG_CACHE_HOME=${XDG_CACHE_HOME:-$TMP/cache}
FLAGS_GIVEN=${CFLAGS+yes}
export CFLAGS="${CFLAGS:-}"
unset CI MAKEFLAGS MAKELEVEL # tests run loopc golden --update, and make in folders of their own

fail() {
    echo "failed: $*"
    exit 1
}

skip() {
    echo "# SKIP $*"
    exit 0
}

as_built() {
    if [ -n "$FLAGS_GIVEN" ]; then "$@"; else env -u CFLAGS "$@"; fi
}

# The warnings of emitted C, as errors, for CFLAGS="$CFLAGS $STRICT" build ... What build compiles is not formatted: a body of one
# line may have its loop and the statement behind it in one line, too.
STRICT='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Wno-misleading-indentation'

build() {
    local spec=$1 program=$2 kept
    kept=$(sha256sum <<<"$CFLAGS $* $(<"$spec")")
    kept=$TMP/built-${kept%% *}
    shift 2
    [ -x "$kept" ] || CFLAGS="$CFLAGS -O0 $LIGHT" LDFLAGS="${LDFLAGS:-} ${LIGHT:+-Wl,--strip-debug}" expect 0 "$LOOPC" build "$spec" "$@" -o "$kept"
    ln -sf "$kept" "$program"
}

sanitized() {
    case $CFLAGS in *-fsanitize=*) ;; *) false ;; esac
}

# What a debugger needs takes a fifth of the time of build; of the programs of tests only sanitizers read it.
LIGHT=-g0
if sanitized; then LIGHT=; fi

compile() {
    # shellcheck disable=SC2086
    "${CC:-cc}" ${CFLAGS:-} -std=c11 -Wall -Wextra -Werror -Wno-misleading-indentation -I"$ROOT/runtime" -I. "$@" "$ROOT/$BUILD/libloopc.a" -ljansson -lz -lm -pthread
}

expect() {
    local wanted=$1 code=0
    shift
    "$@" >"$TMP/out" 2>"$TMP/err" </dev/null || code=$?
    OUT=$(<"$TMP/out")
    ERR=$(<"$TMP/err")
    [ "$code" -eq "$wanted" ] && return 0
    printf 'output: %s\nerrors: %s\n' "$OUT" "$ERR"
    fail "exit code $code, not $wanted: $*"
}

has() {
    case $1 in *"$2"*) ;; *) fail "'$2' is not in: $1" ;; esac
}

lacks() {
    case $1 in *"$2"*) fail "'$2' is in: $1" ;; *) ;; esac
}

same() {
    [ "$1" = "$2" ] || fail "'$1' is not '$2'"
}

# Waits for something that happens on any machine, some time: await COMMAND...
await() {
    local tries=0
    until "$@"; do
        [ $((tries += 1)) -lt 12000 ] || fail "never came: $*"
        sleep 0.05
    done
}

# Whether this process catches SIGTERM: a trainer that has started does.
catches_term() { [ $((0x$(sed -n 's/^SigCgt:[^0-9a-f]*//p' "/proc/$1/status") & 0x4000)) -ne 0 ]; }

# Whether it has ended.
is_gone() { ! kill -0 "$1" 2>/dev/null; }

run_one() {
    local began=$SECONDS
    mkdir -p "$TMP/$1"
    (
        cd "$TMP/$1" || exit 1
        set -eE
        trap 'echo "failed: $BASH_COMMAND"' ERR
        "$1"
    ) >"$TMP/log" 2>&1
    local code=$? name=${1#test_}
    name=${name//_/ }
    if [ $code -ne 0 ]; then
        echo "not ok $name - $(tail -n 1 "$TMP/log")"
        sed 's/^/    /' "$TMP/log"
        return 1
    fi
    echo "ok $name$(grep -m 1 '^# SKIP' "$TMP/log" | sed 's/^/ /')"
    echo "# $((SECONDS - began)) s"
}

run_tests() {
    local failed=0 function
    for function in $(declare -F | sed -n 's/^declare -f \(test_.*\)/\1/p'); do
        [[ $function =~ ${ONLY:-.} ]] || continue
        run_one "$function" # not in a condition, nor before ||: set -e would mean nothing in the test
        failed=$((failed | $?))
    done
    exit $failed
}

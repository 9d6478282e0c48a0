#!/usr/bin/env bash
# loopc observe without a browser: the table in a terminal, joining, logs, either side killed: tests/observe/control/observe.py. Words
# choose tests.
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-build}
export LOOPC=${LOOPC:-$PWD/$BUILD/loopc}
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
"$LOOPC" build specs/08_xor.lua -o "$TMPDIR/xor" || exit 1
export ASAN_OPTIONS=handle_segv=0 # one that is killed by SIGSEGV is to die of it
XOR=$TMPDIR/xor python3 -B tests/observe/control/observe.py "$@"

#!/usr/bin/env bash
# The control channel of a trainer, steered by a parent in Python: suites of tests/control. Words choose tests.
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-build}
LOOPC=${LOOPC:-$PWD/$BUILD/loopc}
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
"$LOOPC" build specs/08_xor.lua -o "$TMPDIR/xor" || exit 1
"$LOOPC" build specs/10_spirals.lua -o "$TMPDIR/spirals" || exit 1
"$LOOPC" build tests/observe/control/bounded.lua -o "$TMPDIR/bounded" || exit 1
export XOR=$TMPDIR/xor SPIRALS=$TMPDIR/spirals BOUNDED=$TMPDIR/bounded
failed=0
for suite in protocol connection hostile; do python3 -B tests/observe/control/$suite.py "$@" || failed=1; done
exit $failed

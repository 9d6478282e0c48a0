#!/usr/bin/env bash
# loopc observe, its page and others, in headless Chromium: tests/observe/browser. Words choose tests. Screenshots are kept in
# $BUILD/test-shots.
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-build}
LOOPC=${LOOPC:-$PWD/$BUILD/loopc}
TMPDIR=$(mktemp -d)
trap 'rm -rf "$TMPDIR"' EXIT
"$LOOPC" build specs/08_xor.lua -o "$TMPDIR/xor" || exit 1
"$LOOPC" build tests/observe/browser/silent.lua -o "$TMPDIR/silent" || exit 1
"$LOOPC" build specs/50_lesson_hidden.lua -o "$TMPDIR/hidden" || exit 1
"$LOOPC" build specs/51_lesson_overfitting.lua -o "$TMPDIR/overfitting" || exit 1
"$LOOPC" build tests/observe/browser/poles.lua -o "$TMPDIR/poles" || exit 1
"$LOOPC" build tests/observe/control/bounded.lua -o "$TMPDIR/bounded" || exit 1
export BOUNDED=$TMPDIR/bounded POLES=$TMPDIR/poles HIDDEN=$TMPDIR/hidden OVERFITTING=$TMPDIR/overfitting SILENT=$TMPDIR/silent
export LOOPC SHOTS=$PWD/$BUILD/test-shots TMPDIR
export XOR=$TMPDIR/xor
python3 -B tests/observe/browser/suite.py "$@"

#!/usr/bin/env bash
# loopc observe and its page, in headless Chromium: tests/observe/browser/page.py. Words choose tests. The screenshot is kept in
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
export HIDDEN=$TMPDIR/hidden OVERFITTING=$TMPDIR/overfitting SILENT=$TMPDIR/silent
export LOOPC SHOTS=$PWD/$BUILD/test-shots TMPDIR
XOR=$TMPDIR/xor python3 -B tests/observe/browser/page.py "$@"

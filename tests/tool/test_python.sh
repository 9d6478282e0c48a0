#!/usr/bin/env bash
# The Python package of the build folder drives trainers: tests/tool/python.py. Words choose tests.
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-build}
LOOPC=${LOOPC:-$PWD/$BUILD/loopc}
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
cat >"$TMPDIR/fails.lua" <<'SPEC'
local Learn = loop "Learn" { times = "$batch_to", on_step = node(1, [[ if ($iteration == 6) $fail("the seventh is bad"); ]]) }
return trainer "fails" { Learn, control = { target = "batch_to" }, state = { batch_to = i64 { 10, option = true } } }
SPEC
"$LOOPC" build specs/08_xor.lua -o "$TMPDIR/xor" || exit 1
"$LOOPC" build "$TMPDIR/fails.lua" -o "$TMPDIR/fails" || exit 1
export XOR=$TMPDIR/xor FAILS=$TMPDIR/fails PYTHONPATH=$PWD/$BUILD/python
python3 -B tests/tool/python.py "$@"
failed=$?

name='the notebook in specs'
mkdir "$TMPDIR/without" # nbclient and the ipywidgets of Debian 12 do not go together: the panel has a test of its own
echo 'raise ImportError' >"$TMPDIR/without/ipywidgets.py"
with= # the first Python that has what it takes: Debian's packages are those of /usr/bin/python3, which another one may hide
for python in python3 /usr/bin/python3; do
    [ -n "$with" ] || ! "$python" -c 'import nbconvert, ipykernel' 2>/dev/null || with=$python
done
if [ -z "$with" ]; then
    echo "ok $name # SKIP nbconvert and ipykernel are not installed"
elif PYTHONPATH=$TMPDIR/without:$PYTHONPATH "$with" -m nbconvert --execute --to markdown --output-dir "$TMPDIR" specs/xor.ipynb >"$TMPDIR/log" 2>&1 &&
    grep -q '0\.1908' "$TMPDIR/xor.md" && grep -q 'Report(100000' "$TMPDIR/xor.md"; then
    echo "ok $name"
else
    echo "not ok $name - $(tail -n 1 "$TMPDIR/log")"
    failed=1
fi
exit $failed

#!/usr/bin/env bash
# Ten seeds of the design and of the control task, with their output: `make soak` runs it, as it takes minutes.
#
# Of ten searches by the model six must reach the best known energy of each chain, and beat as many folds by chance; every
# trial of the pole must be solved within its budget. Exit code 1 when one of them falls short.
set -u
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
LOOPC=${LOOPC:-$ROOT/${BUILD:-build}/loopc}
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
failed=0

# falls SHORT...: reports it, and continues
falls() {
    echo "falls short: $*" >&2
    failed=1
}

# heading TEXT
heading() { printf '\n== %s\n\n' "$*"; }

# The share of the searches of a kind ("the model", "chance") that reached an energy, in tenths.
reached() { sed -n -E "s/^by $1: .* $2: ([0-9]+) of 10.*/\1/p" "$TMP/out"; }

fold() {
    heading "folding $1: best known energy $2"
    "$TMP/folding" --chain "$1" --progress never | tee "$TMP/out"
    [ "${PIPESTATUS[0]}" -eq 0 ] || falls "the program failed"
    local model chance
    model=$(reached 'the model' "$2") chance=$(reached chance "$2")
    [ "${model:-0}" -ge 6 ] || falls "$1 reached $2 in ${model:-0} of 10"
    [ "${model:-0}" -gt "${chance:-0}" ] || falls "chance is as good for $1"
}

"$LOOPC" build "$ROOT/specs/20_folding.lua" -o "$TMP/folding" || exit 1
"$LOOPC" build "$ROOT/specs/21_cartpole.lua" -o "$TMP/cartpole" || exit 1
fold HPHPPHHPHPPHPHHPPHPH -9
fold HHPPHPPHPPHPPHPPHPPHPPHH -9
heading 'a pole on a cart: mean of 475 steps over 100 episodes within 200000 steps'
"$TMP/cartpole" --progress never | tee "$TMP/out"
grep -q '^solved 10 of 10' "$TMP/out" || falls 'the pole'
exit $failed

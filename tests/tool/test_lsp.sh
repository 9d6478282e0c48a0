#!/usr/bin/env bash
# loopc lsp: a recorded session and what an editor asks (lsp.py), and Neovim with its own client (lsp/neovim.lua). Words choose tests of
# lsp.py.
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-build}
export LOOPC=${LOOPC:-$PWD/$BUILD/loopc}
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
python3 -B tests/tool/lsp.py "$@"
failed=$?
if ! command -v nvim >/dev/null; then
    echo "ok Neovim # SKIP nvim is not installed"
    exit $failed
fi
cp tests/tool/lsp/moons.lua "$TMPDIR/moons.lua"
SPEC=$TMPDIR/moons.lua XDG_STATE_HOME=$TMPDIR XDG_DATA_HOME=$TMPDIR XDG_CACHE_HOME=$TMPDIR \
    nvim --headless --clean -n -S tests/tool/lsp/neovim.lua >"$TMPDIR/log" 2>&1 || failed=1
tr -d '\r' <"$TMPDIR/log" | sed -n 's/.*\(\(not \)\?ok Neovim\)/\1/p'
grep -q '^ok Neovim: it ends' <(tr -d '\r' <"$TMPDIR/log" | sed 's/.*ok Neovim/ok Neovim/') || { cat "$TMPDIR/log"; failed=1; }
exit $failed

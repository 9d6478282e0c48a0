#!/usr/bin/env bash
# The demo: two spirals that a net learns to tell apart. Shows the run function of the C that the spec becomes, trains
# with progress on standard error, and ends with the picture that the program draws and the table of times.
set -eu
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build}
spec=$(echo specs/*_spirals.lua)
folder=$BUILD/demo
mkdir -p "$folder"

title() {
    printf '\n== %s\n\n' "$*"
}

title "loopc gen $spec: the run function of the C"
"$BUILD/loopc" gen "$spec" -o "$folder/spirals.c" 2>/dev/null
awk '/^static int [A-Za-z0-9_]*_run\(void \*state\)$/ { on = 1 } on { print } on && /^}/ { exit }' "$folder/spirals.c"

title "loopc build $spec, and training, with --timings"
"$BUILD/loopc" build "$spec" -o "$folder/spirals"
"$folder/spirals" --timings "$@"

title 'What to try next'
cat <<EOT
  $folder/spirals --help
  $BUILD/loopc explain $spec
  less $folder/spirals.c
EOT

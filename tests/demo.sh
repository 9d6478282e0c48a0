#!/usr/bin/env bash
# The demo: a net learns to tell two spirals apart. Shows the run function of the C that the spec becomes, trains with
# progress and the table of times, and trains once more with a picture of the net's output, drawn while it learns.
# Arguments go to both runs: --epochs 20, --turns 3, --seed 7. Needs no data.
set -eu
cd "$(dirname "$0")/.."
BUILD=${BUILD:-build}
folder=$BUILD/demo
mkdir -p "$folder"

bold='' dim='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$(printf '\033[1m') dim=$(printf '\033[32m') plain=$(printf '\033[0m')
fi

# A picture is drawn over the one before where there is room for it.
live=''
if [ -t 1 ] && [ "$(tput lines 2>/dev/null || echo 0)" -ge 36 ]; then
    live=--live
fi

# A title for the next step, and its command as a person would type it.
title() {
    printf '\n%s%s%s\n$ %s\n\n' "$bold" "$1" "$plain" "$2"
}

# From the head of the run function to its closing brace, comments in another colour.
run_function() {
    awk '/^static int [a-z_]+_run\(void \*state\)$/ { on = 1 } on { print } on && /^}/ { exit }' "$1" |
        sed "s|/\*.*\*/|$dim&$plain|"
}

title 'The spec becomes one C file. This is its run function:' 'loopc gen specs/10_spirals.lua -o spirals.c'
"$BUILD/loopc" gen specs/10_spirals.lua -o "$folder/spirals.c" 2>"$folder/log" || { cat "$folder/log" >&2 && exit 1; }
run_function "$folder/spirals.c"

"$BUILD/loopc" build specs/10_spirals.lua -o "$folder/spirals"
title 'It trains, and tells where the time goes:' './spirals --timings > /dev/null'
"$folder/spirals" --progress always --timings "$@" >/dev/null

title 'And it shows what the net has learned about every place in the plane:' "./spirals${live:+ $live}"
# shellcheck disable=SC2086 # no argument at all where it is empty
"$folder/spirals" $live "$@"

printf '\n%s is specs/10_spirals.lua: change it, or try its --help.\n' "$folder/spirals"

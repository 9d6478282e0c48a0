#!/bin/sh
# build.sh [FOLDER]: makes the page of spirals in FOLDER (spirals-page): open its index.html, no server is needed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-spirals-page}
mkdir -p "$folder"
"${LOOPC:-loopc}" build --target wasm32-wasi "$here/spirals.lua" -o "$folder/spirals.js"
cp "$here/index.html" "$here/page.js" "$folder/"

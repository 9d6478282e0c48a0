#!/bin/sh
# build.sh [FOLDER]: makes the page of spirals in FOLDER (spirals-page): open its index.html, no server is needed.
# Debian's packages: clang lld wasi-libc libclang-rt-14-dev-wasm32. LOOPC and CLANG name other programs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-spirals-page}
made=$folder/c
mkdir -p "$made"
"${LOOPC:-loopc}" gen --lib --device --no-format "$here/spirals.lua" -o "$made"
"${CLANG:-clang}" --target=wasm32-wasi --sysroot=/usr -std=c11 -O2 -ffp-contract=off -fno-math-errno -ffunction-sections -fdata-sections \
    -I"$made" -nostartfiles -Wl,--no-entry,--gc-sections,--strip-all "$here/page.c" "$made"/*.c -lm -o "$folder/spirals.wasm"
# A page without a server may not read files, but may have scripts: so the program is in one.
printf 'const program = "%s";\n' "$(base64 -w 0 "$folder/spirals.wasm")" >"$folder/spirals.wasm.js"
cp "$here/index.html" "$here/page.js" "$folder/"
rm -r "$made" "$folder/spirals.wasm"

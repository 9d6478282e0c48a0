# make install: an installed tree works without the sources, wherever it is put.
. "$(dirname "$0")/../support/lib.sh"

install_into() { # DESTDIR PREFIX
    as_built make -s -C "$ROOT" BUILD="$BUILD" install DESTDIR="$1" PREFIX="$2" >/dev/null
}

write_spec() {
    cat >counter.lua <<'SPEC'
local Count = loop "Count" { times = "$n", on_step = node(1, [[ printf("%d\n", (int)$iteration); ]]) }
return trainer "counter" { Count, state = { n = i32 { 3, option = true } } }
SPEC
}

test_the_installed_tree_alone_builds_a_trainer() {
    install_into "$PWD/a dest" /opt/loopc
    mv "a dest/opt/loopc" moved
    local loopc=$PWD/moved/bin/loopc
    write_spec
    unset LOOPC_HOME LOOPC_SCRIPTS
    expect 0 "$loopc" build counter.lua -o counter
    expect 0 ./counter --n 2
    same "$OUT" "$(printf '0\n1')"
    expect 0 "$loopc" run counter.lua
    expect 0 "$loopc" gen counter.lua -o by_installed.c
    expect 0 "$LOOPC" gen counter.lua -o by_built.c
    cmp by_installed.c by_built.c
    # every header that is needed is there
    printf '#include "loopc.h"\n' >all.c
    expect 0 cc -std=c11 -Wall -Wextra -Wpedantic -Werror -Imoved/include/loopc -fsyntax-only all.c
}

test_what_is_installed() {
    install_into "$PWD/dest" /usr
    for file in bin/loopc lib/libloopc.a lib/pkgconfig/loopc.pc include/loopc/loopc.h share/man/man1/loopc.1 \
        share/bash-completion/completions/loopc; do
        [ -s "dest/usr/$file" ] || fail "$file was not installed"
    done
    expect 0 find dest/usr/lib -path '*python3*/loopc/__init__.py'
    has "$OUT" loopc/__init__.py
    expect 0 env PYTHONPATH="$(dirname "$(dirname "$OUT")")" python3 -B -c 'import loopc; print(loopc.Trainer.__name__)'
    same "$OUT" Trainer
    as_built make -s -C "$ROOT" BUILD="$BUILD" uninstall DESTDIR="$PWD/dest" PREFIX=/usr
    same "$(find dest -type f)" ''
}

test_pkg_config() {
    install_into '' "$PWD/tree"
    write_spec
    export PKG_CONFIG_PATH=$PWD/tree/lib/pkgconfig
    expect 0 "$PWD/tree/bin/loopc" gen counter.lua -o counter.c
    # shellcheck disable=SC2046
    expect 0 cc -std=c11 ${CFLAGS:-} $(pkg-config --cflags loopc) counter.c -o counter $(pkg-config --libs loopc)
    expect 0 ./counter
    same "$(pkg-config --modversion loopc)" "$("$LOOPC" version | sed 's/loopc //')"
}

test_loopc_home() {
    install_into "$PWD/dest" /usr
    cp dest/usr/bin/loopc lonely
    write_spec
    expect 2 ./lonely build counter.lua
    has "$ERR" LOOPC_HOME
    expect 0 env LOOPC_HOME="$PWD/dest/usr" ./lonely build counter.lua
    expect 0 ./counter
    expect 0 env LOOPC_HOME="$ROOT" ./lonely check counter.lua
}

# Built things elsewhere: the file `sources` beside them says where the headers are.
test_a_folder_of_built_things_outside_the_sources() {
    mkdir elsewhere
    cp "$LOOPC" "$ROOT/$BUILD/libloopc.a" elsewhere
    write_spec
    unset LOOPC_HOME LOOPC_SCRIPTS
    expect 2 elsewhere/loopc build counter.lua
    same "$(cat "$ROOT/$BUILD/sources")" "$ROOT"
    cp "$ROOT/$BUILD/sources" elsewhere
    expect 0 elsewhere/loopc build counter.lua
    expect 0 ./counter
}

run_tests

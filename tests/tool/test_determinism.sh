# The same spec gives the same bytes: again and again, elsewhere, in another locale, time zone and home.
. "$(dirname "$0")/../support/lib.sh"

hashes_of() { # prints a hash per command for each spec of a folder
    FOLDER=$1 "$LOOPC" --test "$ROOT/tests/support/hashes.lua"
}

# The same by the commands themselves: a fifth of those of each spec (all of them with EVERY=1).
hashes_by_commands() {
    local spec words turn=0
    for spec in "$1"/*.lua; do
        for words in 'gen --dump=flatten' 'gen --dump=analyse_flow' 'gen --dump=layout' 'graph --format=dot' \
            'graph --format=mermaid' 'graph --format=json' explain 'gen --dump=emit'; do
            [ $(((turn += 1) % 5)) -eq 0 ] || [ -n "${EVERY:-}" ] || continue
            # shellcheck disable=SC2086
            echo "$(basename "$spec") $words: $("$LOOPC" $words "$spec" | sha256sum | cut -d ' ' -f 1)"
        done
    done
}

same_hashes() { # same_hashes WHAT: compares standard input with the file wanted
    sort | diff "$TMP/wanted" - || fail "something differs $1"
}

test_generations_elsewhere() {
    local i
    cp -r "$ROOT/specs" specs
    hashes_of specs >"$TMP/wanted"
    sort -o "$TMP/wanted" "$TMP/wanted"
    grep -q . "$TMP/wanted" || fail 'there are no specs'
    grep -q "$(sha256sum </dev/null | cut -d ' ' -f 1)" "$TMP/wanted" && fail 'nothing was generated'
    mkdir -p 'another folder/home'
    LC_ALL=C.UTF-8 TZ=Asia/Tokyo HOME="$PWD/another folder/home" hashes_by_commands specs | sort >commands
    [ "$(wc -l <commands)" -gt 50 ] || fail "the commands made $(wc -l <commands) texts"
    comm -13 "$TMP/wanted" commands >other
    [ ! -s other ] || fail "something differs by the commands: $(cat other)"
    cp -r "$ROOT/specs" 'another folder/specs'
    for i in $(seq 3 "${GENERATIONS:-4}"); do
        case $((i % 5)) in
        0) hashes_of "$PWD/specs" | same_hashes 'with an absolute path' ;;
        1) LC_ALL=C.UTF-8 hashes_of specs | same_hashes 'in another locale' ;;
        2) TZ=Pacific/Auckland HOME="$PWD/another folder/home" hashes_of 'another folder/specs' |
            same_hashes 'in another folder, time zone and home' ;;
        3) (cd 'another folder' && hashes_of ./specs) | same_hashes 'from another folder' ;;
        4) (cd specs && env -i PATH="$PATH" LOOPC="$LOOPC" ROOT="$ROOT" bash -c "$(declare -f hashes_of); hashes_of .") |
            same_hashes 'with an empty environment' ;;
        esac
    done
}

test_formatted_elsewhere() {
    local spec=$ROOT/specs/20_folding.lua
    expect 0 "$LOOPC" gen "$spec" -o one.c
    mkdir -p home/specs
    cp "$spec" home/specs
    (cd home && LC_ALL=C.UTF-8 TZ=Asia/Tokyo HOME=$PWD "$LOOPC" gen specs/20_folding.lua -o two.c)
    cmp one.c home/two.c
}

test_a_locale_with_a_decimal_comma() {
    locale -a | grep -q '^de_DE' || skip 'no such locale is installed'
    cp -r "$ROOT/specs" specs
    hashes_of specs >"$TMP/wanted"
    sort -o "$TMP/wanted" "$TMP/wanted"
    LC_ALL=$(locale -a | grep -m 1 '^de_DE') hashes_of specs | same_hashes 'with a decimal comma'
}

test_the_same_binary_from_the_same_sources() {
    cp "$ROOT/$BUILD/embedded.c" before.c
    (cd "$ROOT" && "$BUILD/embed" "$OLDPWD/again.c" $(sed -n 's/^    {"\(.*\)", file_.*/\1/p' "$BUILD/embedded.c" | sort -r))
    cmp before.c again.c
}

run_tests

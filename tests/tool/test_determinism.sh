# The same spec gives the same bytes: again and again, elsewhere, in another locale, time zone and home.
. "$(dirname "$0")/../support/lib.sh"

hashes_of() { # what the generator makes of each spec of a folder: prints a hash a command
    FOLDER=$1 "$LOOPC" --test "$ROOT/tests/support/hashes.lua"
}

hashes_by_commands() { # the same, of what the commands print
    local spec words
    for spec in "$1"/*.lua; do
        for words in 'gen --dump=flatten' 'gen --dump=analyse_flow' 'gen --dump=layout' 'graph --format=dot' \
            'graph --format=mermaid' 'graph --format=json' explain 'gen --dump=emit' gen; do
            # shellcheck disable=SC2086
            echo "$(basename "$spec") $words: $("$LOOPC" $words "$spec" | sha256sum | cut -d ' ' -f 1)"
        done
    done
}

same_hashes() { # same_hashes WHAT: compares standard input with the file wanted
    diff "$TMP/wanted" - || fail "something differs $1"
}

test_generations_elsewhere() {
    local i
    cp -r "$ROOT/specs" specs
    hashes_of specs >"$TMP/wanted"
    grep -q . "$TMP/wanted" || fail 'there are no specs'
    grep -q "$(sha256sum </dev/null | cut -d ' ' -f 1)" "$TMP/wanted" && fail 'nothing was generated'
    hashes_by_commands specs | same_hashes 'by the commands'
    mkdir -p 'another folder/home'
    cp -r "$ROOT/specs" 'another folder/specs'
    for i in $(seq 1 "${GENERATIONS:-9}"); do
        if [ "$i" -eq 2 ]; then # once with clang-format's part in it, which takes the longest
            export UNFORMATTED=yes
            sed -i '/ gen: /d' "$TMP/wanted"
        fi
        case $((i % 5)) in
        0) hashes_of "$PWD/specs" | same_hashes 'with an absolute path' ;;
        1) LC_ALL=C.UTF-8 hashes_of specs | same_hashes 'in another locale' ;;
        2) TZ=Pacific/Auckland HOME="$PWD/another folder/home" hashes_of 'another folder/specs' |
            same_hashes 'in another folder, time zone and home' ;;
        3) (cd 'another folder' && hashes_of ./specs) | same_hashes 'from another folder' ;;
        4) (cd specs && env -i PATH="$PATH" LOOPC="$LOOPC" ROOT="$ROOT" UNFORMATTED="${UNFORMATTED:-}" bash -c "$(declare -f hashes_of); hashes_of .") |
            same_hashes 'with an empty environment' ;;
        esac
    done
}

test_a_locale_with_a_decimal_comma() {
    locale -a | grep -q '^de_DE' || skip 'no such locale is installed'
    cp -r "$ROOT/specs" specs
    hashes_of specs >"$TMP/wanted"
    LC_ALL=$(locale -a | grep -m 1 '^de_DE') hashes_of specs | same_hashes 'with a decimal comma'
}

test_formatting_twice_changes_nothing() {
    local spec
    for spec in "$ROOT"/specs/*.lua; do
        "$LOOPC" gen "$spec" >once.c
        clang-format-14 --style=file --assume-filename="$ROOT/x.c" <once.c >twice.c
        cmp once.c twice.c || fail "clang-format changes what $spec became"
    done
}

test_the_same_binary_from_the_same_sources() {
    cp "$ROOT/$BUILD/embedded.c" before.c
    (cd "$ROOT" && "$BUILD/embed" "$OLDPWD/again.c" $(sed -n 's/^    {"\(.*\)", file_.*/\1/p' "$BUILD/embedded.c" | sort -r))
    cmp before.c again.c
}

run_tests

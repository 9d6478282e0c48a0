# The same spec gives the same bytes: again and again, elsewhere, in another locale, time zone and home.
. "$(dirname "$0")/lib.sh"

hashes_of() { # runs the generator on each spec; prints a hash a spec
    local spec
    for spec in "$1"/*.lua; do
        for pass in flatten analyse_flow layout emit; do "$LOOPC" gen "$spec" --dump=$pass; done | sha256sum
        "$LOOPC" gen "$spec" | sha256sum
        for format in dot mermaid json; do "$LOOPC" graph "$spec" --format=$format; done | sha256sum
        "$LOOPC" explain "$spec" | sha256sum
    done
}

test_twenty_generations_elsewhere() {
    local wanted i
    cp -r "$ROOT/specs" specs
    wanted=$(hashes_of specs)
    [ -n "$wanted" ] || fail 'there are no specs'
    mkdir -p 'another folder/home'
    cp -r "$ROOT/specs" 'another folder/specs'
    for i in $(seq 1 19); do
        case $((i % 5)) in
        0) same "$(hashes_of "$PWD/specs")" "$wanted" ;;
        1) same "$(LC_ALL=C.UTF-8 hashes_of specs)" "$wanted" ;;
        2) same "$(TZ=Pacific/Auckland HOME="$PWD/another folder/home" hashes_of 'another folder/specs')" "$wanted" ;;
        3) same "$(cd 'another folder' && hashes_of ./specs)" "$wanted" ;;
        4) same "$(cd specs && env -i PATH="$PATH" LOOPC="$LOOPC" bash -c "$(declare -f hashes_of); hashes_of .")" "$wanted" ;;
        esac
    done
}

test_a_locale_with_a_decimal_comma() {
    locale -a | grep -q '^de_DE' || skip 'no such locale is installed'
    cp -r "$ROOT/specs" specs
    same "$(LC_ALL=$(locale -a | grep -m 1 '^de_DE') hashes_of specs)" "$(hashes_of specs)"
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

# The layers of the runtime by the symbols of its objects: an object uses only symbols that its own folder or a lower one defines, and
# a function is defined in the folder of the header that declares it. For calls that includes do not show.
. "$(dirname "$0")/../support/lib.sh"

layers=$(sed -n 's/^runtime //p' "$ROOT/tests/support/layers")

# symbols FOLDER: "KIND SYMBOL LAYER OBJECT" a line, of the objects in FOLDER/LAYER; of the build's objects only those that have a source.
symbols() {
    (
        cd "$1" && nm -A -- */*.o
    ) | sed -nE 's|^([^/]+)/([^:]+)\.o:.* ([UTDBR]) (.*)|\3 \4 \1 \2|p' >symbols
    if [ "$1" = "$ROOT/$BUILD/runtime" ]; then
        (cd "$ROOT/runtime" && ls -- */*.c) | sed -E 's|(.*)/(.*)\.c|\1 \2|' | awk 'NR == FNR { is[$0]; next } ($3 " " $4) in is' - symbols
    else
        cat symbols
    fi
}

upward_calls() { # upward_calls FOLDER
    symbols "$1" | awk -v layers="$layers" '
        BEGIN { n = split(layers, name, " "); for (i = 1; i <= n; i++) rank[name[i]] = i }
        $1 != "U" { home[$2] = $3; next }
        { use[++uses] = $0 }
        END {
            for (i = 1; i <= uses; i++) {
                split(use[i], u, " ")
                if (u[2] in home && rank[home[u[2]]] > rank[u[3]]) print u[3] "/" u[4] ".o uses " u[2] " of " home[u[2]]
            }
        }'
}

test_objects_use_lower_folders_only() {
    same "$(upward_calls "$ROOT/$BUILD/runtime")" ""
}

# A small tree with one call upwards: the check finds it.
test_a_call_upwards_is_found() {
    mkdir -p tree/base tree/run
    echo 'int high(void); int low(void); int low(void) { return high(); }' >low.c
    echo 'int high(void); int low(void); int high(void) { return low(); }' >high.c
    ${CC:-cc} -c low.c -o tree/base/low.o
    ${CC:-cc} -c high.c -o tree/run/high.o
    same "$(upward_calls tree)" "base/low.o uses high of run"
}

test_functions_are_defined_beside_their_header() {
    for layer in $layers; do
        cat "$ROOT/runtime/$layer"/*.h | grep -oE '\bloopc_[a-z0-9_]+' | sort -u | sed "s/$/ $layer/"
    done | sort >declared
    symbols "$ROOT/$BUILD/runtime" | awk '$1 == "T" { print $2, $3 }' | sort -u >defined
    [ "$(wc -l <defined)" -gt 100 ] || fail "few functions"
    same "$(comm -13 declared defined)" ""
}

run_tests

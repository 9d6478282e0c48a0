# gen --watch and run --watch: on each save again; explain --c.
. "$(dirname "$0")/../support/lib.sh"

write_spec() { # TEXT
    cat >new.lua <<SPEC
local Say = loop "Say" { times = 1, on_step = node(1, [[ puts("$1"); fflush(stdout); ]]) }
return trainer "say" { Say }
SPEC
    mv new.lua say.lua
}

# What the program says is where that of loopc is: in one file none of it is lost, and what it complains of is no output.
test_run_again_says_all_of_it() {
    write_spec 'one"); fputs("oh\n", stderr); puts("last'
    for both in '' yes; do
        if [ -n "$both" ]; then env --default-signal "$LOOPC" run --watch say.lua >all 2>&1 &
        else env --default-signal "$LOOPC" run --watch say.lua >out 2>all & fi
        local pid=$!
        await has_line 'waits for a change' all
        kill -INT "$pid"
        wait "$pid" || true
        has_line '^oh$' all || fail "$(cat all)"
        if [ -n "$both" ]; then mv all out; fi
        same "$(grep -c '^one$\|^last$' out)" 2
        if [ -z "$both" ]; then same "$(grep -c . out)" 2; fi
    done
}

has_line() { grep -q -- "$1" "$2" 2>/dev/null; }

test_run_again_on_each_save() {
    write_spec one
    env --default-signal "$LOOPC" run --watch say.lua >out 2>err &
    local pid=$!
    await has_line '^one$' out
    await has_line 'ended with exit code 0; waits for a change' err
    write_spec two
    await has_line '^two$' out
    echo 'return trainer "say" { Nobody }' >say.lua
    await has_line 'error: ' err
    await has_line '^loopc: waits for a change' err
    cat >say.lua <<'SPEC'
local Say = loop "Say" { done = "false", on_step = node(1, [[ if ($iteration == 0) { puts("three"); fflush(stdout); } ]]) }
return trainer "say" { Say }
SPEC
    await has_line '^three$' out
    write_spec four # ends the one that runs
    await has_line '^four$' out
    kill -INT "$pid"
    local code=0
    wait "$pid" || code=$?
    same "$code" 130
}

test_gen_shows_what_a_save_changes() {
    write_spec one
    env --default-signal "$LOOPC" gen --watch say.lua -o say.c >out 2>err &
    local pid=$!
    await has_line 'say.lua: ok, waits for a change' err
    grep -q 'puts("one")' say.c
    write_spec two
    await has_line '^+.*puts("two")' out
    await has_line '^-.*puts("one")' out
    await has_line 'puts("two")' say.c
    kill "$pid"
    wait "$pid" || true
    expect 2 "$LOOPC" gen --watch --check=say.c say.lua
    has "$ERR" 'do not go together'
}

test_a_walk_through_the_c() {
    write_spec one
    expect 0 "$LOOPC" explain --c say.lua
    has "$OUT" '==== Bodies'
    has "$OUT" 'say.lua:1 | local Say = loop "Say"'
    has "$OUT" 'puts("one");'
    # Without headings and the spec's lines it is the file.
    "$LOOPC" gen say.lua | grep -v '^/\* ---- ' >file
    printf '%s\n' "$OUT" | grep -v '^==== \|^ *say.lua:1 | ' >walk
    grep -vxFf walk file >missing || true
    same "$(cat missing)" ''
    expect 2 "$LOOPC" explain --c say.lua Say.on_step
}

run_tests

# Programs without memory: after any failed allocation a run reports it, or gives its usual result.
. "$(dirname "$0")/../support/lib.sh"

build_fit() {
    if sanitized; then skip "sanitizers have allocators of their own"; fi
    compile -D_GNU_SOURCE -shared -fPIC "$ROOT/tests/support/fail_allocation.c" -o fail.so || skip "no glibc here"
    cat >fit.lua <<'SPEC'
local Fit = loop "Fit" { times = "$epochs", state = { epochs = i32 { 3, option = true }, w = f64 { 1, report = true } },
    on_epoch = node(1, [[ $w *= 1.5; printf("%d %a\n", (int)$iteration, $w); ]]) }
return trainer "fit" { Fit }
SPEC
    expect 0 "$LOOPC" build fit.lua -o fit
}

# without_each COMMAND...: runs it without its first allocation, without one that is $APART (23) later, and so on, each time with
# ./saved as it is
without_each() {
    local n=$((1 - ${APART:-23})) code=0 whole
    cp -r saved before
    whole=$("$@" 2>err)
    while [ $code -ne 99 ]; do
        n=$((n + ${APART:-23})) code=0
        rm -rf saved m.jsonl
        cp -r before saved
        LD_PRELOAD=$PWD/fail.so FAIL_AT=$n "$@" >out 2>err || code=$?
        case $code in
        0) [ "$(cat out)" = "$whole" ] || grep -q warning err || fail "another result without allocation $n" ;;
        1 | 2) [ -s err ] || fail "not a word without allocation $n" ;;
        99) ;;
        *) fail "exit code $code without allocation $n" ;;
        esac
    done
    [ $n -gt 20 ] || fail "only $n allocations were tried"
}

test_a_run_that_saves() {
    build_fit
    mkdir saved
    without_each ./fit --checkpoint saved --save-every 1step --keep 2 --metrics m.jsonl --timings --progress never
}

test_a_run_that_is_extended() {
    build_fit
    expect 0 ./fit --checkpoint saved
    without_each ./fit --checkpoint saved --resume latest --epochs 5
}

run_tests

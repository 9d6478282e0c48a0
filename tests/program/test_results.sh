# The declared result of a loop: made at each of its places apart, read behind it.
. "$(dirname "$0")/../support/lib.sh"

# Fit is inserted at three places, one of them in a loop of its own; its counts continue over all of them.
write_spec() {
    cat >results.lua <<'SPEC'
local Root = loop "Root" { times = 2, on_first = node(1), after_first = node(2, [[ printf("first %d\n", $Fit.sum); ]]),
    on_second = node(3), after_second = node(4, [[ printf("second %d\n", $Fit.sum); ]]),
    on_third = node(6), after_third = node(7, CALL [[ printf("third %d\n", $Fit.sum); ]]) }
local Wrap = loop "Wrap" { call_on = { Root.on_third }, done = "$Fit.sum >= 10", on_wrap = node(1) }
local Fit = loop "Fit" { call_on = { Root.on_first, Root.on_second, Wrap.on_wrap }, times = 2,
    result = { sum = i32 { report = true } }, state = { n = i32(0) }, on_item = node(1, [[ $n++; ]]), after_run = node(9, [[ $sum = $n; ]]) }
local Show = loop "Show" { call_on = { Root.after_second }, times = "$Fit.sum / 4", skip = "$Fit.sum > 12", on_show = node(1, [[ puts("show"); ]]) }
local tell = callback "tell" { ["Wrap.wrap"] = { order = 50, [[ printf("wrap %d\n", $Fit.sum); ]] } }
return trainer "results" { Root, Wrap, Fit, Show, tell }
SPEC
}

wanted='first 2 second 4 show wrap 6 wrap 8 wrap 10 third 10 first 12 second 14 third 10'

test_each_place_has_its_own() {
    write_spec
    local form
    for form in "" --step; do
        # shellcheck disable=SC2086
        build results.lua results $form
        expect 0 ./results
        same "$(echo $OUT)" "$wanted"
    done
}

test_resumed_from_everywhere() {
    write_spec
    build results.lua results
    ./results --checkpoint saved --save-every 1step >whole
    local file
    for file in saved/results-[0-9]*; do
        expect 0 ./results --resume "$file"
        same "$OUT" "$(tail -n "$(grep -c . <<<"$OUT")" whole | grep . || true)"
    done
}

test_metrics_of_places() {
    write_spec
    build results.lua results
    expect 0 ./results --metrics m.jsonl
    same "$(head -n 1 m.jsonl)" '{"loop":"Fit_on_Root_on_first","ended":true,"sum":2}'
    same "$(wc -l <m.jsonl | tr -d ' ')" 7
    cat >one.lua <<'SPEC'
local Root = loop "Root" { times = 2, on_first = node(1) }
local Fit = loop "Fit" { call_on = { Root.on_first }, times = 2, result = { sum = i32 { report = true } }, on_item = node(1, [[ $sum++; ]]),
    after_run = node(9, [[ $sum *= 10; ]]) }
return trainer "one" { Root, Fit }
SPEC
    build one.lua one
    expect 0 ./one --metrics m.jsonl
    same "$(sed -n 3p m.jsonl)" '{"loop":"Fit","ended":true,"iteration":2,"total":2,"sum":20}'
}

test_the_folds_of_the_tutorial() {
    expect 0 "$LOOPC" run "$ROOT/specs/16_folds.lua"
    same "$(grep -c '^fold' <<<"$OUT")" 5
    same "$(awk '/^fold/ { sum += $4 } /^mean/ { printf "%.2f", sum / 5 - $2 }' <<<"$OUT" | tr -d -)" 0.00
}

run_tests

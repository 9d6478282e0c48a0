# loopc plot from checkpoints: the weights, their track, the loss over learning rates.
. "$(dirname "$0")/../support/lib.sh"

runs() { # runs ETA...: one folder each
    [ -x "$TMP/xor" ] || "$LOOPC" build "$ROOT/specs/08_xor.lua" -o "$TMP/xor"
    for eta in "$@"; do
        "$TMP/xor" --every 0 --eta "$eta" --checkpoint "eta$eta" --save-every 50steps --batch-to 300 --progress never >/dev/null
    done
}

test_weights_and_their_track() {
    runs 0.1 1.0
    expect 0 "$LOOPC" plot eta0.1 eta1.0 -o weights.svg
    same "$(grep -c '<polyline' weights.svg)" 20 # nine weights and a track of each run
    has "$(cat weights.svg)" '>track of the weights</text>'
    has "$(cat weights.svg)" '>eta1.0</text>'
    expect 0 "$LOOPC" plot eta0.1/xor-[123].safetensors -o some.svg
    same "$(grep -c '<polyline' some.svg)" 10
    # A run that does not move has a track of one place.
    "$TMP/xor" --every 0 --eta 0 --checkpoint still --save-every 50steps --batch-to 300 --progress never >/dev/null
    expect 0 "$LOOPC" plot still -o still.svg
    lacks "$(cat still.svg)" nan
}

test_the_loss_over_learning_rates() {
    runs 0.1 0.5 1.0
    expect 0 "$LOOPC" plot eta* --surface=eta,loss -o surface.svg
    same "$(grep -c '<title>' surface.svg)" 18
    local eta step
    for eta in 0.1 0.5 1.0; do
        for step in 1 6; do
            local loss
            loss=$("$LOOPC" state "eta$eta/xor-$step.safetensors" | sed -n 's/^Learn.loss .* //p')
            has "$(cat surface.svg)" "<title>$(awk "BEGIN { printf \"%.6g\", $eta }"), $((step * 50)): $(awk "BEGIN { printf \"%.6g\", $loss }")</title>"
        done
    done
    [ "$(grep -n '>1</text>' surface.svg | head -n 1 | cut -d: -f1)" -gt "$(grep -n '>0.1</text>' surface.svg | cut -d: -f1)" ] || fail "the order of rows"
}

test_what_cannot_be_drawn_is_told() {
    runs 0.1
    mkdir empty
    echo '{"a":1}' >m.jsonl
    while IFS='|' read -r arguments message; do
        # shellcheck disable=SC2086
        expect 2 "$LOOPC" plot $arguments -o x.svg
        has "$ERR" "$message"
    done <<'TABLE'
empty|empty: there are no checkpoints in it
eta0.1 m.jsonl|do not go into one picture
eta0.1 --surface=eta,los|there is no field 'los' that is a number
eta0.1 --surface=eta|--surface takes two fields
eta0.1 --smooth=3|--smooth is for metrics over iterations, not for checkpoints
m.jsonl --roc --only=a|--only is for metrics over iterations, not for ROC curves
m.jsonl --surface=eta,loss|do not go into one picture
eta0.1/nothing.safetensors|nothing.safetensors
TABLE
    head -c 200 eta0.1/xor-1.safetensors >empty/cut-1.safetensors
    expect 2 "$LOOPC" plot empty -o x.svg
    has "$ERR" cut-1.safetensors
    "$LOOPC" build "$ROOT/specs/01_nested.lua" -o nested
    ./nested --checkpoint none >/dev/null
    expect 2 "$LOOPC" plot none -o x.svg
    has "$ERR" 'there is no net'
}

run_tests

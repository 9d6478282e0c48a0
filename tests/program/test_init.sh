# --init from outside: a new run begins with the weights of another one, or with parts of its net.
. "$(dirname "$0")/../support/lib.sh"

# spec NAME OUTPUTS: a net of two layers that learns; the run prints the weights that it began with, and those it ends with.
spec() {
    cat >"$1.lua" <<SPEC
local function show(when) return ([[ float w[128]; const int n = 2 * 4 + 4 + $2 * 4 + $2;
    net_get_weights(\$net, w, n); fputs("%s", stdout); for (int i = 0; i < n; i++) printf(" %%a", (double)w[i]); puts(""); ]])
    :format(when) end
local Fit = loop "Fit" { times = "\$epochs", state = { epochs = i32 { 2, option = true } },
    batch = { x = f32[8], y = i32[4] },
    before_run = node(0, show "first"),
    on_epoch = node(1, [[ for (int i = 0; i < 4; i++) \$x[2 * i] = (float)i, \$x[2 * i + 1] = 1, \$y[i] = i % 2;
        \$score = net_train(\$net, \$adam, \$x, \$y, 4, 0.1f); ]]),
    after_run = node(2, show "last") }
return trainer "$1" { Fit, state = { score = f32(0), text = str { "none", option = true },
    net = mlp { 2, 4, $2, batch = 4 }, adam = optimizer { "adam", net = "net" } } }
SPEC
    build "$1.lua" "$1"
}

weights() {
    sed -n "s/^$1 //p" <<<"$OUT"
}

build_both() {
    spec small 3
    spec wide 5
    expect 0 ./small --checkpoint saved --text kept
    LAST=$(weights last)
    FIRST=$(weights first)
    FILE=saved/small-$(find saved -name 'small-*' | wc -l).safetensors
}

test_weights_without_the_position() {
    build_both
    expect 0 ./small --init "$FILE" --seed 7
    same "$(weights first)" "$LAST"
    [ "$(weights last)" != "$LAST" ] || fail "it did not learn"
    has "$ERR" "taken: net.layers.0.weight, net.layers.0.bias, net.layers.1.weight, net.layers.1.bias"
    has "$ERR" "of the rest, not taken: Fit.epochs"
    lacks "$ERR" "of the net, not taken"
    expect 0 ./small --init "$FILE" --checkpoint new
    expect 0 ./small --init "$FILE" --checkpoint new --resume --epochs 3
    has "$ERR" "--init is not used: the run is resumed"
    has "$ERR" "resumed"
}

test_a_part_of_another_net() {
    build_both
    expect 2 ./wide --init "$FILE"
    has "$ERR" "net.layers.1.weight is 3x4 in the file, 5x4 in the program"
    has "$ERR" "--init FILE:net.layers.0"
    expect 0 ./wide
    local own
    own=$(weights first)
    expect 0 ./wide --init "$FILE:net.layers.0"
    same "$(weights first | cut -d ' ' -f -12)" "$(cut -d ' ' -f -12 <<<"$LAST")"
    same "$(weights first | cut -d ' ' -f 13-)" "$(cut -d ' ' -f 13- <<<"$own")"
    has "$ERR" "taken: net.layers.0.weight, net.layers.0.bias"
    has "$ERR" "of the net, not taken: net.layers.1.bias, net.layers.1.weight"
}

test_fields_by_name_and_flags_before_them() {
    build_both
    expect 0 ./small --init "$FILE:text,Fit.epochs" --checkpoint a --keep 9
    has "$ERR" "taken: Fit.epochs, text"
    same "$(weights first)" "$FIRST"
    has "$("$LOOPC" state a/small-1.safetensors)" kept
    expect 0 ./small --init "$FILE:text" --text mine --checkpoint b
    has "$("$LOOPC" state b/small-1.safetensors)" mine
}

test_what_cannot_be_taken() {
    build_both
    expect 2 ./wide --resume "$FILE"
    has "$ERR" "its values can be taken without its position: --init $FILE"
    expect 2 ./small --init "$FILE:Fit.total"
    has "$ERR" "'Fit.total' is a counter"
    expect 2 ./small --init "$FILE:nett"
    has "$ERR" "small has no field 'nett'"
    expect 2 ./small --init "$FILE:"
    expect 0 ./small --init "$FILE:net.layers"
    expect 2 ./small --init none.safetensors
    has "$ERR" "none.safetensors: No such file"
    spec deep 3
    sed -i 's/mlp { 2, 4, 3/mlp { 2, 4, 4, 3/; s/const int n = .*;$/const int n = 47;/' deep.lua
    build deep.lua deep
    expect 2 ./small --init "$FILE:adam.layers.7"
    expect 2 ./deep --init "$FILE:net.layers.2"
    has "$ERR" "there is no net.layers.2 in it"
    expect 0 ./deep --init "$FILE:net.layers.0"
}

run_tests

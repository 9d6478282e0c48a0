# Saving: a run keeps the data that it began with, their scale, columns and classes.
. "$(dirname "$0")/../support/lib.sh"

# A run is resumed with its first data and their scale; other data are refused, unless asked for.
test_other_data() {
    cat >data.lua <<'SPEC'
local Fit = loop "Fit" { times = "$epochs", state = { epochs = i64 { 4, option = true }, at = i64 { -1, option = true } },
    on_epoch = node(1, [[
        loopc_dataset_take($points, 0, 0, 4, $x, NULL);
        printf("%g %g %g %g\n", (double)$x[0], (double)$x[1], (double)$x[2], (double)$x[3]);
        if ($iteration == $at) raise(SIGTERM);
    ]]) }
return trainer "data" { include = { "<signal.h>" }, Fit, state = { x = f32[8],
    points = dataset { option = true, label = false, columns = 1, scale = "standard" } } }
SPEC
    build data.lua data
    printf '%s\n' 1 3 1 3 >a.csv
    printf '%s\n' 1 3 1 7 >b.csv
    printf 'x\n1\n3\n1\n3\n' | gzip >c.csv.gz
    expect 143 ./data --points a.csv --checkpoint saved --at 1
    same "$(head -n 1 <<<"$OUT")" "-1 1 -1 1"
    sha256sum saved/* >before
    expect 2 ./data --points b.csv --checkpoint saved --resume --at -1
    has "$ERR" "data set points has other content than the run had"
    has "$ERR" "hint: --other-data allows it"
    sha256sum --quiet -c before
    cp -r saved copy
    expect 0 ./data --points b.csv --checkpoint copy --resume --at -1 --other-data
    has "$ERR" "warning: data set points has other content"
    same "$(tail -n 1 <<<"$OUT")" "-1 1 -1 5" # scaled as the run was begun
    printf '%s\n' q 1 3 1 7 >named.csv
    printf '%s\n' r 1 3 1 7 >renamed.csv
    expect 143 ./data --points named.csv --checkpoint names --at 1
    expect 0 ./data --points renamed.csv --checkpoint names --resume --at -1 --other-data
    has "$ERR" "data: warning: data set points: column 1 is 'r', and was 'q'"
    expect 0 ./data --points a.csv --checkpoint saved --resume --at -1
    same "$(tail -n 1 <<<"$OUT")" "-1 1 -1 1"
}

# What a run has calculated from its rows stays: flags and keys that ask for something else would change nothing, so they are
# refused. Weights are used with the activation that learned them, and their inputs in the order in which they learned them.
test_what_would_change_nothing() {
    cat >keeps.lua <<'SPEC'
local Fit = loop "Fit" { times = "$epochs", state = { epochs = i64 { 3, option = true } }, on_epoch = node(1, [[
    const float loss = net_train_from($net, $adam, $train, 0, 0, 8, 0.1f);
    printf("%lld %.9g\n", (long long)$iteration, (double)loss);
]]) }
return trainer "keeps" { Fit, state = { net = mlp { 2, 4, 1, batch = 8, loss = "squared_error", activation = "tanh" },
    adam = optimizer { "adam", net = "net" }, valid = dataset { option = true, from = "train", share = 0.25 },
    train = dataset { option = true, targets = { "y" }, scale = "standard", missing = "mean" } } }
SPEC
    build keeps.lua keeps
    awk 'BEGIN { print "a,b,y"; for (i = 0; i < 20; i++) print i "," i * i % 7 "," (i == 3 ? "" : i * 2) }' | grep -v ',$' >a.csv
    awk -F, '{ print $2 "," $3 "," $1 }' a.csv >b.csv
    expect 0 ./keeps --train a.csv --epochs 5
    tail -n 2 <<<"$OUT" >rest
    expect 0 ./keeps --train a.csv --checkpoint saved
    cp saved/keeps-2.safetensors last.safetensors
    for flag in '--train-scale none' '--train-scale 3' '--train-target-scale max' '--train-missing median' '--valid-share 0.5'; do
        # shellcheck disable=SC2086
        expect 2 ./keeps --train a.csv --checkpoint saved --resume --epochs 5 $flag
        has "$ERR" '.safetensors: data set '
        has "$ERR" ', and was '
        has "$ERR" 'keeps: hint: '
    done
    expect 0 ./keeps --train a.csv --checkpoint saved --resume --epochs 5
    same "$OUT" "$(cat rest)"
    expect 0 ./keeps --train a.csv --init last.safetensors
    printf '%s\n' "$OUT" >begun
    expect 0 ./keeps --train b.csv --init last.safetensors
    same "$OUT" "$(cat begun)"
    sed 's/tanh/relu/' keeps.lua >other.lua
    build other.lua other
    for how in 'predict --data a.csv' 'export --npy arrays'; do
        # shellcheck disable=SC2086
        expect 2 ./other $how --checkpoint saved
        has "$ERR" 'the weights of net were learned with activation and output tanh, identity, and the program has relu, identity'
    done
    expect 0 ./other --train a.csv --checkpoint saved --resume --epochs 6
    has "$ERR" 'keeps: warning: the weights of net were learned with activation and output tanh, identity'
    expect 0 ./other --train a.csv --init last.safetensors
    has "$ERR" 'keeps: warning: the weights of net were learned with activation and output tanh, identity'
}

# Columns are found by their names: a run goes on alike with those of its file in another order. Classes keep their numbers.
test_columns_in_another_order() {
    cat >order.lua <<'SPEC'
local Fit = loop "Fit" { times = 4, state = { at = i64 { -1, option = true } }, on_epoch = node(1, [[
    loopc_dataset_take($points, 0, 0, 2, $x, $y);
    printf("%g %g %g %g, %d %d\n", (double)$x[0], (double)$x[1], (double)$x[2], (double)$x[3], $y[0], $y[1]);
    if ($iteration == $at) raise(SIGTERM);
]]) }
return trainer "order" { include = { "<signal.h>" }, Fit, state = { x = f32[4], y = i32[2],
    points = dataset { option = true, label = "kind", columns = 2, scale = "standard" } } }
SPEC
    build order.lua order
    printf '%s\n' u,v,kind 1,50,cat 3,10,eel 2,30,dog >a.csv
    printf '%s\n' kind,v,u cat,50,1 eel,10,3 dog,30,2 >b.csv
    printf '%s\n' v,kind,u 50,eel,1 10,cat,3 >c.csv
    sed 's/dog/owl/' b.csv >d.csv
    expect 0 ./order --points a.csv
    same "$(sort -u <<<"$OUT" | sed 's/[0-9.]*[0-9]/n/3g')" "-1.22474 1.22474 n -n, n n"
    printf '%s\n' "$OUT" >whole
    expect 143 ./order --points a.csv --checkpoint saved --at 1
    sha256sum saved/* >before
    expect 2 ./order --points d.csv --checkpoint saved --resume --at -1 --other-data
    has "$ERR" "data set points: column 1 ('kind') has the class 'owl', which the run does not know"
    has "$ERR" "order: hint: the flags and the file of the run; or a new run, which begins with --init"
    sha256sum --quiet -c before
    cp -r saved copy
    expect 0 ./order --points b.csv --checkpoint saved --resume --at -1
    same "$OUT" "$(tail -n 2 whole)"
    expect 0 ./order --points c.csv --checkpoint copy --resume --at -1 --other-data
    same "$(tail -n 1 <<<"$OUT")" "$(tail -n 1 whole | sed 's/, .*/, 2 0/')"
}

run_tests

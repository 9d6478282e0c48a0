# Nets that are trained side by side (replicas = N): each has the bits of a net that is trained alone, by every width of vectors, and
# is a net of its own in checkpoints, exports and predictions.
. "$(dirname "$0")/../support/lib.sh"
spec=$ROOT/tests/program/replicas/spec.lua

# 50 rows of 4 columns, a class and a weight.
write_rows() {
    awk 'BEGIN { srand(3); print "a,b,c,d,class,weight"; for (i = 0; i < 50; i++) printf "%.5g,%.5g,%.5g,%.5g,%d,%.3g\n",
        rand() - 0.5, 2 * rand(), rand() - 1, rand(), 3 * rand(), 0.5 + rand() }' >rows.csv
}

write_specs() {
    write_rows
    { echo 'local many, narrow = true, false' && cat "$spec"; } >many.lua
    { echo 'local many, narrow = false, false' && cat "$spec"; } >alone.lua
    { echo 'local many, narrow = true, true' && cat "$spec"; } >narrow.lua
}

# The nets alone, with the seeds of all replicas.
run_alone() {
    local seed
    build alone.lua alone
    for seed in $(seq 5 24); do
        expect 0 ./alone --data rows.csv --seed "$seed"
        printf '%s\n' "$OUT" >>alone.txt
    done
    sort alone.txt >wanted.txt
}

# Every line of replicas is one of the nets alone.
is_as_alone() { # is_as_alone PROGRAM LINES
    expect 0 "$1" --data rows.csv --seed 5
    same "$(printf '%s\n' "$OUT" | wc -l)" "$2"
    lacks "$OUT" nan
    same "$(printf '%s\n' "$OUT" | sort | comm -23 - wanted.txt)" ''
}

can() {
    local flag
    for flag in "$@"; do grep -qw "$flag" /proc/cpuinfo || return 1; done
}

test_every_replica_has_the_bits_of_its_own_run() {
    write_specs
    run_alone
    build many.lua many
    is_as_alone ./many 70
    as_built "$LOOPC" build narrow.lua -o narrow
    is_as_alone ./narrow 25
    [ "$(uname -m)" = x86_64 ] || return 0
    CFLAGS="$CFLAGS -O0" expect 0 "$LOOPC" build --portable many.lua -o portable
    LOOPC_CPU=plain is_as_alone ./portable 70
    if can avx2 fma; then LOOPC_CPU=v3 is_as_alone ./portable 70; fi
    if can avx512f avx512bw avx512cd avx512dq avx512vl; then LOOPC_CPU=v4 is_as_alone ./portable 70; fi
}

# The middle of a run is saved; from there on it is as if it had not been.
test_replicas_are_resumed() {
    write_specs
    build many.lua many
    expect 0 ./many --data rows.csv --seed 5
    printf '%s\n' "$OUT" >whole.txt
    expect 0 ./many --data rows.csv --seed 5 --times 7 --checkpoint saved
    expect 0 ./many --data rows.csv --seed 5 --times 12 --checkpoint saved --resume latest
    same "$OUT" "$(cat whole.txt)"
}

# Replica 3 as a net: its arrays, and what it predicts, are those of the net alone.
test_a_replica_is_exported_as_a_net() {
    local name
    write_specs
    build many.lua many
    build alone.lua alone
    expect 0 ./many --data rows.csv --seed 5 --checkpoint saved
    expect 0 ./alone --data rows.csv --seed 8 --checkpoint own
    expect 0 ./many export --checkpoint saved --net net6.3 --npy many.npy
    expect 0 ./alone export --checkpoint own --net net6 --npy own.npy
    for name in layers.0.weight layers.0.bias layers.1.weight layers.1.bias; do
        cmp "many.npy/net6.3.$name.npy" "own.npy/net6.$name.npy"
    done
    expect 0 ./alone predict --checkpoint own --net net6 --data rows.csv
    printf '%s\n' "$OUT" >own.csv
    expect 0 ./many predict --checkpoint saved --net net6.3 --data rows.csv
    same "$OUT" "$(cat own.csv)"
    expect 2 ./many predict --checkpoint saved --net net6.17 --data rows.csv
    has "$ERR" "there is no net 'net6.17'"
}

# A spec that cannot have replicas is refused, with the place and a way out.
refused() { # refused FIELDS WHAT HINT [BODY]
    printf 'local Fit = loop "Fit" { times = 1, state = { x = f32[12], labels = i32[4], eta = f32[4] }, on_batch = node(1, [[ %s ]]) }\n%s\n' \
        "${4:-}" "return trainer \"t\" { state = { $1 }, Fit }" >bad.lua
    expect 2 "$LOOPC" check bad.lua
    has "$ERR" "$2"
    has "$ERR" "hint: $3"
    has "$ERR" 'bad.lua:'
    has "$ERR" '^'
}

test_impossible_replicas_are_refused() {
    refused 'net = mlp { 3, 2, replicas = 0 }' 'replicas is 0' 'replicas is a whole number from 1'
    refused 'net = mlp { 3, 2, replicas = 5000 }' 'there are 5000 replicas' 'replicas is at most 1024'
    refused 'net = mlp { 3, 8, 2, activation = "gelu", replicas = 4 }' 'has no replicas' 'those of sizes have'
    refused 'net = mlp { 3, 8, 2, replicas = 4 }, opt = optimizer { "lion", net = "net" }' 'has no replicas' 'those of sizes have'
    refused 'net = mlp { 3, 8, 2, replicas = 4, shards = 2, batch = 4 }' 'shards or replicas' 'drop one'
    refused 'data = dataset { option = true }, net = mlp { 3, 8, 2, replicas = 4, inputs_from = "data" }' 'leaves it to the data set' 'mlp {'
    refused 'net = mlp { 3, 8, 2, replicas = 4, batch = 4 }, opt = optimizer { "sgd", net = "net" }' 'puts 48 values into' 'declare it as x = f32[48]' \
        'net_train($net, $opt, $x, $labels, 4, $eta);'
}

run_tests

# Functions of nets and optimizers as bodies use them: defaults of optimizers, arguments that are refused.
. "$(dirname "$0")/../support/lib.sh"

# net_spec BODY [OPTIMIZER]: a trainer of a net with the weights 1 and 1 and the gradients that BODY gives it.
net_spec() {
    cat >net.lua <<SPEC
local Fit = loop "Fit" {
    times = 1,
    on_fit = node(1, [[ const float ones[] = {1, 1}; net_set_weights(\$net, ones, 2); net_zero_grad(\$net); ]]),
    on_use = node(2, $1),
    finally_use = node(4, [[ float w[2] = {0}; net_get_weights(\$net, w, 2); printf("%.7g %.7g\n", (double)w[0], (double)w[1]); ]]),
}
return trainer "net" {
    state = {
        limit = f32 { 1, option = true },
        net = mlp { 1, 1, activation = "identity", loss = "squared_error", batch = 1 },
        opt = optimizer { ${2:-\"sgd\"}, net = "net" },
    },
    Fit,
}
SPEC
    CFLAGS="$CFLAGS -Wall -Wextra -Wshadow -Wconversion -Werror" build net.lua net
}

# With a gradient of 0 a step is the weight decay alone.
test_the_default_of_weight_decay() {
    net_spec '[[ opt_step($opt, $net, 0.1f); ]]' '"adamw"'
    expect 0 ./net
    same "$OUT" '0.999 0.999'
    net_spec '[[ opt_step($opt, $net, 0.1f); ]]' '"adamw", weight_decay = 0'
    expect 0 ./net
    same "$OUT" '1 1'
    for rule in '"adam"' '"sgd"' '"sgd", momentum = 0.9'; do
        net_spec '[[ opt_step($opt, $net, 0.1f); ]]' "$rule"
        expect 0 ./net
        same "$OUT" '1 1'
    done
}

# x 1, target -1: error 3, the derivatives of the mean squared error, twice (3, 3) or once, are clipped to the norm 1.
test_a_limit_that_is_none_is_a_failure() {
    local learn='const float x = 1, y = -1; net_forward($net, &x, 1); net_loss($net, &y, 1); net_backward($net, 1);
        net_clip_grad($net, $limit);' body
    for body in "[[ $learn opt_step(\$opt, \$net, 1); ]]" "SEQ { CALL [[ $learn ]], CALL [[ opt_step(\$opt, \$net, 1); ]] }"; do
        net_spec "$body"
        expect 0 ./net
        same "$OUT" '0.2928932 0.2928932'
        expect 0 ./net --limit 0
        same "$OUT" '1 1'
    done
    for limit in -1 -0.0001 nan -inf; do
        net_spec "[[ $learn ]]"
        expect 1 ./net --limit=$limit
        has "$ERR" "failed: Fit.on_use: net_clip_grad: the limit is $limit: it takes a number from 0"
        same "$OUT" '1 1'
        net_spec "SEQ { CALL [[ $learn ]], CALL [[ opt_step(\$opt, \$net, 1); ]] }"
        expect 1 ./net --limit=$limit
        has "$ERR" "net_clip_grad: the limit is $limit"
        same "$OUT" '1 1'
    done
    sed -i 's/finally_use = node(4/failed_use = node(3, [[ puts("recovered"); $recover(); ]]),\n    &/; s/times = 1/times = 2/' net.lua
    build net.lua net
    expect 0 ./net --limit -1
    same "$(echo $OUT)" 'recovered 1 1 recovered 1 1'
}

test_parameters_of_another_rule() {
    net_spec '[[ ; ]]'
    sed -i 's/"sgd"/"adam", momentum = 0.9/' net.lua
    expect 2 "$LOOPC" check net.lua
    has "$ERR" 'adam has no momentum'
    has "$ERR" 'loopc help optimizer'
}

run_tests

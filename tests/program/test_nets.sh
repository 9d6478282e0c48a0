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
    CFLAGS="$CFLAGS $STRICT" build net.lua net
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

# A net follows another one by its name: a copy has its bits, and half of the way from there is the mean, running statistics included;
# the optimizer of one makes its layers operations, those of the other stay plain.
test_a_net_follows_another_one() {
    cat >follow.lua <<'SPEC'
local function net() return mlp { inputs = 3, batch = 8, dense { 17, "gelu" }, batch_norm {}, dense { 2 }, loss = "squared_error" } end
local function plain() return mlp { 3, 6, 1, loss = "squared_error", batch = 8 } end
local Fit = loop "Fit" {
    times = 6,
    state = { x = f32[8][3], y = f32[8][2], a = f32[200], b = f32[200], mean = f32 {}, misses = i32 {} },
    on_step = node(1, [[
        for (int i = 0; i < 24; i++) (&$x[0][0])[i] = (float)(i * i % 7), (&$y[0][0])[i % 16] = (float)(i % 5);
        if ($iteration == 3) slow_copy_fast($slow, $fast);
        fast_train($fast, $opt, &$x[0][0], &$y[0][0], 8, 0.1f);
        plain_train($plain, $sgd, &$x[0][0], &$y[0][0], 8, 0.01f);
        slow_get_weights($slow, $b, 138);
        $mean = $slow.mean1[3];
        slow_blend_fast($slow, $fast, 0.5f);
        other_copy_plain($other, $plain);
    ]]),
    after_step = node(2, [[
        fast_get_weights($fast, $a, 138);
        for (int i = 0; i < 138; i++) $b[i] = fmaf(0.5f, $a[i] - $b[i], $b[i]);
        slow_get_weights($slow, $a, 138);
        $misses += memcmp($a, $b, 138 * sizeof *$a) != 0;
        $misses += $slow.mean1[3] != fmaf(0.5f, $fast.mean1[3] - $mean, $mean);
        plain_get_weights($plain, $a, 31);
        other_get_weights($other, $b, 31);
        $misses += memcmp($a, $b, 31 * sizeof *$a) != 0;
    ]]),
    finally_run = node(3, [[ printf("%d misses, %d and %d weights\n", $misses, slow_parameters($slow), other_parameters($other)); ]]),
}
return trainer "follow" { Fit, state = {
    fast = net(), slow = net(), plain = plain(), other = plain(),
    opt = optimizer { "adam", net = "fast" }, sgd = optimizer { "sgd", net = "plain", clip_norm = 1 },
} }
SPEC
    expect 0 env CFLAGS="$CFLAGS -O0 -Wall -Wextra -Wshadow -Wconversion -Werror" "$LOOPC" build follow.lua -o follow
    expect 0 ./follow
    same "$OUT" '0 misses, 138 and 31 weights'
    expect 0 ./follow --checkpoint ck --save-every 2step
    expect 0 ./follow --resume ck/follow-1.safetensors
    same "$OUT" '0 misses, 138 and 31 weights'
    sed 's/slow_blend_fast/slow_blend_fest/' follow.lua >typo.lua
    expect 2 "$LOOPC" build typo.lua -o typo
    has "$ERR" "did you mean 'slow_blend_fast'"
}

# Derivatives by the inputs are those of backward_from, which stores gradients as well: of a plain net, of one with every kind of
# layer, and of one whose steps threads share.
test_derivatives_by_inputs_alone() {
    cat >passing.lua <<'SPEC'
local function compare(net, inputs, outputs)
    return (([[
        {
            static float x[64 * INPUTS], d[64 * OUTPUTS], by_backward[64 * INPUTS];
            for (int i = 0; i < 64 * INPUTS; i++)
                x[i] = i % INPUTS == 0 ? (float)(i % 3) : loopc_between($chance, -1, 1);
            for (int i = 0; i < 64 * OUTPUTS; i++)
                d[i] = loopc_between($chance, -1, 1);
            NET_forward_train($NET, x, 64);
            NET_zero_grad($NET);
            NET_backward_from($NET, d, 64);
            const float norm = NET_grad_norm($NET);
            memcpy(by_backward, NET_input_grad($NET, 64), sizeof by_backward);
            const bool same = !memcmp(by_backward, NET_input_grad_from($NET, d, 64), sizeof by_backward);
            printf("NET %d %d %d\n", same, norm > 0 && NET_grad_norm($NET) == norm, by_backward[1] != 0);
        }
    ]]):gsub("NET", net):gsub("INPUTS", inputs):gsub("OUTPUTS", outputs))
end

return trainer "passing" {
    state = { chance = rng {},
        plain = mlp { 5, 7, 3, activation = "tanh", output = "sigmoid", loss = "squared_error", batch = 64 },
        words = mlp { inputs = 4, batch = 64, loss = "squared_error", embedding { 3, 2 }, batch_norm {}, dense { 9, "gelu" }, layer_norm {},
            dropout { 0.2 }, dense { 6, "tanh" }, dense { 2, "tanh" } },
        wide = mlp { inputs = 64, batch = 64, loss = "squared_error", dense { 512, "relu" }, dense { 512, "silu" }, dense { 4 } } },
    loop "Once" { times = 1, on_plain = node(1, compare("plain", 5, 3)), on_words = node(2, compare("words", 4, 2)),
        on_wide = node(3, compare("wide", 64, 4)) },
}
SPEC
    expect 0 env CFLAGS="$CFLAGS -O0 -Wall -Wextra -Wshadow -Wconversion -Werror" "$LOOPC" build passing.lua -o passing
    expect 0 ./passing --threads 2
    same "$(echo $OUT)" 'plain 1 1 1 words 1 1 1 wide 1 1 1'
}

test_an_optimizer_that_no_body_uses_keeps_nothing() {
    cat >idle.lua <<'SPEC'
local Fit = loop "Fit" { times = 2, on_step = node(1, "$x++;") }
return trainer "idle" { Fit, state = {
    x = i32(0), net = mlp { 2, 4, 1 }, adam = optimizer { "adam", net = "net" }, sgd = optimizer { "sgd", net = "net", momentum = 0.9 },
} }
SPEC
    build idle.lua idle
    expect 0 ./idle --checkpoint ck
    expect 0 "$LOOPC" state ck/idle-2.safetensors
    has "$OUT" "adam.step"
    lacks "$OUT" "adam.layers"
    lacks "$OUT" "sgd.layers"
}

run_tests

-- Layers of every kind, and a head: it prints a hash of the weights of both nets, the same on every processor
-- (tests/program/test_device.sh).
local Fit = loop "Fit" {
    times = 6,
    state = { loss = f32 { report = true }, noise = rng {}, x = f32[9 * 4], y = f32[9], labels = i32[9], w = f32[1000], hash = u64 },
    on_sample = node(1, [[
        for (int i = 0; i < 9; i++) {
            $labels[i] = (int32_t)loopc_rng_below($noise, 3);
            $x[4 * i] = (float)loopc_rng_below($noise, 5);
            for (int j = 1; j < 4; j++) $x[4 * i + j] = (float)loopc_rng_normal($noise);
            $y[i] = $x[4 * i + 1] * $x[4 * i + 2];
        }
    ]]),
    on_batch = node(2, [[
        net_zero_grad($net), value_zero_grad($value);
        net_forward_train($net, $x, 9);
        value_forward_train($value, $net, 9);
        $loss = net_loss($net, $labels, 9) + value_loss($value, $y, 9);
        value_backward($value, $net, 9);
        net_backward($net, 9);
        net_opt_step($net_opt, $net, 0.01f);
        value_opt_step($value_opt, $value, 0.01f);
    ]]),
    after_batch = node(3, [[
        $hash = $iteration == 0 ? 1 : $hash;
        net_get_weights($net, $w, net_parameters($net));
        $hash = mixed($hash, $w, net_parameters($net));
        value_get_weights($value, $w, value_parameters($value));
        $hash = mixed($hash, $w, value_parameters($value));
        $hash = mixed($hash, net_forward($net, $x, 9), 27);
        $hash = mixed($hash, value_forward($value, $net, 9), 9);
        printf("%08lx%08lx %.9g\n", (unsigned long)($hash >> 32), (unsigned long)($hash & 0xffffffffu), (double)$loss);
    ]]),
}
return trainer "layers" { Fit, state = {
    net = mlp { inputs = 4, batch = 9, embedding { 5, 3 }, dense { 12, "gelu" }, batch_norm {}, dropout { 0.2 },
        residual { layer_norm {}, dense { 12, "silu", name = "trunk" }, dense { 12, "mish" } }, dense { 3 }, label_smoothing = 0.1 },
    value = mlp { from = "net.trunk", dense { 7, "softplus" }, dense { 1 }, loss = "huber" },
    net_opt = optimizer { "nadam", net = "net", clip_norm = 1 }, value_opt = optimizer { "lion", net = "value", weight_decay = 0.01 } },
    code = [[
        static uint64_t mixed(uint64_t hash, const float *values, int32_t count)
        {
            for (int32_t i = 0; i < count; i++) {
                uint32_t bits;
                memcpy(&bits, &values[i], sizeof bits);
                hash = (hash ^ bits) * 0x100000001b3u;
            }
            return hash;
        }
    ]],
}

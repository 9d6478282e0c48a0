-- Ten hidden layers: with --remat most activations are calculated again on the way back, with the same bits (tests/program/test_device.sh).
local Fit = loop "Fit" {
    times = 30,
    state = { loss = f32 { report = true }, noise = rng {}, x = f32[16 * 3], y = f32[16], w = f32[2000], hash = u64 },
    on_batch = node(1, [[
        for (int i = 0; i < 16 * 3; i++) $x[i] = (float)loopc_rng_normal($noise);
        for (int i = 0; i < 16; i++) $y[i] = $x[3 * i] * $x[3 * i + 1] - $x[3 * i + 2];
        if ($iteration % 2) {
            $loss = net_train($net, $adam, $x, $y, 16 - (int32_t)$iteration % 5, 0.01f);
        } else {
            net_zero_grad($net);
            net_forward_train($net, $x, 16);
            $loss = net_loss($net, $y, 16);
            net_backward($net, 16);
            net_backward($net, 16); /* gradients add up */
            adam_step($adam, $net, 0.01f);
        }
    ]]),
    after_run = node(2, [[
        net_get_weights($net, $w, net_parameters($net));
        for (int i = 0; i < net_parameters($net); i++) {
            uint32_t bits;
            memcpy(&bits, &$w[i], sizeof bits);
            $hash = ($hash ^ bits) * 0x100000001b3u;
        }
        printf("%016llx %.9g\n", (unsigned long long)$hash, (double)$loss);
    ]]),
}
return trainer "deep" { Fit, state = {
    net = mlp { 3, 12, 11, 13, 10, 12, 11, 13, 9, 10, 12, 1, activation = "tanh", loss = "squared_error", batch = 16 },
    adam = optimizer { "adam", net = "net" },
} }

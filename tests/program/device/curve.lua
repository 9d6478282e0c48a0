-- A 2-16-1 net with noise and a shuffled order: it prints a hash of its weights, the same on every processor
-- (tests/program/test_device.sh).
local Fit = loop "Fit" {
    times = 40,
    state = { loss = f32 { report = true }, noise = rng {}, x = f32[8 * 2], y = f32[8] },
    on_sample = node(1, [[
        for (int i = 0; i < 8; i++) {
            const int k = (int)loopc_shuffled(3, 64, (uint64_t)($iteration * 8 + i) % 64);
            $x[2 * i] = (float)(k % 8) / 4 - 1 + 0.01f * (float)loopc_rng_normal($noise);
            $x[2 * i + 1] = (float)(k / 8) / 4 - 1;
            $y[i] = $x[2 * i] * $x[2 * i + 1] > 0;
        }
    ]]),
    on_batch = node(2, [[ $loss = net_train($net, $adam, $x, $y, 8, 0.02f); ]]),
    after_run = node(3, [[
        float w[65];
        uint64_t hash = 1;
        if (!net_get_weights($net, w, 65)) $fail("other sizes");
        for (int i = 0; i < 65; i++) {
            uint32_t bits;
            memcpy(&bits, &w[i], sizeof bits);
            hash = (hash ^ bits) * 0x100000001b3u;
        }
        printf("%08lx%08lx %.9g\n", (unsigned long)(hash >> 32), (unsigned long)(hash & 0xffffffffu), (double)$loss);
    ]]),
}
return trainer "curve" { Fit, state = {
    net = mlp { 2, 16, 1, activation = "tanh", output = "sigmoid", loss = "cross_entropy", batch = 8, init = "he" },
    adam = optimizer { "adamw", net = "net", weight_decay = 0.01 } } }

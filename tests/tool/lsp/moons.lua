local Learn = loop "Learn" {
    times = "$batches",
    doc = "the batches",
    state = { loss = f32 { report = true, doc = "é: of the batch" }, points = rng(), x = f32[8], labels = i32[4] },
    on_batch = node(1, [[
        for (int i = 0; i < 8; i++) $x[i] = loopc_rng_f32($points);
        $loss = net_train($net, $adam, $x, $labels, 4, $eta);
        if ($loss > 100) $fail("diverged");
        if ($loss < 0.001f) $stop();
    ]]),
    failed_batch = node(2, [[ $recover(); ]]),
    on_report = node(3, [[ printf("%d %g\n", (int)$iteration, $loss); ]]),
}

local Count = callback "Count" {
    state = { seen = i64(0) },
    on_report = [[ $seen++; ]],
}

return trainer "moons" {
    control = { target = "batches" },
    state = {
        eta = f32 { 0.01, option = true, settable = true, doc = "learning rate" },
        batches = i64 { 3, option = true, doc = "how many" },
        net = mlp { 2, 4, 2, activation = "tanh", batch = 4 },
        adam = optimizer { "adam", net = "net" },
    },
    Learn, Count,
}

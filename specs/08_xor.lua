-- XOR: the smallest net that needs a hidden layer, and numbers to check a runtime by.
--
-- A 2-2-1 net of tanh learns the four points of XOR, false as -0.5 and true as 0.5, all four in each batch, by plain
-- gradient descent on the squared error sum(e^2) / (2 rows). It starts from given weights, so every loss is known:
--
--     loss of batch 1     0.2228183924      for any learning rate
--     loss of batch 2     0.1908279896      with --eta 0.1
--     loss of batch 10    0.06461136877     with --eta 0.1
--     below 0.001         first at batch 283, with --eta 0.5 at 57, with --eta 1 at 29
--
-- (in double precision; the net's floats agree to about 1e-6)
--
--     loopc run 08_xor.lua
--     loopc run 08_xor.lua -- --batch-to 10 --every 1
--     loopc run 08_xor.lua -- --eta 0.5 --weights 1,-1,0.5,1,0,0,1,1,0     other weights: per layer the matrix row by
--                                                                         row, then the biases
--
-- Try: weights of all zeros (why does nothing move?); momentum; a hidden layer of one; --metrics xor.jsonl

local Learn = loop "Learn" {
    times = "$batch_to",
    state = {
        loss = f32 { report = true, doc = "of the batch, before it is learned" },
        below = i64 { doc = "the first batch with a loss below 0.001" },
        plane = f32[24 * 24] { show = "image", rows = 24, low = -1, high = 1, over = "corners", doc = "the answer for each pair of inputs" },
        corners = f32[4][3] { show = "points", doc = "the four points, true or false" },
    },
    draw = [[
        float four[8];
        for (int i = 0; i < 24 * 24; i += 4) {
            for (int k = 0; k < 4; k++) {
                four[2 * k] = ((float)((i + k) % 24) + 0.5f) / 12 - 1;
                four[2 * k + 1] = 1 - ((float)((i + k) / 24) + 0.5f) / 12;
            }
            memcpy($plane + i, net_forward($net, four, 4), 4 * sizeof(float));
        }
        for (int i = 0; i < 4; i++) {
            memcpy($corners[i], points + 2 * i, 2 * sizeof(float));
            $corners[i][2] = answers[i] > 0;
        }
    ]],
    before_run = node(0, [[
        net_set_weights($net, $weights, 9);
    ]]),
    on_batch = node(1, [[ $loss = net_train($net, $sgd, points, answers, 4, $eta); ]]),
    on_report = node(2, [[
        const int64_t batch = $iteration + 1;
        if (!$below && $loss < 1e-3f) $below = batch;
        if (batch == $batch_to || ($every > 0 && batch % $every == 0))
            printf("batch %3d  loss %.7g\n", (int)batch, $loss);
    ]]),
    after_run = node(3, [[
        const float *a = net_forward($net, points, 4);
        for (int i = 0; i < 4; i++)
            printf("%4.1f xor %4.1f = %7.4f\n", points[2 * i], points[2 * i + 1], a[i]);
        if ($below) printf("below 0.001 first at batch %d\n", (int)$below);
    ]]),
}

return trainer "xor" {
    doc = "Learns XOR from given weights.",
    control = { target = "batch_to", samples = 4 },
    code = [[
        static const float points[] = {-0.5f, -0.5f, -0.5f, 0.5f, 0.5f, -0.5f, 0.5f, 0.5f};
        static const float answers[] = {-0.5f, 0.5f, 0.5f, -0.5f};
    ]],
    state = {
        eta = f32 { 0.1, option = true, settable = true, doc = "learning rate" },
        batch_to = i64 { 300, option = true, doc = "how many batches to learn" },
        every = i64 { 50, option = true, doc = "batches from one line to the next; 0: only the last" },
        weights = f32[9] { 1, 1, 1, 1, 0.5, -0.5, 1, -1, 0, option = true, doc = "to start from" },
        net = mlp { 2, 2, 1, activation = "tanh", output = "tanh", loss = "squared_error", batch = 4 },
        sgd = optimizer { "sgd", net = "net" },
    },
    Learn,
}

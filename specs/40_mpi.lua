-- Many processes, one result: the training of a net is shared by the processes that mpirun starts, and its bits do not depend on
-- how many there are.
--
-- `shards = 8`: the gradient of a batch is the sum of 8 partial sums, added in one fixed tree. With 1, 2, 4 or 8 processes each one
-- trains on its shards of every batch; all else is done by each of them alike, and process 0 writes files and output.
--
--     loopc build --mpi 40_mpi.lua -o shapes                      (Debian: libopenmpi-dev openmpi-bin)
--     mpirun -n 4 ./shapes --metrics shapes.jsonl
--     mpirun -n 2 ./shapes --checkpoint saved && ./shapes --checkpoint saved --resume --batches 400
--
-- Try: mpirun -n 3, which does not divide 8; kill -9 one of the processes; --threads 2 beside mpirun -n 2.

local ROWS, SIZE = 32, 12

local Learn = loop "Learn" {
    times = "$batches",
    state = {
        batches = i64 { 200, option = true, min = 0, doc = "how many batches to learn" },
        x = f32[ROWS * SIZE], labels = i32[ROWS], points = rng(),
        loss = f32 { report = true, doc = "of the batch, before it is learned" },
    },
    on_batch = node(1, [[
        for (int32_t i = 0; i < ROWS; i++) { /* ramps, up or down, in noise */
            $labels[i] = (int32_t)loopc_rng_below($points, 2);
            for (int32_t k = 0; k < SIZE; k++)
                $x[i * SIZE + k] = loopc_rng_f32($points) + 0.04f * (float)($labels[i] ? k : SIZE - k);
        }
        $loss = net_train($net, $adam, $x, $labels, ROWS, $eta);
    ]]),
    after_run = node(2, [[ printf("loss %.9g\n", $loss); ]]),
}

return trainer "shapes" {
    doc = "Tells ramps that go up from ramps that go down.",
    code = ("enum { ROWS = %d, SIZE = %d };"):format(ROWS, SIZE),
    Learn,
    state = {
        net = mlp { SIZE, 24, 2, batch = ROWS, shards = 8 },
        adam = optimizer { "adam", net = "net" },
        eta = f32 { 0.01, option = true, settable = true, doc = "learning rate" },
    },
}

-- The trainer of a task: `batches` steps of training on batches of shuffled rows, timed.
--
-- In:  { name, layers, activation, output, loss, optimizer, batch, rows, eta }; see T1.lua to T5.lua. Rows is a
--      multiple of batch; where it is one batch, its order means nothing, and is that of the data.
-- Out: a trainer that prints "steps_per_s N loss L": the clock is read outside the loop, after a tenth as many steps that
--      are not counted (memory is mapped, caches are filled), and the loss is the last one, so that no step can be left out.

return function(task)
    local labels = task.loss == "cross_entropy"
    local outputs, inputs = task.layers[#task.layers], task.layers[1]
    local Bench = loop "Bench" { times = 2, on_pass = node(1) }
    local Train = loop "Train" {
        call_on = { Bench.on_pass },
        times = "$Bench.iteration == 0 ? $batches / 10 + 1 : $batches",
        state = {
            start = i64 { doc = "nanoseconds, when the loop began" },
            loss = f32 { doc = "of the last batch" },
        },
        before_run = node(0, [[ $start = loopc_clock(); ]]),
        on_batch = node(1, [[
            const uint64_t key = BATCHES > 1 ? (uint64_t)($iteration / BATCHES) + 1 : 0;
            $loss = net_train_from($net, $opt, $data, key, $iteration % BATCHES * BATCH, BATCH, $eta);
        ]]),
        after_run = node(2, [[
            if ($Bench.iteration == 1)
                printf("steps_per_s %.9g loss %.6g\n", 1e9 * (double)$batches / (double)(loopc_clock() - $start), (double)$loss);
        ]]),
    }
    return trainer(task.name) {
        doc = "A task of the benchmark.",
        include = { "\"base/clock.h\"" },
        code = ("enum { BATCH = %d, BATCHES = %d };"):format(task.batch, task.rows // task.batch),
        state = {
            data = dataset { option = true, required = true, columns = inputs, targets = not labels and outputs or nil },
            batches = i64 { 1000, option = true, doc = "steps to time" },
            eta = f32 { task.eta },
            net = mlp { activation = task.activation, output = task.output, loss = task.loss, batch = task.batch,
                table.unpack(task.layers) },
            opt = optimizer { task.optimizer, net = "net" },
        },
        Bench, Train,
    }
end

-- The trainer of a task: steps of training on batches of shuffled rows, timed in slices.
--
-- In:  { name, layers, activation, output, loss, optimizer, batch, rows, eta, replicas = nil }; see T1.lua to T5.lua. Rows is a
--      multiple of batch; where it is one batch, its order means nothing, and is that of the data. With replicas a step is one of
--      each, with orders of its own.
-- Out: a trainer with the protocol of measure.py: for each line of standard input, a number of steps, it does that many and
--      prints "seconds S loss L". The clock is read outside the loop of steps, and the loss is the last one, so that no step
--      can be left out. --batches N does N steps and ends.

return function(task)
    local labels = task.loss == "cross_entropy"
    local outputs, inputs = task.layers[#task.layers], task.layers[1]
    local replicas = task.replicas
    local Bench = loop "Bench" {
        done = "$batches > 0 && $total > 0",
        state = { steps = i64 { doc = "of the slice" } },
        on_slice = node(1, [[
            char line[24];
            $steps = $batches;
            if ($batches == 0) {
                if (loopc_read_line($loopc, line, sizeof line) != LOOPC_LINE) $stop();
                $steps = strtoll(line, NULL, 10);
            }
        ]]),
    }
    local Train = loop "Train" {
        call_on = { Bench.on_slice },
        times = "$Bench.steps",
        state = {
            start = i64 { doc = "nanoseconds, when the loop began" },
            loss = f32 { doc = "of the last batch" },
            keys = replicas and u64[replicas] or nil,
            etas = replicas and f32[replicas] or nil,
        },
        before_run = node(0, (replicas and "for (int m = 0; m < REPLICAS; m++) $etas[m] = $eta;\n" or "") .. "$start = loopc_clock();"),
        on_batch = node(1, replicas and [[
            for (uint64_t m = 0; m < REPLICAS; m++)
                $keys[m] = BATCHES > 1 ? (uint64_t)($iteration / BATCHES) + 1 + 1000 * m : 0;
            $loss = net_train_from($net, $opt, $data, $keys, $iteration % BATCHES * BATCH, BATCH, $etas)[0];
        ]] or [[
            const uint64_t key = BATCHES > 1 ? (uint64_t)($iteration / BATCHES) + 1 : 0;
            $loss = net_train_from($net, $opt, $data, key, $iteration % BATCHES * BATCH, BATCH, $eta);
        ]]),
        after_run = node(2, [[
            printf("seconds %.9g loss %.6g\n", 1e-9 * (double)(loopc_clock() - $start), (double)$loss);
            fflush(stdout);
        ]]),
    }
    return trainer(task.name) {
        doc = "A task of the benchmark.",
        include = { "<stdlib.h>", "\"base/clock.h\"" },
        code = ("enum { BATCH = %d, BATCHES = %d%s };"):format(task.batch, task.rows // task.batch,
            replicas and ", REPLICAS = " .. replicas or ""),
        state = {
            data = dataset { option = true, required = true, columns = inputs, targets = not labels and outputs or nil },
            batches = i64 { 0, option = true, min = 0, doc = "steps to time; 0: as many as each line of standard input says" },
            eta = f32 { task.eta },
            net = mlp { activation = task.activation, output = task.output, loss = task.loss, batch = task.batch,
                replicas = replicas, table.unpack(task.layers) },
            opt = optimizer { task.optimizer, net = "net" },
        },
        Bench, Train,
    }
end

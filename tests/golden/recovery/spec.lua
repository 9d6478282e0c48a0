-- Repetition, skip, signals with and without a name, recovery, handlers with loops in them.

local Fit = loop "Fit" {
    done = "$epoch >= $epochs",
    skip = "$epochs == 0",
    on_skip = node(0, [[ puts("skipped"); ]]),
    state = { epoch = i64(0), epochs = i64 { 3, option = true, doc = "how many epochs" } },
    before_run = node(0, [[ puts("start"); ]]),
    before_epoch = node(1, [[ if ($epoch == $fail_at) $fail("epoch %d", (int)$epoch); ]]),
    on_epoch = node(2),
    after_epoch = node(3, [[ $epoch++; ]]),
    failed_epoch = node(4, [[ $epoch++; $recover(); ]]),
    finally_epoch = node(5, [[ puts("end of epoch"); ]]),
    on_check = node(6, [[ if ($loss < 0.1f) $stop(); ]]),
    after_run = node(98, [[ puts("done"); ]]),
    finally_run = node(99, [[ puts("bye"); ]]),
}

local Train = loop "Train" {
    call_on = { Fit.on_epoch },
    times = "$epochs - 1",
    batch = { rate = f32(0.5), counts = i32[4] },
    site = { visits = u64(0) },
    on_batch = node(1, [[
        $visits++;
        $counts[0]++;
        $loss *= $rate; /* $x stays as it is */
        if ($loss < 0.01f) $stop(Fit);
        if ($visits == 2) $cancel(Fit.epoch);
    ]]),
    after_batch = node { order = 2, doc = "for logs" },
}

local Cleanup = loop "Cleanup" {
    call_on = { Fit.failed_epoch, Fit.finally_epoch },
    times = 2,
    on_sweep = node(1, [[ if ($iteration == 0) $cancel(); puts("sweep"); ]]),
    finally_sweep = node(2, [[ puts("swept"); ]]),
}

local log = callback "log" {
    order = 100,
    state = { lines = i32(0) },
    after_batch = [[ printf("%d: loss %g\n", ++$lines, (double)$loss); ]],
    ["Fit.finally_epoch"] = [[ if ($epoch > 5) $fail("late"); ]],
}

return trainer "recovery" {
    Fit, Train, Cleanup, log,
    state = { loss = f32(1), fail_at = i64 { 1, option = true } },
}

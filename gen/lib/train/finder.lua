-- Part of loopc.train: a learning-rate finder (Smith, "Cyclical learning rates for training neural networks", 2017).
--
-- train.rate_finder "name" { before = node, after = node, watch = C, stop = "Loop", rate = "$eta", low = 1e-7, high = 10, steps = 200,
-- smooth = 0.98, limit = 4 } does nothing unless the program is run with --find. Then the rate, an f32 field, rises from `low` to
-- `high` by one factor a step, at the node `before`; at `after` the loss, `watch`, is smoothed by an exponential mean without bias.
-- The run ends, with the loop `stop`, after all steps or once the mean is more than `limit` times its lowest value. Then a line on
-- standard error names the rate at which the loss fell fastest, the first tenth of the steps left out, and a tenth of that at which
-- it was lowest. The picture:
--
--     PROG --find --metrics find.jsonl
--     loopc plot find.jsonl -o find.svg --across NAME.tried --log=NAME.tried \
--         --only NAME.smoothed

return function(train)
    local finder = {}
    local double, fill = train.double, train.fill

    local before = [[
        if ($find) {rate} = $tried = (float)({low} * loopc_pow({high} / {low}, (double)$step / {last}));]]

    -- Slopes are those of the mean by the logarithm of the rate, whose steps are equal.
    local after = [[
        if ($find) {
            const double loss = (double)({watch});
            $mean = {smooth} * $mean + (1.0 - {smooth}) * loss;
            const double smoothed = $mean / (1.0 - loopc_pow({smooth}, (double)$step + 1.0)), slope = smoothed - (double)$smoothed;
            if ($step >= {first} && slope < $steepest) {
                $steepest = slope;
                $steep = $tried;
            }
            if ($step == 0 || smoothed < $lowest) {
                $lowest = smoothed;
                $low = $tried;
            }
            $smoothed = (float)smoothed;
            $step++;
            const bool rose = !(smoothed <= {limit} * $lowest) && $lowest > 0.0;
            if (rose || !isfinite(smoothed) || $step == {steps}) {
                loopc_note($loopc, "{name}: the loss falls fastest at the rate %.2g, and is lowest at %.2g, a tenth of which is %.2g",
                           (double)$steep, (double)$low, (double)$low / 10.0);
                $stop({stop});
            }
        }]]

    finder.rate_finder = train.word(function(name, given)
        local a = train.arguments("train.rate_finder", given, { before = { "node" }, after = { "node" }, watch = { "c" },
            stop = { "name" }, rate = { "c", "$eta" }, low = { "number", 1e-7 }, high = { "number", 10 }, steps = { "count", 200 },
            smooth = { "share", 0.98 }, limit = { "number", 4 }, order = { "number", 15 } }, 3)
        if not (a.low > 0 and a.high > a.low) then error("train.rate_finder: low is above 0 and below high", 3) end
        if a.steps < 2 then error("train.rate_finder: steps is 1, and a line has two ends", 3) end
        local values = { name = name, rate = a.rate, watch = a.watch, stop = a.stop, low = double(a.low), high = double(a.high),
            last = double(a.steps - 1), steps = tostring(a.steps), first = tostring(a.steps // 10 + 1), smooth = double(a.smooth),
            limit = double(a.limit) }
        return { order = a.order, doc = "finds learning rates",
            state = {
                find = bool { option = true, doc = "try learning rates, and end" },
                tried = f32 { report = true, doc = "the learning rate that is tried" },
                smoothed = f32 { report = true, doc = "the loss, smoothed" },
                step = i64 { doc = "rates tried so far" },
                mean = f64 { doc = "exponential mean of the losses, biased to 0" },
                steepest = f64 { doc = "the steepest fall of the smoothed loss" },
                steep = f32 { doc = "the rate at which it was" },
                lowest = f64 { doc = "the lowest smoothed loss" },
                low = f32 { doc = "the rate at which it was" },
            },
            [a.before] = fill(before, values), [a.after] = fill(after, values) }
    end)

    return finder
end

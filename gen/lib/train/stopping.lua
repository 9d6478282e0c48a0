-- Part of loopc.train: early stopping.
--
-- train.early_stopping "name" { at = node, watch = C, stop = "Loop", better = "lower", patience = 10, threshold = 0 } ends the loop
-- `stop` when the watched value has not become better by more than `threshold` for `patience` times in a row. A NaN is not better.
-- With net = "net", best = mlp, the description of that net once more, the best weights are kept in a net of the callback, saved
-- with the run, and are back when the loop `stop` has ended (its node after_run, which the loop needs): before the insertions there
-- of order 10. A program has the flag --NAME-patience. unless = C: nothing counts while it is true, as in a run that only looks for a
-- learning rate: unless = "$finder.find".

return function(train)
    local stopping = {}
    local double, fill = train.double, train.fill

    local look = [[
        const double value = (double)({watch});
        if ({better}) {
            $best = value;
            $since = 0;{keep}
        } else {
            $since++;
        }
        if ($since >= ${name}_patience{unless}) $stop({stop});]]

    stopping.early_stopping = train.word(function(name, given)
        local a = train.arguments("train.early_stopping", given, { at = { "node" }, watch = { "c" }, stop = { "name" },
            better = { "better", "lower" }, patience = { "count", 10 }, threshold = { "number", 0 }, net = { "name", false },
            best = { "net", false }, unless = { "c", false }, order = { "number", 10 } }, 3)
        if (a.net == false) ~= (a.best == false) then
            error("train.early_stopping takes net and best together: the name of the net, and its description", 3)
        end
        local lower = a.better == "lower"
        local copies = { net = a.net or "", name = name }
        local made = { order = a.order, doc = "ends the training when nothing becomes better",
            state = {
                [name .. "_patience"] = i32 { a.patience, option = true, min = 1, doc = "times without an improvement before the end" },
                best = f64 { lower and math.huge or -math.huge, doc = "the best value so far" },
                since = i32 { doc = "times since then" },
                weights = a.best or nil,
            },
            [a.at] = fill(look, { watch = a.watch, name = name, stop = a.stop, unless = a.unless and (" && !(%s)"):format(a.unless) or "",
                better = lower and ("value < $best - %s"):format(double(a.threshold)) or ("value > $best + %s"):format(double(a.threshold)),
                keep = a.net and fill("\n{name}_weights_copy_{net}($weights, ${net});", copies) or "" }) }
        if a.net then
            made[a.stop .. ".after_run"] = { order = 5, fill("if (isfinite($best)) {net}_copy_{name}_weights(${net}, $weights);", copies) }
        end
        return made
    end)

    return stopping
end

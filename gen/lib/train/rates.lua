-- Part of loopc.train: learning rates that change. The formulas are those that PyTorch documents for its schedulers.
--
-- train.schedule "name" { at = node, rate = "$eta", base = value, SHAPE } sets the rate, an f32 field, before the step t = 0, 1, 2, ...
-- that runs at the node. The shapes, where a number of steps is a number or a C expression:
--
--     train.step { every, gamma = 0.1 }
--         StepLR: base gamma^floor(t / every)
--     train.exponential { gamma }
--         ExponentialLR: base gamma^t
--     train.linear { steps, from = 1/3, to = 1 }
--         LinearLR: base times a factor that goes from one to the other
--     train.cosine { steps, floor = 0 }
--         CosineAnnealingLR up to its T_max, then floor:
--         floor + (base - floor) (1 + cos(pi t / steps)) / 2
--     train.one_cycle { steps, rise = 0.3, start = 25, finish = 1e4, linear = false }
--         OneCycleLR: from base / start up to base in the first part `rise` of the
--         steps, then down to base / start / finish, along cosines or lines
--     train.warmup { steps, SHAPE, from = 1/3 }
--         SequentialLR: linear, then the other shape from its t = 0 on
--
-- train.plateau "name" { at = node, watch = C, rate = "$eta", better = "lower", factor = 0.1, patience = 10, threshold = 1e-4,
-- cooldown = 0, floor = 0 } multiplies the rate by `factor` when the watched value has not become better, by the share `threshold`,
-- more than `patience` times in a row; then nothing counts for `cooldown` times. This is ReduceLROnPlateau, but for values below 0, of
-- which that one takes worse ones for better: their share is of the absolute value here.

return function(train)
    local rates = {}
    local double, fill = train.double, train.fill

    -- A shape: write(t, depth) returns C statements that set `rate` from `base` and the variable t.
    local function shape(name, known, write)
        rates[name] = function(given)
            local arguments = train.arguments("train." .. name, given, known, 2)
            return { write = function(t, depth) return write(arguments, t, depth) end }
        end
    end

    local function steps(arguments) return double(arguments[1]) end

    shape("step", { { "value" }, gamma = { "number", 0.1 } }, function(a, t)
        return ("rate = base * loopc_pow(%s, floor(%s / %s));"):format(double(a.gamma), t, steps(a))
    end)

    shape("exponential", { { "number" } }, function(a, t) return ("rate = base * loopc_pow(%s, %s);"):format(steps(a), t) end)

    local function line(from, to, t, count)
        return ("rate = base * (%s + (%s - %s) * fmin(%s / %s, 1.0));"):format(double(from), double(to), double(from), t, count)
    end

    shape("linear", { { "value" }, from = { "number", 1 / 3 }, to = { "number", 1 } }, function(a, t)
        return line(a.from, a.to, t, steps(a))
    end)

    shape("cosine", { { "value" }, floor = { "value", 0 } }, function(a, t)
        return fill("rate = {floor} + (base - {floor}) * (1.0 + loopc_cos({pi} * fmin({t} / {steps}, 1.0))) / 2.0;",
            { floor = double(a.floor), t = t, steps = steps(a), pi = double(math.pi) })
    end)

    -- The first part ends at step rise * steps - 1, the second at steps - 1.
    shape("one_cycle", { { "value" }, rise = { "share", 0.3 }, start = { "number", 25 }, finish = { "number", 1e4 },
        linear = { "flag", false } }, function(a, t)
        return fill([[
            const double top = {rise} * {steps} - 1.0, end = {steps} - 1.0, first = base / {start}, last = first / {finish};
            const bool rises = {t} <= top;
            const double from = rises ? first : base, to = rises ? base : last;
            const double part = fmin(rises ? {t} / top : ({t} - top) / (end - top), 1.0);
            rate = {curve};]], { rise = double(a.rise), steps = steps(a), start = double(a.start), finish = double(a.finish), t = t,
            curve = a.linear and "from + (to - from) * part" or ("to + (from - to) / 2.0 * (1.0 + loopc_cos(%s * part))"):format(double(math.pi)) })
    end)

    shape("warmup", { { "value" }, { "shape" }, from = { "number", 1 / 3 } }, function(a, t, depth)
        local inner = "t" .. depth + 1
        return fill([[
            if ({t} < {steps}) {
                {line}
            } else {
                const double {inner} = {t} - {steps};
                {into}
            }]], { t = t, steps = steps(a), line = line(a.from, 1, t, steps(a)), inner = inner, into = a[2].write(inner, depth + 1) })
    end)

    rates.schedule = train.word(function(name, given)
        local a = train.arguments("train.schedule", given, { { "shape" }, at = { "node" }, rate = { "c", "$eta" }, base = { "value" },
            order = { "number", 1 } }, 3)
        return { order = a.order, doc = "sets the learning rate",
            state = { step = i64 { doc = "steps of " .. name .. " so far" } },
            [a.at] = fill([[
                const double base = {base}, t0 = (double)$step;
                double rate;
                {shape}
                {rate} = (float)rate;
                $step++;]], { base = double(a.base), shape = a[1].write("t0", 0), rate = a.rate }) }
    end)

    rates.plateau = train.word(function(_, given)
        local a = train.arguments("train.plateau", given, { at = { "node" }, watch = { "c" }, rate = { "c", "$eta" },
            better = { "better", "lower" }, factor = { "share", 0.1 }, patience = { "patience", 10 }, threshold = { "number", 1e-4 },
            cooldown = { "patience", 0 }, floor = { "value", 0 }, order = { "number", 10 } }, 3)
        local lower = a.better == "lower"
        return { order = a.order, doc = "lowers the learning rate on a plateau",
            state = {
                best = f64 { lower and math.huge or -math.huge, doc = "the best value so far" },
                bad = i32 { doc = "times in a row that were not better" },
                cooling = i32 { doc = "times that do not count yet" },
                lowered = i32 { doc = "how often the rate was lowered" },
            },
            [a.at] = fill([[
                const double value = (double)({watch}), old = (double){rate};
                if (value {compare} $best && !(value {reach} $best {away} {threshold} * fabs($best))) {
                    $best = value;
                    $bad = 0;
                } else {
                    $bad++;
                }
                if ($cooling > 0) {
                    $cooling--;
                    $bad = 0;
                }
                const double next = fmax(old * {factor}, {floor});
                if ($bad > {patience}) {
                    if (old - next > 1e-8) {
                        {rate} = (float)next;
                        $lowered++;
                    }
                    $cooling = {cooldown};
                    $bad = 0;
                }]], { watch = a.watch, rate = a.rate, compare = lower and "<" or ">", factor = double(a.factor), floor = double(a.floor),
                reach = lower and ">=" or "<=", away = lower and "-" or "+", threshold = double(a.threshold),
                patience = tostring(a.patience), cooldown = tostring(a.cooldown) }) }
    end)

    return rates
end

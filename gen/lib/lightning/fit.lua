-- Part of loopc.lightning: a fit loop of epochs, with an epoch loop of batches, a batch loop of parts, and validation.
--
-- lightning.fit_loop { ... } makes the loops Fit, Train and, when asked for, Part and Validate, connects them, and returns
-- them in this order; the trainer needs the first alone.
--     max_epochs, min_epochs, max_steps, min_steps  limits, options of the program; -1: none. Without a maximum: 1000 epochs
--     batches                                       how many an epoch has: a number or C, evaluated as each epoch begins
--     training_step                                 C for one batch, or for each part of one
--     parts                                         of a batch, a number or C: each is a training_step of its own
--     validation = { batches, validation_step, every = n }  behind each n batches; without `every` behind each epoch
--     state, train_state, validation.state          fields of Fit, Train and Validate
-- and the hooks, each of them C: on_train_start, on_train_epoch_start, on_train_batch_start, on_train_batch_end,
-- on_train_epoch_end, on_train_end, teardown; in validation on_validation_start, on_validation_batch_start,
-- on_validation_batch_end, on_validation_end. The hooks of an epoch and of a batch are nodes too, to which callbacks attach
-- by their names; lightning.callback also knows those of the ends of a run, of the validation loop that was made last before it.
--
-- Where max_steps or should_stop ends the training within an epoch, that epoch counts as completed. A run that is resumed with
-- a later limit takes it up again, at its next batch: the epoch is then the one in hand, as without the interruption, and
-- on_train_epoch_start is not run again for it.
--
-- Any body may set $should_stop: the training ends before the next batch, once min_epochs epochs and min_steps steps are
-- done. $global_step counts the batches of all epochs. Why the training ended is said on standard error.
--
-- epoch_loop, batch_loop and validation_loop make the loops one by one, to replace one of them: each takes the arguments of
-- fit_loop that concern it, and `parent`, `place` and `name`.

-- Limits, with their texts for --help.
local limits = {
    { "max_epochs", "the most epochs; -1: any number" },
    { "min_epochs", "epochs before should_stop counts; -1: none" },
    { "max_steps", "the most training steps; -1: any number" },
    { "min_steps", "training steps before should_stop counts; -1: none" },
}

local hooks = { "on_train_start", "on_train_epoch_start", "on_train_batch_start", "on_train_batch_end", "on_train_epoch_end",
    "on_train_end", "teardown" }
local validation_keys = { "batches", "every", "validation_step", "state", "on_validation_start", "on_validation_batch_start",
    "on_validation_batch_end", "on_validation_end" }
local epoch_keys = { "batches", "training_step", "train_state", "on_train_batch_start", "on_train_batch_end" }
local fit_keys = { "max_epochs", "min_epochs", "max_steps", "min_steps", "batches", "training_step", "parts", "validation",
    "state", "train_state", "call_on", "order", "doc" }
local places = { "parent", "place", "name" }

local function whole_limit(given, name)
    local value = given[name]
    if value == nil and name == "max_epochs" and given.max_steps == nil then value = 1000 end
    if value == nil then value = -1 end
    if math.type(value) ~= "integer" or value < -1 then
        error(("%s is %s: it is a whole number from 0, or -1 for none"):format(name, tostring(value)), 4)
    end
    return value
end

local function fit_fields(given)
    local state = {
        global_step = i64 { doc = "training steps so far" },
        should_stop = bool { doc = "set it to end the training, once the minima are met" },
        waiting = bool { doc = "whether it was said that should_stop has to wait" },
        taken_up = bool { doc = "whether the epoch in hand was begun before such an end" },
        cut = bool { doc = "whether the last epoch was left before its last batch" },
    }
    for _, limit in ipairs(limits) do state[limit[1]] = i64 { whole_limit(given, limit[1]), option = true, doc = limit[2] } end
    for name, field in pairs(given.state or {}) do state[name] = field end
    return state
end

local function check_limits()
    local lines = {}
    for i, limit in ipairs(limits) do
        local name = limit[1]
        lines[i] = ('if ($%s < -1) $fail("%s is %%lld: it is from 0, or -1 for none", (long long)$%s);'):format(name, name, name)
    end
    return table.concat(lines, "\n")
end

-- Conditions as Fit reads them, or a loop inside of it: `completed` of Fit is then that of the loop around.
local function conditions(completed)
    local out = {
        steps = "($max_steps >= 0 && $global_step >= $max_steps)",
        epochs = ("($max_epochs >= 0 && %s >= $max_epochs)"):format(completed),
        met = ("(%s >= $min_epochs && $global_step >= $min_steps)"):format(completed),
    }
    out.stopped = ("($should_stop && %s)"):format(out.met)
    return out
end

local here, inside = conditions "$completed - $cut", conditions "$outer.completed"

local function fill(text, values) return (text:gsub("{([%a_]+)}", values)) end

local say_why = fill([[
    if ({steps}) loopc_note($loopc, "Fit ended: max_steps = %lld reached", (long long)$max_steps);
    else if ({epochs}) loopc_note($loopc, "Fit ended: max_epochs = %lld reached", (long long)$max_epochs);
    else if ({stopped}) loopc_note($loopc, "Fit ended: should_stop was set");
    else loopc_note($loopc, "Fit ended: a body stopped it");
]], here)

-- The end of an epoch: whether there are batches left in it.
local leave_epoch = fill([[
    if (({steps} || {stopped}) && $completed < (int64_t)({batches})) $cut = $restart = true;
]], inside)

-- The epoch that was left is taken up again, and not counted twice.
local take_up = [[
    $taken_up = $cut;
    if ($taken_up) {
        $cut = false;
        $ready--, $started--, $processed--, $completed--;
        $total_ready--, $total_started--, $total_processed--, $total_completed--;
    }
]]

local say_waiting = [[
    if ($should_stop && !$waiting && !{met}) {
        loopc_note($loopc, "Fit continues: should_stop waits for min_epochs = %lld and min_steps = %lld",
                   (long long)$min_epochs, (long long)$min_steps);
        $waiting = true;
    }
]]

return function(lightning)
    local fit = {}

    local function need(given, word, key, why)
        if given[key] == nil then error(("%s needs %s: %s"):format(word, key, why), 3) end
    end

    -- Batches, as part of Fit.
    function fit.epoch_loop(given)
        lightning.check("lightning.epoch_loop", given, 2, epoch_keys, places)
        need(given, "lightning.epoch_loop", "batches", "how many has an epoch?")
        return lightning.loop(given.name or "Train") {
            doc = "the batches of an epoch", parent = given.parent, place = given.place,
            times = given.batches, done = inside.steps .. " || " .. inside.stopped, state = given.train_state,
            names = { start = "train_batch_start", advance = "training_step", stop = "train_batch_end" },
            on_advance_start = given.on_train_batch_start,
            advance = given.training_step,
            on_advance_end = lightning.join("$global_step++;", given.on_train_batch_end, fill(say_waiting, inside)),
            on_run_end = fill(leave_epoch, { batches = tostring(given.batches) }),
        }
    end

    -- The parts of a batch, each with a training step.
    function fit.batch_loop(given)
        lightning.check("lightning.batch_loop", given, 2, { "parts", "training_step" }, places)
        need(given, "lightning.batch_loop", "parts", "how many has a batch?")
        return lightning.loop(given.name or "Part") {
            doc = "the parts of a batch", parent = given.parent, place = given.place or "on_training_step",
            times = given.parts, advance = given.training_step,
            names = { start = "part_start", advance = "part", stop = "part_end" },
        }
    end

    local validation_name = "Validate"

    -- A pass over validation data, when it is due.
    function fit.validation_loop(given)
        lightning.check("lightning.validation_loop", given, 2, validation_keys, places)
        need(given, "lightning.validation_loop", "batches", "how many are there?")
        validation_name = given.name or "Validate"
        local every = given.every and ("$outer.processed %% (%s) != 0"):format(given.every)
        return lightning.loop(validation_name) {
            doc = "a pass over validation data", parent = given.parent, place = given.place,
            times = given.batches, skip = every, state = given.state,
            names = { start = "validation_batch_start", advance = "validation_step", stop = "validation_batch_end" },
            on_run_start = given.on_validation_start,
            on_advance_start = given.on_validation_batch_start,
            advance = given.validation_step,
            on_advance_end = given.on_validation_batch_end,
            on_run_end = given.on_validation_end,
        }
    end

    local function epochs(given)
        return lightning.loop "Fit" {
            doc = given.doc or "epochs of batches", call_on = given.call_on, order = given.order, state = fit_fields(given),
            done = ("%s || %s || %s"):format(here.steps, here.epochs, here.stopped),
            names = { start = "train_epoch_start", advance = "epoch", stop = "train_epoch_end" },
            on_run_start = lightning.join(check_limits(), "if ($completed == 0) $cut = false;", given.on_train_start), on_ready = take_up,
            before_advance_start = "if ($taken_up) $cancel();", on_advance_start = given.on_train_epoch_start,
            on_advance_end = lightning.join(given.on_train_epoch_end, fill(say_waiting, here)),
            on_run_end = lightning.join(say_why, given.on_train_end),
            teardown = given.teardown,
        }
    end

    -- The arguments of a fit loop that belong to its epoch loop; with parts the training step belongs to them.
    local function of_epochs(given, Fit)
        local out = { parent = Fit, place = "on_epoch" }
        for _, key in ipairs(epoch_keys) do out[key] = given[key] end
        if given.parts then out.training_step = nil end
        return out
    end

    function fit.fit_loop(given)
        lightning.check("lightning.fit_loop", given, 2, fit_keys, hooks)
        need(given, "lightning.fit_loop", "batches", "how many has an epoch?")
        local Fit = epochs(given)
        local Train = fit.epoch_loop(of_epochs(given, Fit))
        local out = { Fit, Train }
        if given.parts then
            out[#out + 1] = fit.batch_loop { parts = given.parts, training_step = given.training_step, parent = Train }
        end
        if given.validation then
            local validation = {}
            for key, value in pairs(given.validation) do validation[key] = value end
            validation.parent = validation.every and Train or Fit
            validation.place = validation.every and "on_train_batch_end" or "on_epoch"
            out[#out + 1] = fit.validation_loop(validation)
        end
        return table.unpack(out)
    end

    -- A callback whose keys may be Lightning's hooks, those of the ends of a run included.
    local ends = {
        on_train_start = "Fit.before_run", on_train_end = "Fit.after_run", teardown = "Fit.finally_run",
        on_validation_start = "%s.before_run", on_validation_end = "%s.after_run",
    }

    function fit.callback(name)
        return function(given)
            local body = {}
            for key, value in pairs(given) do body[ends[key] and ends[key]:format(validation_name) or key] = value end
            return callback(name)(body)
        end
    end

    return fit
end

-- Callbacks: a skeleton of empty events, and everything that happens attached to it by name.
--
-- Fit, Train and Valid below do nothing: their nodes have no bodies. Each callback says where its bodies go:
--
--     batch = [[...]]             the node `batch`, or else `on_batch`, of the one loop that has it
--     ["Train.batch"] = [[...]]   the loop by name, where several have such a node
--     ["*.batch"] = [[...]]       every loop that has one
--     order = 1                   its place among all insertions on one node: lower first, default 10, and
--                                 ties in the order of the trainer's list; inserted loops are sorted in with the callbacks
--     within = { Loop.node }      only the copies at or below that node
--
--     loopc run 03_callbacks.lua
--     loopc explain 03_callbacks.lua     which body runs where, and why
--
-- Try: take ["Train.batch"] for a plain batch; loopc names the two loops that match. Move `first` to order 30.

local Fit = loop "Fit" {
    times = 2,
    before_run = node(0),
    before_epoch = node(1),
    on_epoch = node(2),
    after_epoch = node(3),
    finally_run = node(4),
}

local Train = loop "Train" { call_on = { Fit.on_epoch }, times = 3, on_batch = node(1), after_run = node(2) }

-- Once before training, as a rehearsal, and once after every epoch.
local Valid = loop "Valid" { call_on = { Fit.before_run, Fit.after_epoch }, on_batch = node(1) }

-- A callback has fields of its own.
local counter = callback "counter" {
    state = { batches = i32 { 0, doc = "batches of any loop" } },
    ["*.batch"] = [[ $batches++; ]],
    finally_run = [[ printf("%d batches in all\n", $batches); ]],
}

-- `finally_run` above and `before_epoch` here are nodes of one loop only: no need to say which.
local titles = callback "titles" {
    before_epoch = [[ printf("epoch %d\n", (int)$iteration + 1); ]],
    ["Train.batch"] = [[ printf("  train batch %d\n", (int)$iteration + 1); ]],
    ["Train.after_run"] = [[ puts("  end of the pass"); ]],
}

-- Valid is inserted at two places; this callback acts at one of them. `$Fit.iteration` is the counter of the loop around it.
local score = callback "score" {
    within = { Fit.after_epoch },
    ["Valid.batch"] = [[ printf("  valid batch of epoch %d\n", (int)$Fit.iteration + 1); ]],
}

-- Listed last, yet the first on its node; its other body asks for the last place.
local first = callback "first" {
    order = 1,
    before_epoch = [[ puts("---"); ]],
    ["Fit.after_epoch"] = { order = 99, [[ puts("  end of the epoch"); ]] },
}

return trainer "callbacks" {
    doc = "A skeleton of events, and callbacks that fill it.",
    Fit, Train, Valid, counter, titles, score, first,
}

local Fit = loop "Fit" {
    done = true,
    skip = "",
    state = 5,
    call_on = "Other.on_step",
    before_step = node(1, 2),
    on_step = node { order = 2, doc = 3, [[ puts("step"); ]] },
}
local log = callback "log" {
    within = "Fit",
    doc = {},
    on_step = 7,
    before_step = node(1, [[ puts("before"); ]]),
}
return trainer "bad" { Fit, log, "Fit", include = 3, link = { "-lm", 4 }, doc = false, code = {} }

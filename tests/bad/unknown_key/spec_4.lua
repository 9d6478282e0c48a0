-- Keys of loops in a callback, and a body with a name.
local Fit = loop "Fit" { on_step = node { order = 1, body = [[ puts("step"); ]] }, after_step = node(2) }
local log = callback "log" {
    times = 3,
    call_on = { Fit.on_step },
    after_step = { order = 5, code = [[ puts("log"); ]] },
}
return trainer "bad" { Fit, log }

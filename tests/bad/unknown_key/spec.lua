local Fit = loop "Fit" {
    tims = 3,
    on_step = [[ puts("step"); ]],
    after_step = { 2, [[ puts("step"); ]] },
    before_step = node { order = 1, dco = "before", [[ puts("before"); ]] },
    finally_step = node(3, [[ puts("one"); ]], [[ puts("two"); ]]),
    state = { eta = f32 { 0.5, optoin = true } },
    "step",
}
local log = callback "log" { before_step = { ordr = 3, [[ puts("log"); ]] }, [[ puts("no key"); ]] }
return trainer "bad" { Fit, log, inculde = { "math.h" } }

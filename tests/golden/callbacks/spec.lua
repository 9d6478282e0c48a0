-- Events without a body, insertions in order, ties in the order of the trainer, within, keys of every kind.

local Outer = loop "Outer" {
    before_step = node { order = 1, doc = "an event" },
    on_step = node(2, [[ puts("step"); ]]),
    after_step = node { order = 3, doc = "an event without listeners" },
    on_rest = node(4),
}

local Inner = loop "Inner" { call_on = { Outer.on_step, Outer.on_rest }, order = 5, on_work = node(1, [[ puts("work"); ]]) }

local late = callback "late" { order = 50, before_step = [[ puts("late"); ]] }
local first = callback "first" { before_step = [[ puts("first"); ]] }
local second = callback "second" { before_step = [[ puts("second"); ]], step = { order = 1, [[ puts("right after step"); ]] } }
local everywhere = callback "everywhere" { ["*.work"] = [[ puts("everywhere"); ]] }
local narrow = callback "narrow" { within = { Outer.on_rest }, ["Inner.work"] = [[ puts("only at rest"); ]] }

return trainer "callbacks" { Outer, Inner, late, first, second, everywhere, narrow }

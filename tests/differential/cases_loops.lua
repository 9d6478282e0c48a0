-- Known answers for sections 2 and 3 of LANGUAGE.md: repetition, the run phase, skip, fields, insertions, callbacks. The
-- form is that of cases.lua.

local w = require "tests.differential.words"
local loop, callback, graph = w.loop, w.callback, w.graph
local fail, cancel, stop, at, field = w.fail, w.cancel, w.stop, w.at, w.field

local cases = {}

local function case(entry) cases[#cases + 1] = entry end

case {
    name = "section 2: nodes run by order, phase after phase, the run phase around them",
    graph = (function()
        local names = { "finally_run", "after_t", "on_s", "before_t", "finally_s", "before_run", "after_run" }
        local A = loop("A", names, { times = 2 })
        for i, order in ipairs { 99, 12, 5, 10, 6, 0, 50 } do A.nodes[i].order = order end
        return graph("g", { A })
    end)(),
    prints = [[ A.before_run A.on_s A.finally_s A.before_t A.after_t A.on_s A.finally_s A.before_t A.after_t
        A.after_run A.finally_run ]],
}
case {
    name = "section 2: no iteration, but the run phase",
    graph = graph("g", { loop("A", { "before_run", "on_s", "finally_s", "after_run", "failed_run", "finally_run" },
        { times = 0 }) }),
    prints = "A.before_run A.after_run A.finally_run",
}
case {
    name = "section 2: done is evaluated before each iteration",
    graph = graph("g", { loop("A", { { "on_s", count = "n", show = { "n" } }, "after_run" },
        { done = { ">=", field "n", 2 }, state = { "n" } }) }),
    prints = "A.on_s n=1 A.on_s n=2 A.after_run",
}
case {
    name = "section 2: of done and times the first to hold ends the loop",
    graph = graph("g", { loop("A", { { "on_s", count = "n" } }, { times = 2, done = { ">=", field "n", 9 }, state = { "n" } }),
        loop("B", { "on_i" }, { times = 9, done = { ">=", field "iteration", 1 }, call_on = { "A.on_s" } }) }),
    prints = "A.on_s B.on_i A.on_s B.on_i",
}
case {
    name = "section 2: a times expression is evaluated once, at entry",
    graph = graph("g", { loop("A", { "on_s" }, { times = 2 }),
        loop("B", { { "on_i", count = "n", show = { "n" } } },
            { times = { "+", field "n", 1 }, state = { "n" }, call_on = { "A.on_s" } }) }),
    prints = "A.on_s B.on_i n=1 A.on_s B.on_i n=2 B.on_i n=3",
}
case {
    name = "section 2: skip leaves nothing of the loop but on_skip",
    graph = graph("g", { loop("A", { { "on_s", count = "t" }, "after_s" }, { times = 2 }),
        loop("B", { "before_run", "on_i", "finally_i", "finally_run", "on_skip" }, { skip = at("t", 1), call_on = { "A.on_s" } }),
        callback("c", { "on_skip" }) }, { "t" }),
    prints = "A.on_s B.on_skip c.on_skip A.after_s A.on_s B.before_run B.on_i B.finally_i B.finally_run A.after_s",
}
case {
    name = "section 2: a failing on_skip is a failure of the enclosing step",
    graph = graph("g", { loop("A", { "on_s", "after_s", "failed_s" }),
        loop("B", { { "on_skip", fail() }, "on_i", "failed_i", "failed_run" }, { skip = at("t", 0), call_on = { "A.on_s" } }) },
        { "t" }),
    prints = "A.on_s B.on_skip A.failed_s",
    failures = { "B.on_skip on A.on_s: broken" },
}
case {
    name = "section 2: state lives on, site has an instance a place, batch is zeroed each iteration",
    graph = graph("g", { loop("A", { "on_s", "after_s" }),
        loop("B", { { "on_i", count = "n", show = { "n" } }, { "on_j", count = "s", show = { "s" } },
            { "on_k", count = "b", show = { "b" } } },
            { times = 2, state = { "n" }, site = { "s" }, batch = { "b" }, call_on = { "A.on_s", "A.after_s" } }) }),
    prints = [[ A.on_s B.on_i n=1 B.on_j s=1 B.on_k b=1 B.on_i n=2 B.on_j s=2 B.on_k b=1
        A.after_s B.on_i n=3 B.on_j s=1 B.on_k b=1 B.on_i n=4 B.on_j s=2 B.on_k b=1 ]],
}
case {
    name = "section 2: iteration starts anew at each entry, total goes on",
    graph = graph("g", { loop("A", { "on_s", "after_s" }),
        loop("B", { { "on_i", show = { "iteration", "total" } } }, { times = 2, call_on = { "A.on_s", "A.after_s" } }) }),
    prints = [[ A.on_s B.on_i iteration=0 total=0 B.on_i iteration=1 total=1
        A.after_s B.on_i iteration=0 total=2 B.on_i iteration=1 total=3 ]],
}
case {
    name = "section 3: insertions by order, ties by the trainer's list",
    graph = graph("g", { loop("A", { "on_s", "after_s" }), callback("c", { "on_s" }),
        loop("B", { "on_i" }, { call_on = { "A.on_s" } }), callback("d", { { "on_s", order = 3 } }, { order = 99 }),
        loop("C", { "on_k" }, { order = 5, call_on = { "A.on_s" } }), callback("e", { "on_s" }, { order = 11 }) }),
    prints = "A.on_s d.on_s C.on_k c.on_s B.on_i e.on_s A.after_s",
}
case {
    name = "section 3: keys name nodes with and without on_, of one loop or of all",
    graph = graph("g", { loop("A", { "on_s", "on_loss" }), loop("B", { "on_s" }, { call_on = { "A.on_s" } }),
        callback("c", { "loss", "A.s" }), callback("d", { "*.on_s" }) }),
    prints = "A.on_s B.on_s d.on_s c.s d.on_s A.on_loss c.loss",
}
case {
    name = "section 3: within leaves the copies at and under a node",
    graph = graph("g", { loop("A", { "on_s", "on_t", "on_u" }),
        loop("B", { "on_i" }, { call_on = { "A.on_s", "A.on_t", "A.on_u" } }),
        loop("C", { "on_k" }, { call_on = { "B.on_i" } }),
        callback("c", { "B.on_i", "C.on_k" }, { within = { "A.on_t", "C.on_k" } }) }),
    prints = "A.on_s B.on_i C.on_k c.on_k A.on_t B.on_i C.on_k c.on_k c.on_i A.on_u B.on_i C.on_k c.on_k",
}
case {
    name = "section 3: a node named twice counts once",
    graph = graph("g", { loop("A", { "on_s" }), loop("B", { "on_i" }, { call_on = { "A.on_s", "A.on_s" } }) }),
    prints = "A.on_s B.on_i",
}
case {
    name = "section 4: one body at two sites leaves two different phases and repetitions",
    graph = graph("g", { loop("A", { "on_s", "after_s", "on_t", "after_t" }, { times = 2 }),
        loop("B", { "on_i", "after_i" }, { times = 2, call_on = { "A.on_s" } }),
        loop("C", { { "on_k", stop() } }, { call_on = { "B.on_i", "A.on_t" } }) }),
    prints = "A.on_s B.on_i C.on_k A.after_s A.on_t C.on_k",
}
case {
    name = "section 4: signals may be conditional, and some runs of a body do not give them",
    graph = graph("g", { loop("A", { { "on_s", cancel(nil, at("iteration", 1)), fail(at("iteration", 3)) }, "after_s" },
        { times = 9 }) }),
    prints = "A.on_s A.after_s A.on_s A.on_s A.after_s A.on_s",
    failures = { "A.on_s: broken" },
}

return cases

-- A trainer whose target has a range, and is settable by its own name, too.

local Learn = loop "Learn" {
    times = "$most",
    state = { loss = f32 { report = true } },
    on_batch = node(1, [[ $loss = 1.0f / (float)($iteration + 1); ]]),
}

return trainer "bounded" {
    control = { target = "most" },
    state = {
        most = i32 { 10, option = true, settable = true, min = 2, max = 40, doc = "batches" },
        eta = f32 { 0.1, option = true, settable = true, min = 0, max = 1, doc = "unused" },
    },
    Learn,
}

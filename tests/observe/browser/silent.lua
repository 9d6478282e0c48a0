-- A trainer without a net, a learning rate, a loss or anything that is reported.

local Wait = loop "Wait" {
    done = "false",
    state = { count = i64(0), ring = f32[3][3] { show = "graph", doc = "who tells whom" } },
    draw = [[ $ring[0][1] = 2; $ring[1][2] = -1; $ring[2][0] = 0.5f; $ring[2][2] = 1; ]],
    on_item = node(1, [[ $count++; nanosleep(&(struct timespec){.tv_nsec = 1000000 * $pace}, NULL); ]]),
}

return trainer "silent" {
    include = { "<time.h>" },
    state = { pace = i32 { 2, settable = true, doc = "milliseconds an item" } },
    Wait,
}

-- A trainer without a learning rate, a loss or anything that is reported. Each item draws the weights of its net anew.

local Wait = loop "Wait" {
    done = "false",
    state = { count = i64(0), ring = f32[3][3] { show = "graph", doc = "who tells whom" } },
    draw = [[ $ring[0][1] = 2; $ring[1][2] = -1; $ring[2][0] = 0.5f; $ring[2][2] = 1; ]],
    on_item = node(1, [[ $count++; net_init($net, $stream); nanosleep(&(struct timespec){.tv_nsec = 1000000 * $pace}, NULL); ]]),
}

return trainer "silent" {
    include = { "<time.h>" },
    state = { pace = i32 { 2, settable = true, doc = "milliseconds an item" }, stream = rng {}, net = mlp { 2, 1 } },
    Wait,
}

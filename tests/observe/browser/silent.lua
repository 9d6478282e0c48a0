-- A trainer without a net, a learning rate, a loss or anything that is reported.

local Wait = loop "Wait" {
    done = "false",
    state = { count = i64(0) },
    on_item = node(1, [[ $count++; nanosleep(&(struct timespec){.tv_nsec = 1000000 * $pace}, NULL); ]]),
}

return trainer "silent" {
    include = { "<time.h>" },
    state = { pace = i32 { 2, settable = true, doc = "milliseconds an item" } },
    Wait,
}

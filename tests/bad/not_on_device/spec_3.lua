-- option device 1
local A = loop "A" {
    times = 3,
    on_x = node(1, WEAVE(1, {
        REPEAT(3, CALL [[ $n++; ]]),
        POPEN { "echo" },
    })),
    on_y = node(2, SPAWN(PRINT("%zd\n", "n"))),
}
return trainer "spec" { A, state = { n = i32, train = dataset { option = true } } }

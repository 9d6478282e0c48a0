-- option firmware 1
-- option device 1
local A = loop "A" { times = 3, on_x = node(1, [[ $n++; ]]) }
return trainer "spec" { A, state = {
    n = i32,
    valid = dataset { device = " " },
    train = dataset { option = true },
    net = mlp { 2, 2, batch = 4, replicas = 3 },
} }

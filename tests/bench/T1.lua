-- XOR: a net that fits in registers. Its cost is everything besides arithmetic, and tanh.
return require "task" {
    name = "T1",
    layers = { 2, 2, 1 },
    activation = "tanh",
    output = "tanh",
    loss = "squared_error",
    optimizer = "sgd",
    batch = 4,
    rows = 4,
    eta = 0.1,
}

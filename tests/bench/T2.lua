-- A small net: layers so narrow that calls and passes over memory weigh as much as the multiplication.
return require "task" {
    name = "T2",
    layers = { 16, 32, 32, 4 },
    activation = "relu",
    output = "softmax",
    loss = "cross_entropy",
    optimizer = "sgd",
    batch = 32,
    rows = 4096,
    eta = 0.01,
}

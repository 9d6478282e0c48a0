-- A wide net: bound by multiplication, and by memory in the optimizer.
return require "task" {
    name = "T5",
    layers = { 1024, 2048, 2048, 1024 },
    activation = "relu",
    output = "identity",
    loss = "squared_error",
    optimizer = "adam",
    batch = 256,
    rows = 2048,
    eta = 0.001,
}

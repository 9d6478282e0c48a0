-- A net for digits: gathering the batch and Adam take a tenth each, and the last layer has ten outputs only.
return require "task" {
    name = "T3",
    layers = { 784, 128, 10 },
    activation = "relu",
    output = "softmax",
    loss = "cross_entropy",
    optimizer = "adam",
    batch = 64,
    rows = 8192,
    eta = 0.001,
}

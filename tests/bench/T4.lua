-- A middling net: mostly multiplication, weights of the size of the second cache.
return require "task" {
    name = "T4",
    layers = { 784, 512, 512, 10 },
    activation = "relu",
    output = "softmax",
    loss = "cross_entropy",
    optimizer = "adam",
    batch = 128,
    rows = 8192,
    eta = 0.001,
}

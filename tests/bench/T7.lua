-- Sixteen seeds of T2 at once, in the lanes of vectors: a step is one of each.
return require "task" {
    name = "T7",
    layers = { 16, 32, 32, 4 },
    activation = "relu",
    output = "softmax",
    loss = "cross_entropy",
    optimizer = "sgd",
    batch = 32,
    rows = 4096,
    eta = 0.01,
    replicas = 16,
}

-- Nets that begin at a layer of another net.
local Fit = loop "Fit" { on_epoch = node(1, [[ puts("fit"); ]]) }

local function head(from, more)
    local net = more or {}
    net.from, net.loss = from, "squared_error"
    net[#net + 1] = dense { 1 }
    return mlp(net)
end

return trainer "bad" {
    Fit,
    state = {
        policy = mlp { inputs = 4, batch = 8, dense { 16, "relu", name = "trunk" }, dense { 8, "tanh", name = "neck" }, dense { 2 } },
        many = mlp { 4, 8, 3, replicas = 4 },
        parts = mlp { 4, 8, 3, shards = 2, batch = 8 },
        form = head("policy"),
        nowhere = head("polcy.trunk"),
        layer = head("policy.trnk"),
        number = head("policy.3"),
        last = head("policy.2"),
        batch = head("policy.trunk", { batch = 4 }),
        inputs = head("policy.trunk", { inputs = 16 }),
        itself = head("itself.0"),
        good = head("policy.neck", { dense { 4, name = "body" } }),
        chain = head("good.body"),
        replica = head("many.0"),
        shard = head("parts.0"),
    },
}

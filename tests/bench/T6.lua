-- A residual net of 8 blocks, 256 wide: layer_norm, GELU and dropout, as transformers have them between their attentions, by AdamW.
-- With --lua NET=T3 or T4 that task, with a layer_norm and a dropout behind each hidden layer; WITHOUT leaves out norm, drop or both.
local NET = "T6"
local WITHOUT = "nothing"
local sizes = { T3 = { 784, 128 }, T4 = { 784, 512, 512 }, T6 = { 256 } }
local batch = NET == "T4" and 128 or 64
local layers = { inputs = sizes[NET][1], batch = batch, loss = "cross_entropy" }
for _ = 1, NET == "T6" and 8 or 0 do
    layers[#layers + 1] = residual { layer_norm {}, dense { 256, "gelu" }, dropout { 0.2 }, dense { 256 } }
end
for i = 2, #sizes[NET] do
    layers[#layers + 1] = dense { sizes[NET][i], "relu" }
    if WITHOUT ~= "norm" and WITHOUT ~= "both" then layers[#layers + 1] = layer_norm {} end
    if WITHOUT ~= "drop" and WITHOUT ~= "both" then layers[#layers + 1] = dropout { 0.2 } end
end
layers[#layers + 1] = dense { 10 }

local Train = loop "Train" {
    times = "$batches",
    state = { x = f32[batch * layers.inputs], labels = i32[batch], loss = f32 {} },
    before_run = node(0, [[
        for (int i = 0; i < BATCH * INPUTS; i++) $x[i] = 2 * loopc_rng_f32($points) - 1;
        for (int i = 0; i < BATCH; i++) $labels[i] = (int32_t)loopc_rng_below($points, 10);
    ]]),
    on_batch = node(1, [[ $loss = net_train($net, $opt, $x, $labels, BATCH, 1e-4f); ]]),
    after_run = node(2, [[ printf("loss %.6g\n", (double)$loss); ]]),
}
return trainer(NET) {
    code = ("enum { BATCH = %d, INPUTS = %d };"):format(batch, layers.inputs),
    state = { batches = i64 { 100, option = true, min = 1, doc = "steps" }, points = rng {}, net = mlp(layers),
        opt = optimizer { NET == "T6" and "adamw" or "adam", net = "net" } },
    Train,
}

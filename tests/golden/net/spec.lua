local Fit = loop "Fit" { times = 20, on_epoch = node(1) }
local Train = loop "Train" {
    call_on = { Fit.on_epoch }, times = "($data->rows + 31) / 32",
    state = { x = f32[32 * 64], y = i32[32], rows = i32 {}, loss = f32 { report = true } },
    before_batch = node(1, [[ $rows = loopc_dataset_take($data, 0, $iteration * 32, 32, $x, $y); ]]),
    on_batch = node(2, [[ $loss = net_train($net, $adam, $x, $y, $rows, 1e-3f); ]]),
    after_batch = node(3),
    finally_batch = node(4, [[ $seen += (uint64_t)$rows; ]]),
}
local guard = callback "guard" {
    after_batch = [[ if (!isfinite($loss)) $fail("the loss is %g", (double)$loss); ]],
}
return trainer "digits" { Fit, Train, guard, state = {
    data = dataset { option = true, required = true, columns = 64, scale = "max" }, seen = u64(0),
    net = mlp { 64, 64, 10, batch = 32 }, adam = optimizer { "adam", net = "net" } } }

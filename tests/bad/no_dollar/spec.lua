local Fit = loop "Fit" {
    times = "epochs", -- the dollar is missing
    skip = "$run->rank > 0 || $epochs < stop(epochs)",
    state = { epochs = i32 { 3, option = true }, run = i64, rank = i32, count = i32 },
    on_epoch = node(1, REPEAT("count", [[ int epochs = 2; (void)epochs; ]])),
}

return trainer "bad" { Fit, code = [[ static int stop(int x) { return x; } ]] }

local Fit = loop "Fit loop" {
    state = { ["2nd"] = u64(0), int = u64(0), fail = u64(0), loopc_x = u64(0), INT32_MAX = u64(0) },
    ["on_a step"] = node(1, [[ puts("step"); ]]),
}
return trainer "my trainer" { Fit, callback "on-step" { } }

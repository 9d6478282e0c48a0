-- Values of another type than a key of a data set takes.
local Fit = loop "Fit" { on_step = node(1, [[ puts("step"); ]]) }
return trainer "bad" {
    Fit,
    state = {
        label = dataset { option = true, label = { "a" } },
        header = dataset { option = true, header = "yes" },
        stratify = dataset { option = true, stratify = 1 },
        file = dataset { option = true, file = 5 },
        required = dataset { option = true, required = "yes" },
        like = dataset { option = true, like = "nothing" },
        from = dataset { option = true, from = "itself", share = 0.5 },
        separator = dataset { option = true, seperator = ";" },
    },
}

local Fit = loop "Fit" {
    times = 3
    on_epoch = node(1),
}
return trainer "bad" { Fit }

local Fit = loop "Fit" {
    on_step: node(1),
}
return trainer "bad" { Fit }

local Fit = loop "Fit" {
    on_step = node { 1, [[ puts("step"); ]] },
}
return trainer "bad" { Fit }

local Fit = loop "Fit" {
    done = "$n > 3",
    from = "$n",
    state = { n = i32(0) },
    on_step = node(1, [[ $n++; ]]),
}
return trainer "bad" { Fit }

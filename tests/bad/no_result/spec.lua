local Root = loop "Root" {
    times = 2,
    before_first = node(0, [[ printf("%d\n", $Fit.sum); ]]),
    on_first = node(1),
    on_second = node(2, [[ printf("%d\n", $Fit.sum); ]]),
}
local Fit = loop "Fit" { call_on = { Root.on_first }, times = 2, result = { sum = i32(0) }, on_x = node(1, [[ $sum++; ]]) }
return trainer "bad" { Root, Fit }

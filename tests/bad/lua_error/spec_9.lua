local net = mlp { 4, Linear { 3 } }

return trainer "bad" { loop "Fit" { on_epoch = node(1) }, state = { net = net } }

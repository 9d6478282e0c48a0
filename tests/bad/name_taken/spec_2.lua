-- The functions of both nets would be called A_net_forward.
local A = loop "A" { times = 1, state = { net = mlp { 2, 1 } }, on_a = node(1, [[ puts("a"); ]]) }
return trainer "bad" { A, state = { A_net = mlp { 2, 1 }, A_eta = f32(0) } }

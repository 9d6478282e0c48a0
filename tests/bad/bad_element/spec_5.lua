local L = loop "L" {
    on_e = node(5, REPEAT { 2, CALL { "next", "c", into = "x", block = "next_block" }, counter = "c" }),
    on_f = node(6, REPEAT(2, CALL { "next", "x", into = "x", block = "next_block" })),
    on_g = node(7, BUFFER_REPEAT { 2, CALL { "next", "c", into = "x", block = "next_block" }, value = "y", into = "list" }),
    on_h = node(8, BUFFER_REPEAT { 2, CALL { "next", "c", into = "x", block = "next_block" }, value = "x", into = "ints" }),
}
return trainer "bad" { L, state = { c = i32(0), x = f32(0), y = f32(0), list = f32[4], ints = i32[4] } }

local L = loop "L" {
    on_a = node(1, CALL { "next", "c", into = "x", block = "next_block" }),
    on_b = node(2, REPEAT(2, SEQ { CALL { "next", "c", into = "x", block = "next_block" }, CALL [[ ; ]] })),
    on_c = node(3, REPEAT(2, CALL { "next", "c", into = "x", block = "a block" })),
    on_d = node(4, REPEAT(2, CALL { [[ $x = 1; ]], name = "one", block = "next_block" })),
}
return trainer "bad" { L, state = { c = i32(0), x = f32(0), y = f32(0), list = f32[4], ints = i32[4] } }

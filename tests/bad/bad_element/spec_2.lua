local L = loop "L" {
    on_a = node(1, REPEAT { 3, CALL [[ $c++; ]], counter = "list" }),
    on_b = node(2, BUFFER_REPEAT { 5, CALL [[ $c++; ]], value = "c", into = "list" }),
    on_c = node(3, BUFFER_REPEAT { 2, CALL [[ $c++; ]], value = "c", into = "c" }),
    on_d = node(4, POPEN { "ls", "c" }),
    on_f = node(6, REPEAT("$word", CALL [[ $c++; ]])),
    on_g = node(7, CHOOSE("$list", { CALL [[ $c++; ]] })),
    on_h = node(8, POPEN { "ls", into = "word" }),
    on_i = node(9, BUFFER_REPEAT { 2, CALL [[ $r = 0.5f; ]], value = "r", into = "list" }),
    on_e = node(5, REPEAT("f()$x", CALL [[ $c++; ]])),
}
return trainer "bad" { L, state = { c = i32(0), word = str "w", list = i32[4], r = f32 } }

local L = loop "L" {
    on_a = node(1, SEQ { 3 }),
    on_b = node(2, LOOP(SEQ {})),
    on_c = node(3, WEAVE(2, { CALL [[ $c++; ]] })),
    on_d = node(4, CHOOSE(nil, { CALL [[ $c++; ]] })),
    on_e = node(5, REPEAT { "$c", CALL [[ $c++; ]], conter = "c" }),
    on_f = node(6, REPEAT { 2.5, CALL [[ $c++; ]], counter = 3 }),
    on_g = node(7, CALL { 3 }),
    on_h = node(8, POPEN {}),
    on_i = node(9, PRINT(7)),
    on_j = node(10, BUFFER_REPEAT { 3, CALL [[ $c++; ]], value = "c" }),
}
return trainer "bad" { L, state = { c = i32(0) } }

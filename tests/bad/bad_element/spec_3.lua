local L = loop "L" {
    on_a = node(1, WEAVE { 1, { CALL [[ $c++; ]], CALL [[ $c--; ]] }, steps = { 3 } }),
    on_b = node(2, WEAVE { 1, { CALL [[ $c++; ]] }, steps = { 0 } }),
    on_c = node(3, WEAVE { 1, { CALL [[ $c++; ]] }, step = { 1 } }),
    on_d = node(4, BUFFER_REPEAT { 3, CALL [[ $c++; ]], value = { "c", "c" }, into = { "cs" } }),
    on_e = node(5, CALL { name = "two words", [[ $c++; ]] }),
    on_f = node(6, CALL { name = 3, [[ $c++; ]] }),
    on_g = node(7, CALL { name = "step", "f", "c" }),
    on_h = node(8, CALL { name = "step", "f", into = "c" }),
    on_i = node(9, CALL { name = "step" }),
}
return trainer "bad" { L, state = { c = i32(0), cs = i32[4], few = i32[3] } }

local L = loop "L" {
    on_a = node(1, WEAVE { 1, { CALL [[ $c++; ]], CALL [[ $c--; ]] }, steps = { 3 } }),
    on_b = node(2, WEAVE { 1, { CALL [[ $c++; ]] }, steps = { 0 } }),
    on_c = node(3, WEAVE { 1, { CALL [[ $c++; ]] }, step = { 1 } }),
    on_d = node(4, BUFFER_REPEAT { 3, CALL [[ $c++; ]], value = { "c", "c" }, into = { "cs" } }),
}
return trainer "bad" { L, state = { c = i32(0), cs = i32[4], few = i32[3] } }

-- A nest that would overflow any stack.
local loops = {}
for i = 1, 50000 do
    local above = loops[i - 1]
    loops[i] = loop("L" .. i) {
        call_on = above and { above.on_step },
        on_step = node(1, [[ puts("step"); ]]),
    }
end
return trainer "bad" (loops)

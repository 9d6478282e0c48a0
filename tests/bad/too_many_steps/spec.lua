-- 60 loops, each inlined at two nodes of the one before: 2^60 copies of the last.
local loops = {}
for i = 1, 60 do
    local above = loops[i - 1]
    loops[i] = loop("L" .. i) {
        call_on = above and { above.before_step, above.on_step },
        before_step = node(1, [[ puts("before"); ]]),
        on_step = node(2, [[ puts("step"); ]]),
    }
end
return trainer "bad" (loops)

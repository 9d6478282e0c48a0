-- 1001 loops, each in the one before; the last ones are reached on a short way first.
local loops = {}
for i = 1, 1001 do
    local above = loops[i - 1]
    loops[i] = loop("L" .. i) {
        call_on = above and { above.on_step },
        on_step = node(1, [[ puts("step"); ]]),
    }
end
loops[1].before_step = node(0, [[ puts("short"); ]])
loops[1000].call_on = { loops[999].on_step, "L1.before_step" }
return trainer "bad" (loops)

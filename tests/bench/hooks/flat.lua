-- A loop with an event that `count` callbacks listen to, each with a body of three instructions: the cost of dispatch when
-- it is done by the generator. hooks/table.c is the same with a table of function pointers.
return function(count)
    local Run = loop "Run" {
        times = "$times",
        state = { start = i64() },
        before_run = node(0, [[ $start = loopc_clock(); ]]),
        on_event = node(1),
        after_run = node(2, [[
            printf("ns_per_event %.6g value %u\n", (double)(loopc_clock() - $start) / (double)$times, (unsigned)$x);
        ]]),
    }
    local hooks = {}
    for i = 1, count do
        hooks[i] = callback("hook" .. i) { on_event = ("$x = ($x ^ ($x >> 3)) + %d;"):format(i - 1) }
    end
    return trainer "flat" {
        include = { '"base/clock.h"' },
        state = { times = i64 { 1000, option = true }, x = u32 { 1 } },
        Run, table.unpack(hooks),
    }
end

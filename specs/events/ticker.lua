-- A trainer for another program's event loop: main.c beside this file holds several of them and steps them between events.
--
-- loopc gen --step --lib ticker.lua -o ticker.c makes ticker.h and ticker.c of it. Each run draws numbers and keeps their mean;
-- a WEAVE looks at the mean after every third number.

local Draw = REPEAT("$count", CALL [[
    $seen++;
    $mean += (loopc_rng_f64($numbers) - $mean) / (double)$seen;
]])

local Look = LOOP(SEQ {
    CALL [[ $looks++; ]],
    CALL [[ $last = $mean; ]],
    CALL [[ $change = fabs($mean - $last); ]],
})

local Mean = loop "Mean" {
    on_draw = node(1, WEAVE(1, { Draw, Look })),
}

return trainer "ticker" {
    Mean,
    state = {
        count = i64 { 1000, option = true, doc = "how many numbers are drawn" },
        seen = i64 { 0, doc = "how many were" },
        looks = i64 { 0, doc = "how often the mean was looked at" },
        mean = f64 { 0, report = true, doc = "the mean of what was drawn" },
        last = f64(0), change = f64(0),
        numbers = rng(),
    },
    doc = "Draws numbers and keeps their mean.",
}

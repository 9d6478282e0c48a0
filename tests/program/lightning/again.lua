-- B in A in a loop of attempts. The first run of A is stopped in its first item, in the second item of B; the second one fails
-- in its first start hook; the third is a restart of it, and begins at the first item of B.
local lightning = require "loopc.lightning"

local Attempts = loop "Attempts" { times = 3, on_try = node(1) }
local A = lightning.loop "A" { call_on = { Attempts.on_try }, times = 2,
    on_advance_start = [[ if ($Attempts.iteration == 1) $fail("as was wished"); ]] }
local B = lightning.loop "B" { parent = A, times = 3, advance = [[
    if ($Attempts.iteration == 0 && $completed == 1) $stop(A);
    printf("%d.%d\n", (int)$A.completed, (int)$completed);
]] }
Attempts.failed_try = node(3, lightning.restart(A, B) .. "$recover();")
return trainer "again" { Attempts, A }

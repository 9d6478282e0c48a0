-- A design inside of another loop, run twice. A callback that hears the setup as well is at home in batches all
-- the same: its batch is new in each, and its report fields are reported in each.
local environment = require "loopc.environment"

local Twice = loop "Twice" { times = 2, on_turn = node(1) }

local design = environment.new { call_on = { Twice.on_turn }, vector = 1, room = 4, bs = 2, iters = 3 }

return design:trainer "nested" {
    Twice,
    design:random { p_batch = 1 },
    callback "count" {
        state = { batches = i64 { report = true } },
        batch = { fresh = i32(7), each = samples { i32, 4 } },
        setup = "$batches = 0;",
        after_sample = [[
            if ($fresh != 7 || $each[1] != 0) $fail("the batch is not new");
            $fresh = 0, $each[1] = 1;
            $batches++;
        ]],
    },
    design:log {},
}

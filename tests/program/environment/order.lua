-- In which order callbacks hear an event: by order, ties as they are listed; 10 unless they say.
local environment = require "loopc.environment"

local design = environment.new { vector = 1, room = 4, bs = 2, iters = 1 }

local function tell(name, order) return callback(name) { order = order, step = ('puts("%s");'):format(name) } end

return design:trainer "order" {
    tell("log", 100), tell("loss", 20), tell("second"), tell("reward", 10), tell("agent", 2), tell("buffer", 0), tell("third"),
    callback "late" { order = 3, step = { order = 200, 'puts("late");' } },
}

-- Every event prints its name: their order, and when those of the buffer fire. `buffered` represents the work of samplers.
local environment = require "loopc.environment"

local design = environment.new { vector = 1, room = 8, bs = 4, iters = 3 }

local bodies = { state = { items = i32 { 4, option = true, doc = "items that each build adds" } } }
for _, event in ipairs(environment.events) do bodies[event[1]] = ('puts("%s");'):format(event[1]) end
bodies.build_buffer = [[ puts("build_buffer"); $buffered += $items; ]]

return design:trainer "trace" { callback "tell" (bodies) }

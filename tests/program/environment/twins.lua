-- Batches with twins: A B A B, then A B C C. A sample is new when no earlier batch had it, however often this one has it; a cached reward
-- scores each sample once, one without a cache each time.
local environment = require "loopc.environment"

local design = environment.new { vector = 1, room = 8, bs = 4, iters = 2, log_memory = 4 }

local function counted(name, cache)
    return design:reward { name = name, cache = cache, chunk = 2, state = { calls = i32(0) }, scores = [[
        for (int32_t k = 0; k < count; k++, $calls++)
            out[k] = items[k][0];
    ]] }
end

return design:trainer "twins" {
    design:sampler { name = "here", p_batch = 1, make = [[
        static const float items[2][4] = {{1, 2, 1, 2}, {1, 2, 3, 3}};
        for (int32_t i = 0; i < n; i++)
            to[i][0] = items[$Batch.iteration][i];
    ]] },
    counted("cached", 4), counted("plain", 0),
    design:log {},
    callback "show" { order = 200, after_batch = [[
        printf("new %.2f diversity %.2f, cached %d, plain %d:", $log.new, $log.diversity, $cached.calls, $plain.calls);
        for (int32_t i = 0; i < $rows; i++)
            printf(" %g", $rewards[i]);
        printf("\n");
    ]] },
}

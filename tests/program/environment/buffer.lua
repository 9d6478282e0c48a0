-- A buffer of numbered items and a sampler: the composition of a batch. The sampler's share is p_batch, the buffer's the rest.
local environment = require "loopc.environment"

local design = environment.new { vector = 1, room = 32, buffer_room = 64, bs = 10, iters = 3 }

local fill = design:sampler {
    name = "S", buffer_size = 25, p_batch = 0.25, state = { next = i32(0) },
    make = "for (int32_t i = 0; i < n; i++) to[i][0] = (float)($next++ % 100);",
}

return design:trainer "buffer" {
    design:buffer {},
    fill,
    callback "show" {
        order = 100,
        after_build_buffer = [[ printf("built %d;", $buffered); ]],
        after_sample = [[
            int32_t from_buffer = 0;
            for (int32_t i = 0; i < $rows; i++) {
                from_buffer += !strcmp($sources[i], "S_buffer");
                for (int32_t k = 0; k < i; k++)
                    if ($samples[i][0] == $samples[k][0]) $fail("%g is there twice", (double)$samples[i][0]);
                for (int32_t k = 0; k < $buffered; k++)
                    if ($samples[i][0] == $buffer[k][0]) $fail("%g is still in the buffer", (double)$samples[i][0]);
            }
            printf("%d of %d from the buffer, %d left\n", from_buffer, $rows, $buffered);
        ]],
    },
}

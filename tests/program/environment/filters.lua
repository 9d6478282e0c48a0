-- Random filters: every field that is declared per sample stays with its sample, whatever is dropped. A sample is its number;
-- `ids` and `twice` of a callback, its latent data and its rewards are made of that. --kind: 0 random, 1 keeps all, 2 of the wrong
-- length, 3 drops all.
local environment = require "loopc.environment"

local design = environment.new { tokens = "ABCDEFGH", length = 3, room = 64, buffer_room = 128, bs = 32, iters = 50 }

local numbers = design:sampler {
    name = "numbers", buffer_size = 64, p_batch = 0.25, state = { next = i32(0) }, latent = 2,
    make = [[
        for (int32_t i = 0; i < n; latent[i++][1] = (float)$next++)
            for (int32_t k = 0; k < 3; k++)
                to[i][k] = ($next >> (3 * k)) & 7;
    ]],
}

local check = callback "check" {
    order = 50,
    state = { kind = i32 { 0, option = true }, chance = rng(), kept = i64(0) },
    batch = { ids = samples { i32, 64 }, twice = samples { f64[2], 64 } },
    before_filter_batch = [[
        for (int32_t i = 0; i < $rows; i++) {
            $ids[i] = number_of($samples[i]);
            $twice[i][0] = $twice[i][1] = 2 * $ids[i];
            $rewards[i] = 3 * (float)$ids[i];
        }
    ]],
    filter_batch = [[
        const int32_t rows = $rows;
        for (int32_t i = 0; i < rows; i++)
            $keep[i] = $kind == 1 || ($kind != 3 && loopc_rng_below($chance, 2) == 0);
        const int32_t length = $kind == 2 ? rows + 1 : rows;
    ]] .. design:filter_samples("length") .. [[
        if ($kind == 1 && $rows != rows) $fail("a filter that keeps all dropped some");
    ]],
    filter_buffer = [[
        for (int32_t i = 0; i < $buffered; i++)
            $keep[i] = $kind == 1 || loopc_rng_below($chance, 4) > 0;
    ]] .. design:filter_items(),
    after_sample = [[
        for (int32_t i = 0; i < $room; i++) {
            const float id = i < $rows ? (float)number_of($samples[i]) : 0;
            const bool straight = i < $rows && !strcmp($sources[i], "numbers_batch");
            const bool fits = (float)$ids[i] == id && (float)$twice[i][1] == 2 * id && $rewards[i] == 3 * id
                && (int32_t)$numbers.latent[i][1] % 512 == (straight ? $ids[i] : 0);
            if (!fits || !$sources[i] != (i >= $rows)) $fail("sample %d of batch %d is torn apart", i, (int)$Batch.iteration);
        }
        for (int32_t i = 0; i < $buffer_room; i++)
            if (!$buffer_sources[i] != (i >= $buffered)) $fail("item %d of the buffer is torn apart", i);
        $kept += $rows;
    ]],
    after_train = [[ printf("kept %d\n", $kept > 0); ]],
}

return design:trainer "filters" {
    code = [[
        static int32_t number_of(const int32_t *digits)
        {
            return digits[0] + 8 * digits[1] + 64 * digits[2];
        }
    ]],
    numbers, design:buffer {}, check,
}

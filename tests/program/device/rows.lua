-- 64-32-10 by Adam from a data set: read from a file on the host; on a device 4 bits a pixel in flash, which loopc_device_read
-- expands. It prints a hash of its weights (tests/program/test_device.sh).
local PIXELS, ROWS = 64, 100

local seed = 1
local function random(n) seed = (seed * 1103515245 + 12345) & 0x7fffffff; return (seed >> 16) % n end
local pairs_of_pixels, labels = {}, {}
for i = 1, ROWS do
    local label = (i - 1) % 10
    labels[i] = label
    for p = 0, PIXELS - 2, 2 do
        local function pixel(q) return ((q * (label + 3) // 7) % 5 < 2 and 9 or 1) + random(6) end
        pairs_of_pixels[#pairs_of_pixels + 1] = pixel(p) | pixel(p + 1) << 4
    end
end

local Fit = loop "Fit" {
    times = 3 * 13,
    state = { loss = f32 { report = true } },
    on_batch = node(1, [[
        $loss = net_train_from($net, $adam, $train, loopc_shuffle_key($loopc->seed, (uint64_t)($iteration / 13)), $iteration % 13 * 8, 8, 0.01f);
    ]]),
    after_run = node(2, [[
        float w[2410], x[64];
        uint64_t hash = 1;
        int32_t label;
        if (!net_get_weights($net, w, 2410)) $fail("other sizes");
        for (int i = 0; i < 2410; i++) {
            uint32_t bits;
            memcpy(&bits, &w[i], sizeof bits);
            hash = (hash ^ bits) * 0x100000001b3u;
        }
        if (loopc_dataset_take($train, 5, 7, 1, x, &label) != 1) $fail("there is no row");
        printf("%08lx%08lx %.9g %d %g %.3Lf %lf\n", (unsigned long)(hash >> 32), (unsigned long)(hash & 0xffffffffu), (double)$loss, (int)label,
               (double)x[9], 0.5L, 0.25);
    ]]),
}

return trainer "rows" {
    code = ([[
        #ifdef LOOPC_DEVICE
        static const uint8_t images[] = {%s};
        static const int32_t digits[] = {%s};

        void loopc_device_read(const struct loopc_dataset *d, int64_t row, float *x)
        {
            for (int32_t k = 0; k < d->columns; k++)
                x[k] = (float)(images[(row * d->columns + k) / 2] >> k %% 2 * 4 & 15) / 16;
        }
        #endif
    ]]):format(table.concat(pairs_of_pixels, ", "), table.concat(labels, ", ")),
    state = {
        train = dataset { option = true, required = true, label = "last", scale = 16,
            device = ("(struct loopc_dataset){.labels = digits, .rows = %d, .columns = %d, .classes = 10}"):format(ROWS, PIXELS) },
        net = mlp { PIXELS, 32, 10, activation = "relu", loss = "cross_entropy", batch = 8 },
        adam = optimizer { "adam", net = "net" },
    },
    Fit,
}

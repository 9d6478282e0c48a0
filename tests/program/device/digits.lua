-- 64-32-10 by Adam: images with random pixels, 4 bits each, in flash (tests/program/test_device.sh).
local bytes, seed = {}, 1
local function random(n) seed = (seed * 1103515245 + 12345) & 0x7fffffff; return (seed >> 16) % n end
local labels = {}
for i = 1, 100 do
    local label = (i - 1) % 10
    labels[i] = label
    for p = 0, 63 do
        local on = (p * (label + 3) // 7) % 5 < 2
        bytes[#bytes + 1] = (on and 9 or 1) + random(6)
    end
end
local Fit = loop "Fit" {
    times = "EPOCHS * 12",
    state = { loss = f32 { report = true }, x = f32[8 * 64], y = i32[8] },
    on_sample = node(1, [[
        for (int i = 0; i < 8; i++) {
            const int row = (int)loopc_shuffled(7 + (uint64_t)$iteration / 12, 100, (uint64_t)($iteration % 12 * 8 + i));
            for (int k = 0; k < 64; k++) $x[i * 64 + k] = (float)images[row * 64 + k] / 16.0f;
            $y[i] = digits[row];
        }
    ]]),
    on_batch = node(2, [[ $loss = net_train($net, $adam, $x, $y, 8, 0.01f); ]]),
    after_run = node(3, [[
        if (!($loss < 0.5f)) $fail("it has not learned");
    ]]),
}
return trainer "digits" {
    code = ("enum { EPOCHS = 10 };\nstatic const uint8_t images[] = {%s};\nstatic const uint8_t digits[] = {%s};")
        :format(table.concat(bytes, ", "), table.concat(labels, ", ")),
    state = { net = mlp { 64, 32, 10, activation = "relu", loss = "cross_entropy", batch = 8 }, adam = optimizer { "adam", net = "net" } },
    Fit,
}

-- Nets with replicas, or the same nets alone: `many` is set in the line before; `narrow` leaves those that are wide. Each prints the
-- weights of a net as a hash, with the last loss: "case 2 seed 7 HASH LOSS". Replica m sees what the net alone sees with the seed m higher.
-- luacheck: read globals many narrow

local cases = {
    { 2, 4, 1, activation = "tanh", output = "tanh", loss = "squared_error", batch = 4, rule = { "sgd" }, replicas = 16 },
    { 16, 32, 32, 4, activation = "relu", batch = 20, rule = { "sgd" }, replicas = 20 },
    { 5, 18, 3, activation = "sigmoid", output = "sigmoid", batch = 7, rule = { "adam", weight_decay = 0.01 }, replicas = 5 },
    { 6, 9, 2, activation = "tanh", loss = "squared_error", output = "identity", batch = 33, replicas = 3,
        rule = { "sgd", momentum = 0.9, weight_decay = 0.1 } },
    { 3, 7, 4, activation = "relu", output = "softmax", loss = "squared_error", batch = 5, rule = { "adamw" }, replicas = 4 },
    { 4, 21, 3, activation = "tanh", batch = 16, rule = { "adam" }, replicas = 17, from = true },
    { 4, 3, 2, activation = "relu", output = "relu", loss = "squared_error", batch = 3, rule = { "sgd", momentum = 0.5 }, replicas = 2,
        init = "normal" },
    { 4, 5, 3, activation = "relu", batch = 8, rule = { "sgd" }, replicas = 3, from = true },
}

local code, state, steps, ends = { [[
/* Numbers from -2 to 2 that depend on all three. */
static float number(uint64_t seed, int64_t step, int64_t i)
{
    struct loopc_rng rng;
    loopc_rng_seed(&rng, seed * 1000003 + (uint64_t)step * 4099 + (uint64_t)i, "numbers");
    return 4.0f * loopc_rng_f32(&rng) - 2.0f;
}

static float rate(uint64_t seed) { return 0.004f * (float)(1 + seed % 5); }

static void tell(int number_of_case, uint64_t seed, const float *w, int32_t count, float loss)
{
    uint64_t digest = 0;
    for (int32_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &w[i], sizeof bits);
        digest = digest * 1099511628211u + bits;
    }
    printf("case %d seed %llu %016llx %a\n", number_of_case, (unsigned long long)seed, (unsigned long long)digest, (double)loss);
}
]] }, {}, {}, {}

local function fill(text, names) return (text:gsub("%f[%u]%u+%f[%U]", names)) end

local draws = [[
    for (int m = 0; m < COUNT; m++) {
        const uint64_t seed = $loopc->seed + (uint64_t)m;
        for (int i = 0; i < ROWS * IN; i++) $x[m * ROWS * IN + i] = number(seed, $iteration, i);
        for (int i = 0; i < ROWS * OUT; i++) $y[m * ROWS * OUT + i] = 0.5f + 0.25f * number(seed, $iteration, 1000 + i);
        for (int i = 0; i < ROWS; i++) $labels[m * ROWS + i] = (int32_t)(number(seed, $iteration, 2000 + i) + 2.9f) % OUT - (i % 7 == 3);
        $eta[m] = rate(seed);
        $key[m] = $iteration % 3 ? loopc_shuffle_key(seed, (uint64_t)$iteration) : 0;
    }
]]

local function is_narrow(case) return math.max(case.batch, table.unpack(case)) <= 8 end

for i, case in ipairs(cases) do if not narrow or is_narrow(case) then
    local rule, count, prefix = case.rule, many and case.replicas or 1, "net" .. i
    local values = case.loss == "squared_error" or case.output == "sigmoid"
    case.rule, case.replicas, rule.net = nil, many and count or nil, prefix
    local from = case.from
    case.from = nil
    state[prefix], state["opt" .. i] = mlp(case), optimizer(rule)
    local names = { COUNT = tostring(count), IN = tostring(case[1]), OUT = tostring(case[#case]), C = tostring(i) }
    local one = "1.0f * " .. (from and "netC_train_from($netC, $optC, $data, ETAKEY, $iteration % 5 * 10, ROWS, ETA)"
        or "netC_train($netC, $optC, $x, ANSWERS, ROWS, ETA)")
    if many then
        one = "for (int m = 0; m < COUNT; m++) $loss[C - 1][m] = 0.0f;\n    const float *const means = " .. one:sub(8)
            .. ";\n    for (int m = 0; m < COUNT; m++) $loss[C - 1][m] = means[m];"
    else
        one = "$loss[C - 1][0] = " .. one .. ";"
    end
    one = one:gsub("ETAKEY", many and "$key" or "$key[0]"):gsub("ANSWERS", values and "$y" or "$labels"):gsub("ETA", many and "$eta" or "$eta[0]")
        :gsub("%f[%w](%a+)C%f[%W]", "%1" .. i):gsub("%f[%w](net)C(_%w+)", "%1" .. i .. "%2"):gsub("%[C %- 1%]", "[" .. i - 1 .. "]")
    local function step(rows)
        local with = setmetatable({ ROWS = rows }, { __index = names })
        local mt = {}
        for k, v in pairs(names) do mt[k] = v end
        mt.ROWS = with.ROWS
        return fill("{\n" .. draws .. "    " .. one .. "\n}\n", mt)
    end
    steps[#steps + 1] = ("if ($iteration %% 4 != 3) %selse %s"):format(step(tostring(case.batch)), step(tostring((case.batch + 1) // 2)))
    ends[#ends + 1] = (([[
        for (int m = 0; m < COUNT; m++) {
            static float w[4096];
            netC_get_weights($netC, GIVEN w, netC_parameters($netC));
            tell(C, $loopc->seed + (uint64_t)m, w, netC_parameters($netC), $loss[C - 1][m]);
        }
    ]]):gsub("GIVEN", many and "m," or ""):gsub("COUNT", tostring(count)):gsub("netC", prefix):gsub("%f[%w]C%f[%W]", tostring(i)))
end end

local most = many and 20 or 1
state.data = dataset { option = true, required = true, columns = 4, label = "class", weight = "weight" }
local Fit = loop "Fit" {
    times = "$times",
    state = { times = i64 { 12, option = true }, x = f32[most * 400], y = f32[most * 100], labels = i32[most * 40], eta = f32[most],
        key = u64[most], loss = f32[#cases][most] },
    on_batch = node(1, table.concat(steps)),
    after_run = node(2, table.concat(ends)),
}
return trainer "replicas" { code = table.concat(code), state = state, Fit }

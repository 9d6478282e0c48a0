-- Part of loopc.train: what activations and gradients are like, to see layers that die, saturate or explode.
--
-- train.statistics "name" { net = "net", layers = n, at = node, rows = "$rows", every = 1, gradients = false } looks at the first n
-- layers with weights, each `every` times that the node runs: the mean and the deviation of what they put out for the rows of the last
-- forward or train, the share of it that is 0 (dead units of relu); with gradients = true the deviation of the derivatives by their
-- weights, which a backward has to have left there: after backward, or a train whose optimizer has clip_norm, clip_value or accumulate.
-- The fields mean_0, deviation_0, zeros_0 and gradient_0, mean_1 ... are reported in every iteration, as they were seen last: a loop
-- may be shorter than `every`.

return function(train)
    local statistics = {}
    local fill = train.fill

    local look = [[
        const struct loopc_spread out{i} = {net}_activations(${net}, {i}, {rows});
        $mean_{i} = out{i}.mean;
        $deviation_{i} = out{i}.deviation;
        $zeros_{i} = out{i}.zeros;
    ]]
    local look_back = "$gradient_{i} = {net}_gradients(${net}, {i}).deviation;\n"

    statistics.statistics = train.word(function(_, given)
        local a = train.arguments("train.statistics", given, { net = { "name" }, layers = { "count" }, at = { "node" },
            rows = { "value", "$rows" }, every = { "count", 1 }, gradients = { "flag", false }, order = { "number", 10 } }, 3)
        local lines, state = {}, { seen = i64 { doc = "times that the node ran" } }
        local function number(name, i, doc) state[name .. "_" .. i] = f32 { report = true, doc = doc .. i } end
        for i = 0, a.layers - 1 do
            number("mean", i, "mean of what comes out of layer ")
            number("deviation", i, "standard deviation of what comes out of layer ")
            number("zeros", i, "share of zeros in what comes out of layer ")
            if a.gradients then number("gradient", i, "deviation of the derivatives by the weights of layer ") end
            lines[#lines + 1] = fill(a.gradients and look .. look_back or look, { net = a.net, i = tostring(i), rows = tostring(a.rows) })
        end
        return { order = a.order, doc = "what activations and gradients are like", state = state,
            [a.at] = ("if ($seen++ %% %d == 0) {\n%s}"):format(a.every, table.concat(lines)) }
    end)

    return statistics
end

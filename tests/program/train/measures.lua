-- Measures of three untrained nets over two passes of five batches; every output is printed with its answer.
local train = require "loopc.train"

local ROWS = 16

local Fit = loop "Fit" { times = 2, on_epoch = node(1) }

local Valid = loop "Valid" {
    call_on = { Fit.on_epoch }, times = 5,
    state = { stream = rng {}, rows = i32(ROWS), x = f32[ROWS][4], labels = i32[ROWS], two = i32[ROWS], y = f32[ROWS][2] },
    before_run = node(0),
    on_batch = node(1, [[
        for (int32_t i = 0; i < $rows * 4; i++) (&$x[0][0])[i] = roundf(2.0f * (float)loopc_rng_normal($stream));
        for (int32_t i = 0; i < $rows; i++) {
            $labels[i] = (int32_t)loopc_rng_below($stream, 5) - 1;
            $two[i] = $x[i][0] + (float)loopc_rng_normal($stream) > 0.0f;
            for (int j = 0; j < 2; j++) $y[i][j] = 100.0f + $x[i][j + 1];
        }
        many_forward($many, &$x[0][0], $rows);
        pair_forward($pair, &$x[0][0], $rows);
        values_forward($values, &$x[0][0], $rows);
    ]]),
    after_batch = node(2, [[
        for (int32_t i = 0; i < $rows; i++) {
            printf("row %d %d", (int)$labels[i], (int)$two[i]);
            for (int j = 0; j < 2; j++) printf(" %a", (double)$y[i][j]);
            for (int j = 0; j < 4; j++) printf(" %a", (double)$many.out[4 * i + j]);
            printf(" %a", (double)$pair.out[i]);
            for (int j = 0; j < 2; j++) printf(" %a", (double)$values.out[2 * i + j]);
            printf("\n");
        }
    ]]),
    after_run = node(3),
    finally_run = node(4, [[ if ($Fit.iteration == 1)
        printf("measured %a %a %a %a %a %a %a %a %a\n", (double)$many_of.accuracy, (double)$many_of.f1, (double)$many_of.top,
               (double)$pair_of.accuracy, (double)$pair_of.f1, (double)$pair_of.auc, (double)$values_of.r2, (double)$values_of.rmse,
               (double)$values_of.mae);
    ]]),
}

local function places(more)
    more.begin, more.at, more.finish = "Valid.before_run", "Valid.after_batch", "Valid.after_run"
    return more
end

return trainer "measures" {
    state = {
        many = mlp { inputs = 4, batch = ROWS, dense { 8, "gelu" }, dense { 4 } },
        pair = mlp { 4, 1, output = "sigmoid", loss = "cross_entropy", batch = ROWS },
        values = mlp { 4, 2, output = "identity", loss = "squared_error", batch = ROWS },
    },
    Fit, Valid,
    train.classification "many_of" (places { net = "many", classes = 4, top = 2, print = true }),
    train.classification "pair_of" (places { net = "pair", classes = 2, outputs = 1, labels = "$two", auc = 100 }),
    train.regression "values_of" (places { net = "values", targets = 2, values = "$y" }),
}

-- Part of loopc.train: measures over all rows of a pass. They are fields, saved with the run and reported at the end of the pass.
--
-- train.classification "name" { net = "net", classes = n, begin = node, at = node, finish = node, labels = "$labels", rows = "$rows",
-- top = k, auc = most, print = false }: at `begin` all counts are set to 0; at `at` the outputs of the net for `rows` rows, by
-- NET_forward, are compared with the labels, of which -1 leaves its row out; at `finish` the results are there:
--     accuracy     the share of rows whose greatest output is that of their label (of one output: above one half is class 1)
--     f1           2 tp / (2 tp + fp + fn), 0 where that is 0 / 0: of two classes that of class 1, of more the mean of the classes'
--     top          with top = k, the share of rows whose label is among the k greatest outputs
--     auc          with auc = most, of two classes: the area under the receiver operating characteristic, which is the share of pairs
--                  of rows of both classes in which class 1 has the greater output, equal ones counted half; up to `most` rows
--     table        the confusion table, table[label][class]; with print = true its rows are printed
--
-- train.regression "name" { net = "net", targets = n, begin, at, finish, values = "$y", rows = "$rows" }: of n values a row
--     r2           1 - the sum of squared errors / that of squared deviations from the mean, the mean over the values; a value that
--                  never varies counts as 0 when there are errors, else as 1
--     rmse         the root of the mean squared error, and mae the mean absolute error, of all values

return function(train)
    local measures = {}
    local fill = train.fill

    local count_row = [[
        for (int32_t row = 0; row < (int32_t)({rows}); row++) {
            const float *const out = &${net}.out[row * {outputs}];
            const int32_t label = ({labels})[row];
            if (label < 0) continue;
            if (label >= {classes}) $fail("{name}: label %d of row %d is none of {classes} classes", (int)label, (int)row);
            int32_t class = 0;
            {choose}
            $table[label][class]++;
            $count++;
            $right += class == label;
            {top}
            {auc}
        }]]

    local choose_most = "for (int32_t i = 1; i < {classes}; i++) if (out[i] > out[class]) class = i;"

    local count_top = [[
            int32_t above = 0;
            for (int32_t i = 0; i < {classes}; i++) above += out[i] > out[label] || (out[i] == out[label] && i < label);
            $in_top += above < {k};]]

    local keep_score = [[
            if ($counts[label] == {most}) $fail("{name}: more than {most} rows of class %d: auc = N has room for N", (int)label);
            $scores[label][$counts[label]++] = out[{last}];]]

    local add_up = [[
        double f1 = 0.0;
        for (int32_t class = {first}; class < {classes}; class++) {
            int64_t mine = 0;
            for (int32_t i = 0; i < {classes}; i++) mine += $table[class][i] + $table[i][class];
            if (mine > 0) f1 += 2.0 * (double)$table[class][class] / (double)mine;
        }
        $f1 = (float)(f1 / {divisor});
        $accuracy = (float)((double)$right / (double)$count);
        {top}
        {auc}
        {print}]]

    -- Both classes are sorted (Shell, 1959); then each score of class 1 is above so many of class 0, and equal to so many.
    local rank = [[
        for (int side = 0; side < 2; side++) {
            float *const list = $scores[side];
            for (int32_t gap = $counts[side] / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11)
                for (int32_t i = gap; i < $counts[side]; i++) {
                    const float score = list[i];
                    int32_t j = i;
                    for (; j >= gap && list[j - gap] > score; j -= gap) list[j] = list[j - gap];
                    list[j] = score;
                }
        }
        double wins = 0.0;
        for (int32_t i = 0, below = 0, until = 0; i < $counts[1]; i++) {
            while (below < $counts[0] && $scores[0][below] < $scores[1][i]) below++;
            if (until < below) until = below;
            while (until < $counts[0] && $scores[0][until] == $scores[1][i]) until++;
            wins += (double)below + 0.5 * (double)(until - below);
        }
        $auc = (float)(wins / ((double)$counts[0] * (double)$counts[1]));]]

    local print_table = [[
        for (int32_t label = 0; label < {classes}; label++)
            for (int32_t class = 0; class < {classes}; class++)
                printf("%lld%c", (long long)$table[label][class], class + 1 < {classes} ? ' ' : '\n');]]

    measures.classification = train.word(function(name, given)
        local a = train.arguments("train.classification", given, { net = { "name" }, classes = { "count" }, outputs = { "count", false },
            begin = { "node" }, at = { "node" }, finish = { "node" }, labels = { "c", "$labels" }, rows = { "value", "$rows" },
            top = { "count", false }, auc = { "count", false }, print = { "flag", false }, order = { "number", 10 } }, 3)
        local outputs = a.outputs or a.classes
        if a.classes < 2 then error("train.classification: classes is 1, and there are at least two", 3) end
        if outputs ~= a.classes and not (outputs == 1 and a.classes == 2) then
            error("train.classification: outputs is the number of classes, or 1 of two classes", 3)
        end
        if a.auc and a.classes ~= 2 then error(("train.classification: auc is of two classes, and there are %d"):format(a.classes), 3) end
        if a.top and (a.top >= a.classes or outputs == 1) then
            error(("train.classification: top is %d of %d classes: all are among them"):format(a.top, a.classes), 3)
        end
        local values = { name = name, net = a.net, classes = tostring(a.classes), outputs = tostring(outputs), labels = a.labels,
            rows = tostring(a.rows), k = tostring(a.top), most = tostring(a.auc), last = tostring(outputs - 1) }
        local two = a.classes == 2
        values.first, values.divisor = two and "1" or "0", two and "1.0" or train.double(a.classes)
        local batch = { choose = outputs == 1 and "class = out[0] > 0.5f;" or choose_most, top = a.top and count_top or "",
            auc = a.auc and keep_score or "" }
        local final = { top = a.top and "$top = (float)((double)$in_top / (double)$count);" or "", auc = a.auc and rank or "",
            print = a.print and print_table or "" }
        for _, list in ipairs { batch, final } do
            for key, text in pairs(list) do list[key] = fill(text, values) end
            for key, value in pairs(values) do list[key] = value end
        end
        local nothing = "$count = $right = 0; memset($table, 0, sizeof $table);" .. (a.top and " $in_top = 0;" or "")
            .. (a.auc and " memset($counts, 0, sizeof $counts);" or "")
        return { order = a.order, doc = "measures of a pass over classes",
            state = {
                count = i64 { doc = "rows so far" }, right = i64 { doc = "right answers so far" },
                table = i64[a.classes][a.classes] { doc = "rows of each label, by the class that was found" },
                accuracy = f32 { report = true, doc = "share of right answers" }, f1 = f32 { report = true, doc = "F1" },
                in_top = a.top and i64 { doc = "rows whose label is near the top" } or nil,
                top = a.top and f32 { report = true, doc = ("share of labels among the first %d"):format(a.top) } or nil,
                scores = a.auc and f32[2][a.auc] { doc = "outputs of the rows of each class" } or nil,
                counts = a.auc and i32[2] { doc = "how many they are" } or nil,
                auc = a.auc and f32 { report = true, doc = "area under the ROC curve" } or nil,
            },
            [a.begin] = nothing, [a.at] = fill(count_row, batch), [a.finish] = fill(add_up, final) }
    end)

    -- Deviations by Welford's recurrence, which loses no digits to a large mean.
    local count_values = [[
        for (int32_t row = 0; row < (int32_t)({rows}); row++) {
            $count++;
            for (int32_t i = 0; i < {targets}; i++) {
                const double y = (double)((const float *)({values}))[row * {targets} + i];
                const double error = (double)${net}.out[row * {targets} + i] - y, off = y - $mean[i];
                $mean[i] += off / (double)$count;
                $spread[i] += off * (y - $mean[i]);
                $squares[i] += error * error;
                $absolute += fabs(error);
            }
        }]]

    local add_values = [[
        double sum = 0.0, r2 = 0.0;
        for (int32_t i = 0; i < {targets}; i++) {
            sum += $squares[i];
            r2 += $spread[i] > 0.0 ? 1.0 - $squares[i] / $spread[i] : $squares[i] > 0.0 ? 0.0 : 1.0;
        }
        $r2 = (float)(r2 / {divisor});
        $rmse = (float)sqrt(sum / ((double)$count * {divisor}));
        $mae = (float)($absolute / ((double)$count * {divisor}));]]

    measures.regression = train.word(function(_, given)
        local a = train.arguments("train.regression", given, { net = { "name" }, targets = { "count", 1 }, begin = { "node" },
            at = { "node" }, finish = { "node" }, values = { "c", "$y" }, rows = { "value", "$rows" }, order = { "number", 10 } }, 3)
        local values = { net = a.net, targets = tostring(a.targets), values = a.values, rows = tostring(a.rows),
            divisor = train.double(a.targets) }
        return { order = a.order, doc = "measures of a pass over values",
            state = {
                count = i64 { doc = "rows so far" }, absolute = f64 { doc = "sum of the absolute errors" },
                mean = f64[a.targets] { doc = "means of the values so far" },
                spread = f64[a.targets] { doc = "sums of their squared deviations" },
                squares = f64[a.targets] { doc = "sums of the squared errors" },
                r2 = f32 { report = true, doc = "coefficient of determination" },
                rmse = f32 { report = true, doc = "root mean squared error" }, mae = f32 { report = true, doc = "mean absolute error" },
            },
            [a.begin] = "$count = 0; $absolute = 0.0; memset($mean, 0, sizeof $mean); memset($spread, 0, sizeof $spread); "
                .. "memset($squares, 0, sizeof $squares);",
            [a.at] = fill(count_values, values), [a.finish] = fill(add_values, values) }
    end)

    return measures
end

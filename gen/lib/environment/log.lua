-- Part of loopc.environment: logs of the batches.

local common = require "loopc.environment.common"

local parts = {}

-- When the log is full the better half stays.
local forget = [[
                memcpy($sorted, $scores, sizeof $scores);
                const float least = loopc_quantile($sorted, $count, 0.5f);
                int32_t left = 0;
                for (int32_t k = 0; k < $count && left < {memory} / 2; k++) {
                    if ($scores[k] < least) continue;
                    memmove($items[left], $items[k], sizeof $items[0]);
                    $scores[left] = $scores[k];
                    $origins[left] = $origins[k];
                    $first[left++] = $first[k];
                }
                $count = left;
                loopc_reindex($index, $index_size, $items, sizeof $items[0], $count);
]]

local keep = [[
        int32_t made = 0, different = 0;
        loopc_keep_first($samples, sizeof $samples[0], $rows, $slots, $slot_count, $keep);
        for (int32_t i = 0; i < $rows; i++) {
            different += $keep[i];
            const int32_t at = loopc_find($index, $index_size, $items, sizeof $items[0], $samples[i]);
            if (at >= 0) {
                made += $first[at] == $Batch.iteration; /* a twin in this batch is as new */
                continue;
            }
            if ($count == {memory}) {
                {forget}
            }
            memcpy($items[$count], $samples[i], sizeof $items[0]);
            $scores[$count] = $Batch.rewards[i];
            $origins[$count] = $sources[i] ? $sources[i] : "";
            $first[$count] = $Batch.iteration;
            loopc_index($index, $index_size, $items, sizeof $items[0], $count);
            if ($Batch.rewards[i] > $scores[$best] || $count == 0) $best = $count;
            $count++;
            made++;
        }
        $new = $rows > 0 ? (float)made / (float)$rows : 0;
        $diversity = $rows > 0 ? (float)different / (float)$rows : 0;
        $bs = $rows;
        $rewards = loopc_statistics_of($Batch.rewards, $rows).mean;
        $rewards_final = loopc_statistics_of($Batch.rewards_final, $rows).mean;
        $best_reward = $count > 0 ? $scores[$best] : NAN;
        if ($report > 0 && ($Batch.iteration + 1) % $report == 0)
            loopc_print_row($loopc, "Batch", $Batch.iteration + 1 == $report);
]]

-- The entry of $best moves when others are removed: it is searched again.
local again = [[
                for (int32_t k = $best = 0; k < $count; k++)
                    if ($scores[k] > $scores[$best]) $best = k;
]]

-- C that writes the table of samples as CSV: letters for tokens, numbers with blanks between them for vectors.
local function write(design)
    local item = design.tokens and ([=[
            const int32_t *const item = $items[i];
            for (int32_t k = 0; k < $width && item[k] >= 0; k++)
                fputc("{tokens}"[item[k]], file);
    ]=]):gsub("{tokens}", (design.tokens:gsub('[\\"]', "\\%0"))) or [[
            for (int32_t k = 0; k < $width; k++)
                fprintf(file, "%s%.9g", k ? " " : "", (double)$items[i][k]);
    ]]
    return [[
        if (!$table[0]) return LOOPC_OK;
        FILE *file = fopen($table, "w");
        if (!file) $fail("--table: cannot write %s", $table);
        fputs("sample,score,source,batch\n", file);
        for (int32_t i = 0; i < $count; i++) {
            ]] .. item .. [[
            fprintf(file, ",%.9g,%s,%lld\n", (double)$scores[i], $origins[i], (long long)$first[i]);
        }
        const bool lost = ferror(file) != 0;
        if (fclose(file) || lost) $fail("--table: cannot write %s", $table);
    ]]
end

-- The log: the metrics new (share of samples that no batch before had), diversity (share of different ones), bs, rewards,
-- rewards_final (means) and best_reward, reported in each batch; a line of all that is reported every `report` batches
-- (option --report, 0: none); the table of all different samples with score, source and first batch, written as CSV at the
-- end (--table FILE). It remembers log_memory samples (environment.new); when there are more, the worse half is forgotten.
function parts.log(design, p)
    common.check("log", p, { report = "count" })
    local memory = design.log_memory
    local values = { memory = memory, forget = common.fill(forget, { memory = memory }) .. again }
    return callback(p.name or "log") {
        order = p.order or 100,
        doc = p.doc or "metrics, and the table of samples",
        state = common.with({
            report = i64 { p.report or 0, option = true, min = 0, doc = "batches from one line of the log to the next; 0: none" },
            table = str { "", option = true, doc = "file for the table of samples" },
            new = f32 { report = true, doc = "share of samples that no batch before had" },
            diversity = f32 { report = true, doc = "share of different samples" },
            bs = i32 { report = true, doc = "samples of the batch" },
            rewards = f32 { report = true, doc = "mean reward" },
            rewards_final = f32 { report = true, doc = "mean reward with modifications" },
            best_reward = f32 { report = true, doc = "the largest reward so far" },
            best = i32 { doc = "the number of the sample that had it first" },
            scores = f32[memory] { doc = "the reward of each sample" },
            origins = str[memory] { doc = "where each was from" },
            first = i64[memory] { doc = "the batch that had it first" },
            sorted = f32[memory],
        }, common.memory(design, memory, "items", "count", "index", "index_size")),
        setup = "$count = $best = 0; memset($index, 0, sizeof $index);",
        after_batch = common.fill(keep, values),
        after_train = write(design),
    }
end

local kinds = { min = "all.min", max = "all.max", mean = "all.mean" }

-- C for a statistic, and its part of a name: a percentile is a number.
local function statistic(what)
    if kinds[what] then return kinds[what], what end
    if type(what) ~= "number" or what < 0 or what > 100 then
        error('statistics: of = { "min", "mean", "max", 90 }, where a number is a percentile', 0)
    end
    return ("loopc_quantile($values, count, %.9gf)"):format(what / 100 + 0.0), ("p%g"):format(what):gsub("%.", "_")
end

-- C for all statistics of one source, or of all samples (false), whose fields it adds to the state.
local function of_source(p, label, value, source, state)
    local lines = { common.fill([[
        {
            int32_t count = 0;
            for (int32_t i = 0; i < $rows; i++)
                if ({wanted}) $values[count++] = (float)({value});
            const struct loopc_statistics all = loopc_statistics_of($values, count);
            (void)all;
    ]], { value = value, wanted = source and ('$sources[i] && !strcmp($sources[i], "%s")'):format(source) or "true" }) }
    for _, what in ipairs(p.of or { "min", "mean", "max" }) do
        local call, word = statistic(what)
        local name = label .. "_" .. word .. (source and "_" .. source or "")
        state[name] = f32 { report = true }
        lines[#lines + 1] = ("$%s = %s;"):format(name, call)
    end
    lines[#lines + 1] = "}"
    return table.concat(lines, "\n")
end

-- Statistics of a field of the batch, a number a sample: `field` = "rewards" (or "contacts.scores"), or any C expression of
-- sample i, `value` = "$policy.log_p[i][0]", with a name; `of` = { "min", "mean", "max", 90 } (numbers are percentiles), for
-- all samples and for each of `sources`. Reported in each batch, under names as rewards_mean, rewards_p90 and
-- rewards_max_random_batch.
function parts.statistics(design, p)
    common.check("statistics", p, { field = "text", value = "text", of = "list", sources = "list" })
    if (p.field == nil) == (p.value == nil) or (p.value and not p.name) then
        error('statistics takes field = "rewards", or name = "first" and value = "$samples[i][0]"', 0)
    end
    local label = p.field and p.field:match("[%w_]+$") or p.name
    local value = p.value or ("$%s[i]"):format(p.field)
    local state, out = { values = f32[design.room] }, {}
    for _, source in ipairs { false, table.unpack(p.sources or {}) } do
        out[#out + 1] = of_source(p, label, value, source, state)
    end
    return callback(p.name or label .. "_statistics") {
        order = p.order or 20,
        doc = p.doc or "statistics of " .. (p.field or p.name),
        state = state,
        after_batch = table.concat(out, "\n"),
    }
end

return parts

-- Part of loopc.environment: what is kept and shown of the batches.

local common = require "loopc.environment.common"

local parts = {}

-- When there is no more room the better half stays.
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
            if (loopc_find($index, $index_size, $items, sizeof $items[0], $samples[i]) >= 0) continue;
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
        const float share = $rows > 0 ? 1 / (float)$rows : 0;
        $new = (float)made * share;
        $diversity = (float)different * share;
        $bs = $rows;
        $rewards = loopc_statistics_of($Batch.rewards, $rows).mean;
        $rewards_final = loopc_statistics_of($Batch.rewards_final, $rows).mean;
        $best_reward = $count > 0 ? $scores[$best] : NAN;
        if ($report > 0 && ($Batch.iteration + 1) % $report == 0)
            loopc_print_row($loopc, "Batch", $Batch.iteration + 1 == $report);
]]

-- What $best names moves when others are forgotten: it is found again.
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
    local memory = design.log_memory
    local values = { memory = memory, forget = common.fill(forget, { memory = memory }) .. again }
    return callback(p.name or "log") {
        order = p.order or 100,
        doc = "metrics, and the table of samples",
        state = common.with({
            report = i64 { p.report or 0, option = true, doc = "batches from one line of the log to the next; 0: none" },
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

local kinds = { min = true, max = true, mean = true }

-- Statistics of a field of the batch, one value a sample: `field` = "rewards" (or "reward.scores"), `of` = { "min", "mean",
-- "max", 90 } (numbers are percentiles), for all samples and for each of `sources`. Reported in each batch, under names as
-- rewards_mean, rewards_p90 and rewards_max_random_batch.
function parts.statistics(design, p)
    local label = p.field:match("[%w_]+$")
    local state, out = { values = f32[design.room] }, {}
    for _, source in ipairs { false, table.unpack(p.sources or {}) } do
        out[#out + 1] = common.fill([[
            {
                const int32_t count = loopc_values_of(${field}, $sources, $rows, {source}, $values);
                const struct loopc_statistics all = loopc_statistics_of($values, count);
                (void)all;
        ]], { field = p.field, source = source and '"' .. source .. '"' or "NULL" })
        for _, what in ipairs(p.of or { "min", "mean", "max" }) do
            if not kinds[what] and type(what) ~= "number" then error('of = { "min", "mean", "max", 90 }', 2) end
            local name = label .. "_" .. (kinds[what] and what or ("p%g"):format(what):gsub("%.", "_")) .. (source and "_" .. source or "")
            state[name] = f32 { report = true }
            out[#out + 1] = ("$%s = %s;"):format(name, kinds[what] and "all." .. what
                or ("loopc_quantile($values, count, %.9gf)"):format(what / 100 + 0.0))
        end
        out[#out + 1] = "}"
    end
    return callback(p.name or label .. "_statistics") {
        order = p.order or 20,
        doc = "statistics of " .. p.field,
        state = state,
        after_batch = table.concat(out, "\n"),
    }
end

return parts

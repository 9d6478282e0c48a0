-- Invariants of every design with any parameters: a callback that fails when one is violated.
--
-- settings: design, takers (samplers: name, share, size, exact), buffer ("plain", "weighted", "none"), p_total, duplicates,
-- timeout, bonus, modelled, logged, vector, as drawn by any.lua.

local invariants = {}

-- Samples of all time, to know better than the callbacks.
invariants.code = [[
    enum { PAST = 4096 };

    /* The number of a sample among `count`, or -1, by looking at all of them. */
    static int32_t look_for(const void *items, int32_t count, size_t size, const void *item)
    {
        for (int32_t i = 0; i < count; i++)
            if (!memcmp((const char *)items + (size_t)i * size, item, size)) return i;
        return -1;
    }
]]

-- A sample by itself: tokens that exist, -1 behind the last, rules kept; all of them where the length is fixed.
local function well_formed(design)
    if design.vector then return "for (int32_t k = 0; k < $width; k++) if (!isfinite(item[k])) $fail(\"no number\");" end
    return ([[
        for (int32_t k = 0; k < $width; k++) {
            if (item[k] < -1 || item[k] >= $vocabulary) $fail("token %d", item[k]);
            if (k > 0 && item[k - 1] < 0 && item[k] >= 0) $fail("a token behind the end");
            if (FIXED && item[k] < 0) $fail("sample %d is too short", i);
            if (RULED && k > 0 && item[k] == 0 && item[k - 1] == 0) $fail("sample %d breaks the rule", i);
        }
    ]]):gsub("%u%u+", { FIXED = tostring(design.fixed or false), RULED = tostring(design.allowed ~= nil) })
end

-- How many samples each sampler put into the batch, and how many came from the buffer.
local function shares(settings)
    local lines = { "int32_t from_buffer = 0, most = $bs < 0 ? 0 : $bs, taken = 0;", "(void)taken;" }
    for _, taker in ipairs(settings.takers) do
        lines[#lines + 1] = ([[
            {
                int32_t straight = 0, wanted = loopc_share_of(most, %.6ff);
                for (int32_t i = 0; i < $rows; i++) {
                    straight += !strcmp($sources[i], "%s_batch");
                    from_buffer += !strcmp($sources[i], "%s_buffer");
                }
                if (straight > wanted || (%s && straight < wanted)) $fail("%s: %%d samples instead of %%d", straight, wanted);
                taken += straight;
            }
        ]]):format(taker.share + 0.0, taker.name, taker.name, tostring(taker.exact), taker.name)
    end
    if settings.buffer == "none" then
        lines[#lines + 1] = 'if (from_buffer) $fail("samples of a buffer that is not there");'
        return table.concat(lines)
    end
    local rest = settings.p_total or 1
    for _, taker in ipairs(settings.p_total and {} or settings.takers) do rest = rest - taker.share end
    lines[#lines + 1] = ([[
        int32_t wanted = $bs < 0 ? $held : loopc_share_of($bs, %.6ff);
        wanted = wanted < $held ? wanted : $held;
        wanted = wanted < $room ? wanted : $room;
        if (labs(from_buffer - wanted) > %d) $fail("%%d from the buffer instead of %%d", from_buffer, wanted);
        if ($buffered != $held - from_buffer) $fail("the buffer had %%d, gave %%d, has %%d", $held, from_buffer, $buffered);
    ]]):format(math.max(rest, 0.0), 1)
    return table.concat(lines)
end

local function no_duplicates(items, rows)
    return ([[
        for (int32_t i = 0; i < ROWS; i++)
            if (look_for(ITEMS, i, sizeof ITEMS[0], ITEMS[i]) >= 0) $fail("item %d of ITEMS is there twice", i);
    ]]):gsub("ROWS", (rows:gsub("%%", "%%%%"))):gsub("ITEMS", items)
end

-- Items of the last batches do not come again; the check itself remembers them.
local function timeout(settings)
    return settings.timeout and ([[
        for (int32_t i = 0; i < $rows; i++) {
            const int32_t at = look_for($past, $past_count, sizeof $past[0], $samples[i]);
            if (at >= 0 && $Batch.iteration - $past_in[at] <= %d) $fail("sample %%d is blocked", i);
        }
    ]]):format(settings.timeout) or ""
end

local function at_the_end(settings)
    return (settings.logged and [[
        if ($log.count != $past_count) $fail("the log has %d samples, there were %d", $log.count, $past_count);
        if ($rows > 0 && $log.new != (float)made / (float)$rows) $fail("new is %g", (double)$log.new);
        if ($log.bs != $rows) $fail("bs is %d", $log.bs);
    ]] or "") .. (settings.modelled and [[
        if (!isfinite($loss)) $fail("the loss is %g", (double)$loss);
    ]] or "")
end

function invariants.callback(settings)
    local design = settings.design
    local unique = settings.buffer ~= "none" and not settings.duplicates
    return callback "check" {
        order = 2000,
        state = {
            die = i64 { -1, option = true, doc = "the batch in whose middle the run is killed" },
            built = bool { doc = "whether the buffer was built in this batch" },
            kept = i32 { doc = "what was in the buffer when the last batch ended" },
            held = i32 { doc = "what this batch may take from" },
            past = design.scalar[4096][design.width], past_in = i64[4096], past_count = i32(0),
            checked = i64(0), chance = rng(), told = u64 { doc = "a digest of all samples" },
        },
        batch = { tag = samples { u64, design.room }, tags = samples { u64[2], design.room } },
        build_buffer = "$built = true;",
        after_build_buffer = unique and no_duplicates("$buffer", "$buffered") or nil,
        before_batch = [[
            const bool due = $kept < $bs || $bs == -1 || $Batch.iteration == 0
                || ($buffer_frequency > 0 && $Batch.iteration % $buffer_frequency == 0);
            if ($built != due) $fail("the buffer was%s built", $built ? "" : " not");
            if (!$built && $buffered != $kept) $fail("the buffer changed between batches");
            if ($rows != 0 || $loss != 0 || $tag[0] != 0) $fail("the batch is not new");
            $built = false;
            $held = $buffered;
        ]],
        before_filter_batch = [[
            for (int32_t i = 0; i < $rows; i++)
                $tag[i] = $tags[i][1] = loopc_hash($samples[i], sizeof $samples[0]);
        ]] .. shares(settings),
        filter_batch = [[
            const int32_t seen = $rows, most = (int32_t)loopc_rng_below($chance, 4);
            for (int32_t i = 0; i < seen; i++)
                $keep[i] = most > 0 && loopc_rng_below($chance, (uint64_t)most + 1) > 0;
        ]] .. design:filter_samples(),
        after_sample = ([[
            for (int32_t i = 0; i < $room; i++) {
                const bool there = i < $rows;
                const uint64_t tag = there ? loopc_hash($samples[i], sizeof $samples[0]) : 0;
                if ($tag[i] != tag || $tags[i][1] != tag || $tags[i][0] != 0) $fail("sample %d is torn apart", i);
                if (!$sources[i] == there || $rewards[i] != 0) $fail("sample %d has no source, or a reward", i);
                if (!there) continue;
                const ELEMENT *const item = $samples[i];
                FORM
            }
        ]]):gsub("%u%u+", { ELEMENT = design.element, FORM = well_formed(design) }) .. timeout(settings)
            .. (unique and no_duplicates("$samples", "$rows") or ""),
        before_compute_reward = "if ($Batch.iteration == $die) raise(9);",
        after_reward_modification = ([[
            for (int32_t i = 0; i < $rows; i++) {
                const float wanted = 2 + (float)$samples[i][0], more = $rewards_final[i] - $rewards[i];
                if (fabsf($rewards[i] - wanted) > 1e-5f) $fail("reward %%g instead of %%g", (double)$rewards[i], (double)wanted);
                const bool new = look_for($past, $past_count, sizeof $past[0], $samples[i]) < 0;
                if (fabsf(more - (new ? %.6ff : 0)) > 1e-5f) $fail("a bonus of %%g for a sample that is%%s new", (double)more,
                    new ? "" : " not");
            }
        ]]):format(settings.bonus or 0.0),
        after_get_model_outputs = settings.modelled and not settings.vector and [[
            for (int32_t i = 0; i < $rows; i++)
                for (int32_t k = 0; k < $width; k++)
                    if (!($policy.log_p[i][k] <= 0)) $fail("log p is %g", (double)$policy.log_p[i][k]);
        ]] or nil,
        after_batch = [[
            int32_t made = 0;
            for (int32_t i = 0; i < $rows; i++) {
                int32_t at = look_for($past, $past_count, sizeof $past[0], $samples[i]);
                if (at < 0) {
                    at = $past_count++;
                    made++;
                    memcpy($past[at], $samples[i], sizeof $past[0]);
                }
                $past_in[at] = $Batch.iteration;
                $told = $told * 31 + $tag[i];
            }
            (void)made;
            if ($rows > 0 && $statistics.rewards_min > $statistics.rewards_max) $fail("the least is more than the most");
            if ($rows == 0 && !isnan($statistics.rewards_mean)) $fail("the mean of nothing");
            $kept = $buffered;
            $checked++;
        ]] .. at_the_end(settings),
        after_train = [[ printf("%d batches, %d samples, %llx\n", (int)$checked, $past_count, (unsigned long long)$told); ]],
    }
end

return invariants

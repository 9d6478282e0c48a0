-- Part of loopc.environment: rewards, which add up in $rewards, and modifications, which change $rewards_final alone, so
-- that the values of the log stay clean.

local common = require "loopc.environment.common"

local parts = {}

-- C for the scores of `count` items out of that for one.
local function each(element, score)
    return common.fill([[
            for (int32_t k = 0; k < count; k++) {
                {element} *const item = items[k];
                float score = 0;
                {score}
                out[k] = score;
            }
    ]], { element = element, score = score })
end

local lookup = [[
        const int32_t at = loopc_find($index, $index_size, $known, sizeof $known[0], $samples[i]);
        if (at >= 0) {
            $scores[i] = $known_scores[at];
            continue;
        }
        const int32_t twin = loopc_find($slots, $slot_count, $samples, sizeof $samples[0], $samples[i]);
        $twins[i] = twin;
        if (twin >= 0) continue;
        loopc_index($slots, $slot_count, $samples, sizeof $samples[0], i);
]]

-- Equal samples of a batch are computed once.
local clear_twins = [[
    memset($slots, 0, sizeof $slots);
    for (int32_t i = 0; i < $rows; i++)
        $twins[i] = -1;
]]

local copy_twins = [=[
    for (int32_t i = 0; i < $rows; i++)
        if ($twins[i] >= 0) $scores[i] = $scores[$twins[i]];
]=]

-- A full cache begins anew.
local remember = [[
            if (loopc_find($index, $index_size, $known, sizeof $known[0], items[k]) >= 0) continue;
            if ($known_count == {cache}) {
                $known_count = 0;
                memset($index, 0, sizeof $index);
            }
            memcpy($known[$known_count], items[k], sizeof items[k]);
            $known_scores[$known_count] = out[k];
            loopc_index($index, $index_size, $known, sizeof $known[0], $known_count++);
]]

local body = [=[
    int32_t missing = 0;
    {clear_twins}
    for (int32_t i = 0; i < $rows; i++) {
        {lookup}
        $pending[missing++] = i;
    }
    for (int32_t first = 0; first < missing; first += {chunk}) {
        const int32_t count = missing - first < {chunk} ? missing - first : {chunk};
        {element} (*const items)[{width}] = $work;
        float *const out = $work_scores;
        for (int32_t k = 0; k < count; k++)
            memcpy(items[k], $samples[$pending[first + k]], sizeof items[k]);
        {
            {score}
        }
        for (int32_t k = 0; k < count; k++) {
            $scores[$pending[first + k]] = out[k];
            {remember}
        }
    }
    {copy_twins}
    $evaluated += missing;
    for (int32_t i = 0; i < $rows; i++)
        $rewards[i] += $weight * $scores[i];
]=]

-- A reward: `score` is C that sets `score` for an `item`, or `scores` for `count` `items` into out[0], out[1], ... It is
-- called for at most `chunk` at a time, and not for samples in the cache, which holds `cache` of them (0: no cache). Its
-- scores are added to $rewards, times `weight`; by themselves they are in $NAME.scores.
function parts.reward(design, p)
    common.check("reward", p, { score = "text", scores = "text", weight = "number", cache = "count", chunk = "count",
        state = "list", setup = "text" })
    if not (p.score or p.scores) then error("reward takes C that scores an item: score = [[ score = item[0]; ]]", 0) end
    local cache, chunk = p.cache or 0, p.chunk or design.room
    local state = {
        weight = f32 { p.weight or 1, settable = true, doc = "the weight of its scores in the rewards" },
        evaluated = i64 { doc = "samples that it has computed" },
        work = design.scalar[chunk][design.width],
        work_scores = f32[chunk],
        pending = i32[design.room],
    }
    if cache > 0 then
        common.with(state, common.memory(design, cache, "known", "known_count", "index", "index_size"))
        state.known_scores = f32[cache]
        state.twins = i32[design.room] { doc = "the sample of the batch, before it, that each is the same as; -1: none" }
    end
    common.add_fields("reward", state, p.state)
    return callback(p.name or "reward") {
        order = p.order or 10,
        doc = p.doc or "a reward",
        state = state,
        batch = { scores = samples { f32, design.room, doc = "its scores" } },
        setup = p.setup,
        compute_reward = common.fill(body, {
            lookup = cache > 0 and lookup or "", clear_twins = cache > 0 and clear_twins or "",
            copy_twins = cache > 0 and copy_twins or "", remember = cache > 0 and common.fill(remember, { cache = cache }) or "",
            chunk = chunk, element = design.element, width = design.width,
            score = p.scores or each(design.element, p.score),
        }),
    }
end

-- A bonus for samples that no batch before had. It remembers `memory` samples; when there are more it begins anew.
function parts.novelty(design, p)
    common.check("novelty", p, { bonus = "number", memory = "count" })
    local memory = p.memory or 65536
    return callback(p.name or "novelty") {
        order = p.order or 10,
        doc = p.doc or "a bonus for samples that are new",
        state = common.with({ bonus = f32 { p.bonus or 0.05, settable = true, doc = "the reward of a new sample" } },
            common.memory(design, memory, "seen", "count", "index", "index_size")),
        setup = "$count = 0; memset($index, 0, sizeof $index);",
        reward_modification = common.fill([[
            for (int32_t i = 0; i < $rows; i++) {
                if (loopc_find($index, $index_size, $seen, sizeof $seen[0], $samples[i]) < 0) $rewards_final[i] += $bonus;
            }
            for (int32_t i = 0; i < $rows; i++) {
                if (loopc_find($index, $index_size, $seen, sizeof $seen[0], $samples[i]) >= 0) continue;
                if ($count == {memory}) {
                    $count = 0;
                    memset($index, 0, sizeof $index);
                }
                memcpy($seen[$count], $samples[i], sizeof $seen[0]);
                loopc_index($index, $index_size, $seen, sizeof $seen[0], $count++);
            }
        ]], { memory = memory }),
    }
end

-- Contrast: each sample is measured against those of its own source: the mean reward of these, times `share`, is taken
-- from its rewards_final.
function parts.contrast(design, p)
    common.check("contrast", p, { share = "number" })
    return callback(p.name or "contrast") {
        order = p.order or 10,
        doc = p.doc or "measures each sample against the others of its source",
        state = {
            share = f32 { p.share or 1, settable = true, doc = "how much of the mean is taken away" },
            means = f32[design.room],
            values = f32[design.room],
        },
        reward_modification = [[
            for (int32_t i = 0; i < $rows; i++) {
                const int32_t count = loopc_values_of($rewards, $sources, $rows, $sources[i], $values);
                $means[i] = loopc_statistics_of($values, count).mean;
            }
            for (int32_t i = 0; i < $rows; i++)
                if ($sources[i]) $rewards_final[i] -= $share * $means[i];
        ]],
    }
end

return parts

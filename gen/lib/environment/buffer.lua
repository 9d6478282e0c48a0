-- Part of loopc.environment: buffers, and filters of samples. All have the order 0 when they come first, because samplers
-- (10) fill the rows that a buffer leaves free.

local common = require "loopc.environment.common"

local parts = {}

-- Filters for bodies: C that keeps the samples of the batch, or the items of the buffer, with $keep[i], of which `length`
-- entries were filled (default: as many as there are).
function parts.filter_samples(_, length) return common.filter("NULL", "$rows", length) end

function parts.filter_items(_, length) return common.filter('"buffer"', "$buffered", length) end

-- C that moves the first n items of $order from the buffer to the batch.
local take =
    [=[
        for (int32_t i = 0; i < n; i++, $rows++) {
            memcpy($samples[$rows], $buffer[$order[i]], sizeof $samples[0]);
            $sources[$rows] = $buffer_sources[$order[i]];
        }
        for (int32_t i = 0; i < $buffered; i++)
            $keep[i] = true;
        for (int32_t i = 0; i < n; i++)
            $keep[$order[i]] = false;
    ]=] .. parts.filter_items()

-- C for n: how many items the batch takes from the buffer.
local count = [[
        const float share = $p_total >= 0 ? $p_total : fmaxf(1 - $shared, 0);
        int32_t n = $bs < 0 ? $buffered : loopc_share_of($bs, share);
        n = n < $buffered ? n : $buffered;
        if ($bs < 0 && n > $room - $rows)
            $fail("--bs -1 takes all %d items of the buffer, a batch has room for %d: room = %d in environment.new", (int)n,
                  (int)($room - $rows), (int)(n + $rows));
        n = n < $room - $rows ? n : $room - $rows;
]]

-- The parameters of every buffer.
local buffers = { p_total = "share", duplicates = "switch" }

local function share_field(p)
    return f32 { p.p_total or -1, doc = "its share of a batch; -1: the rest that samplers leave" }
end

-- C that drops samples that the set already has, later ones first.
local function unique(items, rows, filter)
    return common.fill([[
        loopc_keep_first({items}, sizeof {items}[0], {rows}, $slots, $slot_count, $keep);
    ]], { items = items, rows = rows }) .. filter
end

local unique_items = unique("$buffer", "$buffered", parts.filter_items())
local unique_samples = unique("$samples", "$rows", parts.filter_samples())

-- A buffer: each batch takes p_total of bs items, drawn without replacement and removed. Later duplicates are dropped
-- from the buffer and from the batch, unless duplicates = true.
function parts.buffer(design, p)
    common.check("buffer", p, buffers)
    return common.takes(design, callback(p.name or "buffer") {
        order = p.order or 0,
        doc = p.doc or "takes a share of the batch from the buffer",
        state = { p_total = share_field(p), random = rng { doc = "of its draws" } },
        filter_buffer = not p.duplicates and unique_items or nil,
        sample_batch = count .. [[
        loopc_draw_some($random, $buffered, n, $order);
        ]] .. take,
        filter_batch = not p.duplicates and unique_samples or nil,
    }, p.name or "buffer", p.p_total)
end

-- C that gives a weight to the items of the buffer without one.
local weigh = [[
        for (int32_t i = 0; i < $buffered; i++) {
            if ($has_weight[i]) continue;
            const {element} *const item = $buffer[i];
            float weight = 0;
            {weight}
            if (!(weight >= 0 && weight < INFINITY)) $fail("item %d of the buffer has the weight %g", (int)i, (double)weight);
            $weights[i] = weight;
            $has_weight[i] = true;
        }
]]

-- A weighted buffer: `weight` is C that sets `weight`, 0 or more, of an `item`. A share `top` of the items that a batch takes are
-- those of the largest weights, the others are drawn by weight, without replacement. Weights that are missing are
-- computed before the batch, all of them anew in every refresh-th batch (0: never).
function parts.weighted_buffer(design, p)
    common.check("weighted_buffer", p, common.with({ weight = "text", top = "share", refresh = "count" }, buffers))
    if not p.weight then error("weighted_buffer takes C that weighs an item: weight = [[ weight = item[0]; ]]", 0) end
    return common.takes(design, callback(p.name or "buffer") {
        order = p.order or 0,
        doc = p.doc or "takes a share of the batch from the buffer, by weight",
        state = {
            p_total = share_field(p),
            top = f32 { p.top or 0, doc = "the share taken from the top" },
            refresh = i32 { p.refresh or 0, doc = "all weights are computed anew every so many batches; 0: never" },
            random = rng { doc = "of its draws" },
            weights = samples { f32, design.buffer_room, set = "buffer", doc = "the weight of each item" },
            has_weight = samples { bool, design.buffer_room, set = "buffer" },
        },
        filter_buffer = not p.duplicates and unique_items or nil,
        before_batch = [[
        if ($refresh > 0 && $Batch.iteration > 0 && $Batch.iteration % $refresh == 0)
            memset($has_weight, 0, sizeof $has_weight);
        ]] .. common.fill(weigh, { weight = p.weight, element = design.element }),
        sample_batch = count .. [[
        const int32_t first = loopc_share_of(n, $top);
        loopc_take_top($weights, $buffered, first, $order);
        if (first == 0)
            loopc_draw_weighted($random, $weights, $buffered, 0, n, $order);
        else
            loopc_draw_weighted($random, $weights, $buffered, first, n - first, $order);
        ]] .. take,
        filter_batch = not p.duplicates and unique_samples or nil,
    }, p.name or "buffer", p.p_total)
end

-- C that drops items used in the last $batches batches.
local function drop_blocked(items, rows, filter)
    return common.fill([[
        for (int32_t i = 0; i < {rows}; i++) {
            const int32_t at = loopc_find($index, $index_size, $used, sizeof $used[0], {items}[i]);
            $keep[i] = at < 0 || $Batch.iteration - $used_in[at] > $batches;
        }
    ]], { items = items, rows = rows }) .. filter
end

-- A timeout: a sample that was used in a batch is dropped from the next `batches` batches, and from the buffer in that time.
-- It remembers `memory` samples, and forgets all of them that are free again when there are more.
function parts.timeout(design, p)
    common.check("timeout", p, { batches = "count", memory = "count" })
    local memory = p.memory or 16384
    return callback(p.name or "timeout") {
        order = p.order or 5,
        doc = p.doc or "blocks a sample for some batches after its use",
        state = common.with({
            batches = i64 { p.batches or 1, doc = "how many batches a sample is blocked" },
            used_in = i64[memory] { doc = "the batch in which each was used last" },
        }, common.memory(design, memory, "used", "count", "index", "index_size")),
        setup = "$count = 0; memset($index, 0, sizeof $index);",
        filter_buffer = drop_blocked("$buffer", "$buffered", parts.filter_items()),
        filter_batch = drop_blocked("$samples", "$rows", parts.filter_samples()),
        after_sample = common.fill([[
            for (int32_t i = 0; i < $rows; i++) {
                int32_t at = loopc_find($index, $index_size, $used, sizeof $used[0], $samples[i]);
                if (at < 0 && $count == {memory}) {
                    int32_t left = 0;
                    for (int32_t k = 0; k < $count; k++) {
                        if ($Batch.iteration - $used_in[k] >= $batches) continue;
                        memmove($used[left], $used[k], sizeof $used[0]);
                        $used_in[left++] = $used_in[k];
                    }
                    $count = left;
                    loopc_reindex($index, $index_size, $used, sizeof $used[0], $count);
                    if ($count == {memory}) $fail("more than {memory} samples are blocked: memory = ... takes more");
                }
                if (at < 0) {
                    at = $count++;
                    memcpy($used[at], $samples[i], sizeof $used[0]);
                    loopc_index($index, $index_size, $used, sizeof $used[0], at);
                }
                $used_in[at] = $Batch.iteration;
            }
        ]], { memory = memory }),
    }
end

return parts

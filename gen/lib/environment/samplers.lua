-- Part of loopc.environment: samplers. Each puts buffer_size items into the buffer when that is built, as source
-- NAME_buffer, and p_batch of bs samples straight into each batch, as source NAME_batch.

local common = require "loopc.environment.common"
local heads = require "loopc.environment.heads"

local parts = {}

-- C that calls `make` for n items at `to` and counts those that it made.
local function put(p, make, count, items, sources, rows, room, kind)
    return common.fill([[
        int32_t n = {count};
        n = n < {room} - {rows} ? n : {room} - {rows};
        if (n <= 0) return{ok};
        {element}(*const to)[{width}] = {items} + {rows};
        {make}
        for (int32_t i = 0; i < n; i++)
            {sources}[{rows} + i] = "{name}_{kind}";
        {rows} += n;
    ]], common.with({ make = make, count = count, items = items, sources = sources, rows = rows, room = room, kind = kind }, p))
end

-- The parameters of every sampler.
local shares = { buffer_size = "count", p_batch = "share" }

-- Latent data: $NAME.latent[i] of the batch, which `make` writes as latent[i]. Items for the buffer have none that is kept.
local function latent_parts(design, p)
    if not p.latent then return {}, nil, "", "" end
    local state = { unkept = f32[design.buffer_room][p.latent] { doc = "latent data of items for the buffer" } }
    local batch = { latent = samples { f32[p.latent], design.room, doc = "where in its latent space each sample is from" } }
    local pointer = ("float (*const latent)[%d] = "):format(p.latent)
    return state, batch, pointer .. "$unkept;", pointer .. "$latent + $rows;"
end

local function sampler(design, p)
    local state, batch, unkept, latent = latent_parts(design, p)
    local body = { name = p.name, element = design.element .. " ", width = design.width,
        ok = p.make:find("$fail", 1, true) and " LOOPC_OK" or "" }
    local made = callback(p.name) {
        order = p.order or 10,
        doc = p.doc or "a sampler",
        state = common.add_fields(p.name, common.with(state, {
            buffer_size = i32 { p.buffer_size or 0, doc = "items for the buffer, each time it is built" },
            p_batch = f32 { p.p_batch or 0, doc = "its share of a batch" },
            random = rng { doc = "of its samples" },
        }), p.state),
        batch = batch,
        setup = [[
            $shared += $p_batch;
            if ($shared > 1.0001f) $fail("the samplers' shares of a batch make %g, more than 1", (double)$shared);
        ]],
        build_buffer = put(body, unkept .. p.make, "$buffer_size", "$buffer", "$buffer_sources", "$buffered", "$buffer_room",
            "buffer"),
        sample_batch = put(body, latent .. p.make, "loopc_share_of($bs < 0 ? 0 : $bs, $p_batch)", "$samples", "$sources", "$rows",
            "$room", "batch"),
    }
    return common.takes(design, made, p.name, p.p_batch)
end

-- A sampler: `make` is C that writes up to n items to to[0], to[1], ... and sets n to how many it made. Whoever writes
-- their own gives it `state` for what it needs; `random` is a stream of random numbers. Items of tokens are filled with
-- -1 behind their last one. latent = 2: two floats of latent data a sample, latent[0], latent[1], ...
function parts.sampler(design, p)
    common.check("sampler", p, common.with({ make = "text", state = "list", latent = "count" }, shares))
    if not (p.name and p.make) then error('sampler takes a name and C that makes items: name = "mine", make = [[ ... ]]', 0) end
    return sampler(design, p)
end

-- Items whose tokens are drawn one by one, each of those that are allowed there with equal probability; of every length
-- from 1 with equal probability unless all have the same. Vectors: every number uniform in -1 .. 1.
function parts.random(design, p)
    common.check("random", p, shares)
    local choose = design.allowed and ("bool open[{tokens}];" .. common.mask(design, "to[i]", "k", "open") .. [[
                int32_t choices = 0;
                for (int32_t token = 0; token < $vocabulary; token++)
                    choices += open[token];
                int32_t left = (int32_t)loopc_rng_below($random, (uint64_t)(choices > 0 ? choices : $vocabulary));
                for (int32_t token = 0; token < $vocabulary; token++)
                    if ((choices == 0 || open[token]) && left-- == 0) to[i][k] = token;
    ]]):gsub("{tokens}", design.tokens and #design.tokens or 0)
        or "to[i][k] = (int32_t)loopc_rng_below($random, (uint64_t)$vocabulary);"
    local tokens = common.fill([[
        for (int32_t i = 0; i < n; i++) {
            const int32_t count = {count};
            for (int32_t k = 0; k < $width; k++)
                to[i][k] = -1;
            for (int32_t k = 0; k < count; k++) {
                {choose}
            }
        }
    ]], { choose = choose, count = design.fixed and "$length" or "1 + (int32_t)loopc_rng_below($random, (uint64_t)$length)" })
    local vectors = [[
        for (int32_t i = 0; i < n; i++)
            for (int32_t k = 0; k < $width; k++)
                to[i][k] = 2 * loopc_rng_f32($random) - 1;
    ]]
    return sampler(design, common.with({ name = "random", doc = "samples at random", make = design.vector and vectors or tokens },
        p))
end

-- Rows of a data set field of the trainer, data = "known" (known = dataset { option = true, label = false }), each epoch in
-- another order. A row of tokens is one of their numbers, from 0, with -1 behind the last.
function parts.from_data(design, p)
    common.check("from_data", p, common.with({ data = "text" }, shares))
    if not p.data then error('from_data takes the name of a data set field of the trainer: data = "known"', 0) end
    local take = design.vector and "to[i][k] = k < columns ? row[k] : 0;" or [[
        to[i][k] = k < columns ? (int32_t)row[k] : -1;
        if (k < columns && ((float)to[i][k] != row[k] || to[i][k] < -1 || to[i][k] >= $vocabulary))
            $fail("'[data]' has the token %g: tokens are -1 to %d", (double)row[k], $vocabulary - 1);
    ]]
    local make = ([[
        const int32_t columns = $[data].columns;
        if ($[data].rows == 0) $fail("the data set '[data]' has no rows");
        if (columns > $width) $fail("rows of '[data]' have %d columns, samples %d", columns, $width);
        for (int32_t i = 0; i < n; i++, $taken++) {
            const int64_t epoch = $taken / $[data].rows, place = $taken % $[data].rows;
            const uint64_t key = loopc_shuffle_key($loopc->seed, (uint64_t)epoch);
            const int64_t at = loopc_dataset_row($[data], (int64_t)loopc_shuffled(key, (uint64_t)$[data].rows, (uint64_t)place));
            const float *const row = $[data].x + at * columns;
            for (int32_t k = 0; k < $width; k++) {
                TAKE
            }
        }
    ]]):gsub("TAKE", function() return take end):gsub("%[data%]", p.data)
    return sampler(design, common.with(common.with({ name = "data", doc = "samples from a data set" }, p),
        { make = make, state = { taken = i64 { doc = "rows taken so far" } } }))
end

-- Samples of a policy (design:policy), drawn with `temperature`, which is an option of the program with option = true.
-- unique = true draws again, `tries` times, what it has drawn already in this call, and then goes without.
function parts.from_model(design, p)
    common.check("from_model", p, common.with({ policy = "text", temperature = "number", unique = "switch", tries = "count",
        option = "switch" }, shares))
    local head, policy = heads.of(design), p.policy or "policy"
    local draw = common.fill(common.fill([[
        const float temperature = $temperature;
        for (int32_t i = made; i < n; i++)
            for (int32_t k = 0; k < $width; k++)
                to[i][k] = -1;
        for (int32_t k = 0; k < $length; k++) {
            for (int32_t i = made; i < n; i++) {
                {encode}
            }
            {draw}
        }
    ]], { encode = head.encode(design, "to[i]", "k", "(i - made)"), draw = head.draw(design) }), { policy = policy })
    local once = "const int32_t made = 0;" .. draw
    local again = [[
        int32_t made = 0;
        for (int32_t try = 0; try < $tries && made < n; try++) {
            ]] .. draw .. [[
            loopc_keep_first(to, sizeof to[0], n, $slots, $slot_count, $keep);
            made = 0;
            for (int32_t i = 0; i < n; i++)
                if ($keep[i]) memmove(to[made++], to[i], sizeof to[0]);
        }
        memset(to + made, 0, (size_t)(n - made) * sizeof to[0]);
        n = made;
    ]]
    return sampler(design, common.with(common.with({ name = "model", doc = "samples of the model" }, p), {
        make = p.unique and again or once,
        state = { temperature = f32 { p.temperature or 1, option = p.option, settable = true, doc = "of the draws: above 1 more even" },
            tries = i32 { p.tries or 10, doc = "how often what is not new is drawn again" } },
    }))
end

-- Samples from the log (design:log) whose score is not below the percentile (0 to 100) of all scores there, from batch
-- `start` on, drawn without replacement.
function parts.from_log(design, p)
    common.check("from_log", p, common.with({ log = "text", percentile = "number", start = "count" }, shares))
    local make = common.fill([=[
        int32_t count = 0;
        if ($Batch.iteration >= $start && ${log}.count > 0) {
            memcpy($sorted, ${log}.scores, (size_t)${log}.count * sizeof $sorted[0]);
            const float least = loopc_quantile($sorted, ${log}.count, $percentile / 100);
            for (int32_t i = 0; i < ${log}.count; i++)
                if (${log}.scores[i] >= least) $good[count++] = i;
        }
        n = n < count ? n : count;
        for (int32_t i = 0; i < n; i++) {
            const int32_t from = i + (int32_t)loopc_rng_below($random, (uint64_t)(count - i));
            memcpy(to[i], ${log}.items[$good[from]], sizeof to[0]);
            $good[from] = $good[i];
        }
    ]=], { log = p.log or "log" })
    local room = design.log_memory
    return sampler(design, common.with(common.with({ name = "best", doc = "good samples of the past" }, p), { make = make, state = {
        percentile = f32 { p.percentile or 95, doc = "of past scores, which a sample must reach" },
        start = i64 { p.start or 1, doc = "the first batch with samples from the log" },
        sorted = f32[room] { doc = "for the work" },
        good = i32[room] { doc = "for the work" },
    } }))
end

return parts

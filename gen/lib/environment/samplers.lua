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

-- Latent data: $NAME.latent[i] of the batch, which `make` writes as latent[i]. Latents of items for the buffer are not kept.
local function latent_parts(design, p)
    if not p.latent then return {}, nil, "", "" end
    local state = { unkept = f32[design.buffer_room][p.latent] { doc = "latent data of items for the buffer" } }
    local batch = { latent = samples { f32[p.latent], design.room, doc = "where in its latent space each sample is from" } }
    local pointer = ("float (*const latent)[%d] = "):format(p.latent)
    return state, batch, pointer .. "$unkept;", pointer .. "$latent + $rows;"
end

local function sampler(design, p)
    local state, batch, unkept, latent = latent_parts(design, p)
    batch = p.batch and common.with(batch or {}, p.batch) or batch
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
    common.with(made, p.hears)
    return common.takes(design, made, p.name, p.p_batch)
end

-- A sampler: `make` is C that writes up to n items to to[0], to[1], ... and sets n to how many it made. Whoever writes
-- their own declares its fields in `state`; `random` is a stream of random numbers. Items of tokens are filled with
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
-- unique = true redraws, `tries` times, an item that it has drawn in this call already, and then leaves it out.
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

-- Another sample, made of one: a token is another one, or a number moves a little.
local function change_of(design)
    if design.vector then return "other[loopc_rng_below($random, (uint64_t)$width)] += 0.1f * (float)loopc_rng_normal($random);" end
    return [[
        int32_t count = 0;
        while (count < $width && other[count] >= 0)
            count++;
        if (count > 0) {
            int32_t *const token = &other[loopc_rng_below($random, (uint64_t)count)];
            *token = (*token + 1 + (int32_t)loopc_rng_below($random, (uint64_t)($vocabulary - 1))) % $vocabulary;
        }
    ]]
end

local pair_up = [[
    const int32_t wanted = n / 2;
    n = wanted;
    {
        {make}
    }
    n = n < wanted ? n : wanted;
    for (int32_t i = n - 1; i >= 0; i--) {
        if (i > 0) memcpy(to[2 * i], to[i], sizeof to[0]);
        memcpy(to[2 * i + 1], to[2 * i], sizeof to[0]);
        {element} *const other = to[2 * i + 1];
        {change}
        $pair[$rows + 2 * i] = $pair[$rows + 2 * i + 1] = ++$pairs;
    }
    n *= 2;
]]

-- Contrastive pairs: each sample that `make` (C, as for `sampler`) puts into a batch is followed by another one, which `change`
-- makes of it: C that changes `other`, at first a copy (default: one token is another, a number moves a little). The
-- rewards_final of each of the two is its advantage over the other, times `share`: from their common part, nothing is
-- learnt. A sample whose partner was filtered keeps its own.
function parts.pairs(design, p)
    common.check("pairs", p, { make = "text", change = "text", share = "number", state = "list", p_batch = "share" })
    if not p.make then error("pairs takes C that makes the first of each pair: make = [[ ... ]]", 0) end
    local make = common.fill(pair_up, { make = p.make, change = p.change or change_of(design), element = design.element })
    return sampler(design, common.with(common.with({ name = "pairs", doc = "pairs of samples that differ a little" }, p), {
        make = make,
        state = common.add_fields("pairs", {
            share = f32 { p.share or 1, settable = true, doc = "how much of the partner's reward is taken away" },
            pairs = i64 { doc = "pairs made so far" },
        }, p.state),
        batch = { pair = samples { i64, design.room, doc = "the number of its pair; 0: none" } },
        hears = { build_buffer = "", reward_modification = [[
            for (int32_t i = 0; i + 1 < $rows; i++) {
                if ($pair[i] == 0 || $pair[i] != $pair[i + 1]) continue;
                $rewards_final[i] -= $share * $rewards[i + 1];
                $rewards_final[i + 1] -= $share * $rewards[i];
            }
        ]] },
    }))
end

local from_latents = [[
    for (int32_t i = 0; i < n; i++) {
        const int32_t which = (int32_t)loopc_rng_below($random, {count});
        float *const z = latent[i];
        for (int32_t k = 0; k < {size}; k++)
            z[k] = $means[which][k] + $spread * (float)loopc_rng_normal($random);
        {element} *const item = to[i];
        {blank}
        {
            {decode}
        }
        {note}
    }
]]

-- For each point, over its samples: the mean of (R - mean R) / deviation of R times the derivative of log N(z; point, spread) by the
-- point, (z - point) / spread^2.
local learn_latents = [=[
    for (int32_t j = 0; j < {count}; j++) {
        float sum = 0, squares = 0, gradient[{size}] = {0};
        int32_t own = 0;
        for (int32_t i = 0; i < $rows; i++) {
            if ($which[i] != j + 1) continue;
            own++;
            sum += $rewards_final[i];
            squares += $rewards_final[i] * $rewards_final[i];
        }
        if (own < 2) continue;
        const float mean = sum / (float)own, deviation = sqrtf(fmaxf(squares / (float)own - mean * mean, 0)) + 1e-6f;
        for (int32_t i = 0; i < $rows; i++)
            for (int32_t k = 0; k < {size} && $which[i] == j + 1; k++)
                gradient[k] += ($rewards_final[i] - mean) / deviation * ($latent[i][k] - $means[j][k]) / ($spread * $spread);
        for (int32_t k = 0; k < {size}; k++)
            $means[j][k] += $eta * gradient[k] / (float)own;
    }
]=]

-- Trainable latents: `count` points in a space of `size` numbers. A sample is made, by the C `decode`, which sets `item`, of a
-- point z[0], z[1], ... that is drawn around one of them (a normal distribution with deviation `spread`); the points then move,
-- with learning rate `eta`, to where rewards_final is higher: by the policy gradient, so that decode may be any C. $NAME.means
-- are the points, $NAME.latent[i] is the z of a sample of the batch.
function parts.latents(design, p)
    common.check("latents", p, { count = "count", size = "count", decode = "text", eta = "number", spread = "number", state = "list",
        p_batch = "share", buffer_size = "count" })
    if not (p.decode and p.size and p.size > 0) then error('latents takes a size, and C that makes an item of z: size = 2, decode = [[ ... ]]', 0) end
    local values = { count = math.max(1, p.count or 1), size = p.size, decode = p.decode, element = design.element,
        blank = design.vector and "memset(item, 0, sizeof to[0]);" or "for (int32_t k = 0; k < $width; k++) item[k] = -1;",
        note = "if (latent == $latent + $rows) $which[$rows + i] = which + 1;" }
    return sampler(design, common.with(common.with({ name = "latents", doc = "samples of points that learn" }, p), {
        make = common.fill(from_latents, values), latent = p.size,
        state = common.add_fields("latents", {
            means = f32[values.count][p.size] { doc = "the points" },
            spread = f32 { p.spread or 0.1, settable = true, doc = "how far around a point samples are drawn" },
            eta = f32 { p.eta or 0.01, settable = true, doc = "learning rate of the points" },
        }, p.state),
        batch = { which = samples { i32, design.room, doc = "which point each sample is of, from 1; 0: of none" } },
        hears = { step = common.fill(learn_latents, values), before_train = common.fill([[
            for (int32_t j = 0; j < {count}; j++)
                for (int32_t k = 0; k < {size}; k++)
                    $means[j][k] = 2 * loopc_rng_f32($random) - 1;
        ]], values) },
    }))
end

return parts

-- Part of loopc.environment: the model, a multilayer perceptron that chooses one token, or number, after another.
--
-- Its inputs are the position and the tokens before it; and gives each token, and the end unless all samples have the same
-- length, a probability: p(sample) = product over k of p(token k | tokens before k). For vectors the inputs are the numbers
-- before, and gives the next one a normal distribution.

local common = require "loopc.environment.common"
local heads = require "loopc.environment.heads"

local parts = {}

local function count_weights(layers)
    local count = 0
    for i = 2, #layers do count = count + layers[i] * (layers[i - 1] + 1) end
    return count
end

-- A pass of the model over the samples: its inputs, one row per token, then its outputs for all of them at once.
local outputs = [[
    for (int32_t i = 0; i < $rows; i++)
        for (int32_t k = 0; k < $width; k++) {
            const int32_t r = i * $width + k;
            {drawn}
            {encode}
        }
    {look}
    {begin}
]]

-- A slow copy of the model: an exponential average of its weights, taken every so many batches.
local function slow_part(name, net, p)
    common.check("slow", p, { every = "count", share = "share" })
    local weights = count_weights(net.layers)
    return {
        slow = mlp(common.with({ table.unpack(net.layers) }, net.keys)),
        slow_weights = f32[weights] { doc = "the slow copy's weights" },
        slow_every = i64 { p.every or 1, doc = "batches from one update of the slow copy to the next" },
        slow_share = f32 { p.share or 0.05, doc = "how far an update moves it towards the model" },
    }, common.fill([[
        {name}_net_get_weights($net, $slow_weights, {weights});
        {name}_slow_set_weights($slow, $slow_weights, {weights});
    ]], { name = name, weights = weights }), common.fill([[
        if (($Batch.iteration + 1) % $slow_every == 0) {
            {name}_net_blend($net, $slow_weights, {weights}, $slow_share);
            {name}_slow_set_weights($slow, $slow_weights, {weights});
        }
    ]], { name = name, weights = weights })
end

-- The shape of the net: its layers, rows per batch, inputs per row.
local function shape_of(design, p, head)
    local context = p.context or design.width - 1
    local shape = { context = context, inputs = head.inputs(design, context), actions = head.outputs(design),
        rows = math.max(design.room * design.width, design.buffer_room) }
    shape.layers = { shape.inputs, table.unpack(p.hidden or { 64 }) }
    table.insert(shape.layers, shape.actions)
    shape.keys = common.with({ activation = p.activation or "tanh", batch = shape.rows }, head.keys)
    return shape
end

local function fields_of(design, p, head, shape)
    return common.with({
        net = mlp(common.with({ table.unpack(shape.layers) }, shape.keys)),
        rule = optimizer(common.with({ "adam", net = "net" }, p.optimizer)),
        eta = f32 { p.eta or 0.003, option = true, settable = true, doc = "learning rate" },
        clip = f32 { p.clip or 0, settable = true, doc = "the most that the gradient's norm may be; 0: anything" },
        fresh = rng { doc = "of the first weights of later runs" },
        used = bool { doc = "whether it has learned already" },
        norm = f32 { report = true, doc = "of the gradient" },
        context = i32 { shape.context, const = true },
        inputs = i32 { shape.inputs, const = true },
        actions = i32 { shape.actions, const = true },
        x = f32[shape.rows * shape.inputs] { doc = "inputs of the net, one row per token" },
        live = bool[shape.rows] { doc = "which rows have a token" },
        weights = f32[shape.rows] { doc = "for the work of losses: the weight of each row" },
    }, head.fields(design, shape.rows, shape.actions))
end

-- The bodies, with the texts that look at the samples and that are to follow the setup.
local function bodies_of(design, head, look, setup, fill)
    return {
        setup = fill [[
            if ($used) {
                {name}_net_init($net, $fresh);
                memset($rule, 0, sizeof *$rule);
            }
            $used = true;
        ]] .. setup,
        get_model_outputs = fill(common.fill(outputs, {
            drawn = head.drawn(design), encode = head.encode(design, "$samples[i]", "k", "r"), look = look, begin = head.begin,
        })),
        -- The same event twice: first the gradients are cleared, then, behind everybody else, the gradient is taken.
        zero_grad = fill "{name}_net_zero_grad($net);",
        on_zero_grad = { order = 1000, fill(head.backward) },
        before_step = fill [[
            $norm = {name}_net_grad_norm($net);
            if ($clip > 0 && $norm > $clip) {name}_net_scale_grad($net, $clip / $norm);
        ]],
        step = fill "if ($rows > 0) {name}_rule_step($rule, $net, $eta);",
    }
end

local known = { hidden = "list", context = "count", activation = "text", eta = "number", optimizer = "list", clip = "number",
    slow = "list" }

-- The model. hidden = { 64 }: its hidden layers; context: how many tokens back it sees (default: all); activation; eta: the
-- learning rate; optimizer = { "adam", ... }; clip: the most that the norm of the gradient may be (0: anything);
-- slow = { every = 10, share = 0.1 }: keeps a slow copy, for the policy gradient.
-- Bodies see $NAME.log_p[i][k], the log-probabilities of the samples' tokens, 0 behind their end.
function parts.policy(design, p)
    common.check("policy", p, known)
    local name, head = p.name or "policy", heads.of(design)
    local shape = shape_of(design, p, head)
    local state = fields_of(design, p, head, shape)
    design.policies[name] = count_weights(shape.layers)
    local batch = { log_p = samples { f32[design.width], design.room, doc = "log-probabilities of the tokens" } }
    local values = { name = name, policy = name, count = "$rows * $width" }
    local function fill(text) return common.fill(text, values) end
    local look, setup, update = common.fill(head.look(design, "net"), { to = "$log_p[0]" }), "", nil
    if p.slow then
        local slow
        slow, setup, update = slow_part(name, shape, p.slow)
        common.with(state, slow)
        batch.slow_log_p = samples { f32[design.width], design.room, doc = "the same of the slow copy" }
        look = common.fill(head.look(design, "slow"), { to = "$slow_log_p[0]" }) .. look
    end
    return callback(name)(common.with(bodies_of(design, head, look, setup, fill), {
        order = p.order or 2,
        doc = p.doc or "the model: chooses tokens, learns from rewards",
        state = state,
        batch = batch,
        after_batch = update,
    }))
end

-- Rollback to the best weights: the mean of the rewards, averaged over batches (`decay`), is watched; the weights with which it
-- was highest are kept. When it is lower than that by more than `drop` for `patience` batches in a row, the policy gets these
-- weights again, and its optimizer begins anew. The weights that are kept are those that made the batch: from before its step.
function parts.rollback(design, p)
    common.check("rollback", p, { policy = "text", drop = "number", patience = "count", decay = "share" })
    local policy = p.policy or "policy"
    local weights = design.policies[policy]
    if not weights then error(("rollback: there is no design:policy named '%s' before it"):format(policy), 0) end
    local values = { policy = policy, weights = weights }
    return callback(p.name or "rollback") {
        order = p.order or 30,
        doc = p.doc or "returns to the best weights when rewards fall",
        state = {
            best = f32 { report = true, doc = "the highest average reward" },
            average = f32 { report = true, doc = "the average reward" },
            rollbacks = i64 { report = true, doc = "how often it has gone back" },
            weights = f32[weights] { doc = "the best weights" },
            drop = f32 { p.drop or 0, settable = true, doc = "how far below the best the average may be" },
            patience = i64 { p.patience or 10, settable = true, doc = "for how many batches it may be lower" },
            decay = f32 { p.decay or 0.1, doc = "how far the average moves in a batch" },
            lower = i64 { doc = "batches in a row in which it was lower" },
            begun = bool { doc = "whether there is a best" },
        },
        setup = "$begun = false; $lower = $rollbacks = 0;",
        before_step = common.fill([[
            if ($rows == 0) return;
            const float mean = loopc_statistics_of($rewards, $rows).mean;
            $average += $begun ? $decay * (mean - $average) : mean - $average;
            $lower = $begun && $average < $best - $drop ? $lower + 1 : 0;
            if ($begun && !($average > $best)) return;
            $best = $average;
            $begun = true;
            {policy}_net_get_weights(${policy}.net, $weights, {weights});
        ]], values),
        after_batch = common.fill([[
            if ($lower == 0 || $lower < $patience) return;
            {policy}_net_set_weights(${policy}.net, $weights, {weights});
            memset(${policy}.rule, 0, sizeof *${policy}.rule);
            $average = $best;
            $lower = 0;
            $rollbacks++;
        ]], values),
    }
end

return parts

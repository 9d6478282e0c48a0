-- Part of loopc.environment: the model, a multilayer perceptron that chooses one token after another.
--
-- It is told the position and the tokens before it, and gives each token, and the end unless all samples have the same
-- length, a probability: p(sample) = product over k of p(token k | tokens before k).

local common = require "loopc.environment.common"

local parts = {}

local function count_weights(layers)
    local count = 0
    for i = 2, #layers do count = count + layers[i] * (layers[i - 1] + 1) end
    return count
end

local outputs = [[
    for (int32_t i = 0; i < $rows; i++)
        for (int32_t k = 0; k < $width; k++) {
            const int32_t r = i * $width + k, token = $samples[i][k];
            const bool ended = k >= $length || (k > 0 && $samples[i][k - 1] < 0);
            $drawn[r] = ended ? -1 : token >= 0 ? token : {last};
            {encode}
        }
    {name}_net_forward($net, $x, $rows * $width);
    {mask}
    {name}_net_log_p($net, $drawn, $log_p[0], $rows * $width);
    {name}_net_zero_delta($net, $rows * $width);
]]

-- A slow copy of the model: an exponential average of its weights, taken every so many batches.
local function slow_part(name, net, p)
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

-- The model. hidden = { 64 }: its hidden layers; context: how many tokens back it sees (default: all); activation; eta: the
-- learning rate; optimizer = { "adam", ... }; clip: the most that the norm of the gradient may be (0: anything);
-- slow = { every = 10, share = 0.1 }: keeps a slow copy, for the policy gradient.
-- Bodies see $NAME.log_p[i][k], the log-probabilities of the samples' tokens, 0 behind their end.
function parts.policy(design, p)
    local name, width = p.name or "policy", design.width
    local context = p.context or width - 1
    local inputs, actions = width + context * #design.tokens, #design.tokens + (design.fixed and 0 or 1)
    local layers = { inputs, table.unpack(p.hidden or { 64 }) }
    layers[#layers + 1] = actions
    local rows = math.max(design.room * width, design.buffer_room)
    local net = { layers = layers, keys = { activation = p.activation or "tanh", batch = rows } }
    local state = {
        net = mlp(common.with({ table.unpack(layers) }, net.keys)),
        rule = optimizer(common.with({ "adam", net = "net" }, p.optimizer)),
        eta = f32 { p.eta or 0.003, option = true, settable = true, doc = "learning rate" },
        clip = f32 { p.clip or 0, settable = true, doc = "the most that the gradient's norm may be; 0: anything" },
        fresh = rng { doc = "of the first weights of later runs" },
        used = bool { doc = "whether it has learned already" },
        norm = f32 { report = true, doc = "of the gradient" },
        context = i32 { context, const = true }, inputs = i32 { inputs, const = true }, actions = i32 { actions, const = true },
        x = f32[rows * inputs] { doc = "what the net is told, a row a token" },
        drawn = i32[rows] { doc = "the token of each row, or -1" },
        weights = f32[rows] { doc = "for the work of losses: what each row counts" },
    }
    if design.allowed then state.allowed = bool[rows * actions] { doc = "which tokens may come, a row a token" } end
    local batch = { log_p = samples { f32[width], design.room, doc = "log-probabilities of the tokens" } }
    local values = { name = name, last = design.fixed and "-1" or "$vocabulary", encode = common.encode(design, "$samples[i]", "k", "r", name),
        mask = design.allowed and common.fill("{name}_net_mask($net, $allowed, $rows * $width);", { name = name }) or "" }
    local slow, setup, update = {}, "", nil
    local look = common.fill(outputs, values)
    if p.slow then
        slow, setup, update = slow_part(name, net, p.slow)
        batch.slow_log_p = samples { f32[width], design.room, doc = "the same of the slow copy" }
        values.mask = design.allowed and common.fill("{name}_slow_mask($slow, $allowed, $rows * $width);", values) or ""
        look = look .. common.fill([[
            {name}_slow_forward($slow, $x, $rows * $width);
            {mask}
            {name}_slow_log_p($slow, $drawn, $slow_log_p[0], $rows * $width);
        ]], values)
    end
    return callback(name) {
        order = p.order or 2,
        doc = "the model: chooses tokens, learns from rewards",
        state = common.with(state, slow),
        batch = batch,
        setup = common.fill([[
            if ($used) {
                {name}_net_init($net, $fresh);
                memset($rule, 0, sizeof *$rule);
            }
            $used = true;
        ]], values) .. setup,
        get_model_outputs = look,
        zero_grad = common.fill("{name}_net_zero_grad($net);", values),
        on_zero_grad = { order = 1000, common.fill("{name}_net_backward($net, $rows * $width);", values) },
        before_step = common.fill([[
            $norm = {name}_net_grad_norm($net);
            if ($clip > 0 && $norm > $clip) {name}_net_scale_grad($net, $clip / $norm);
        ]], values),
        step = common.fill("if ($rows > 0) {name}_rule_step($rule, $net, $eta);", values),
        after_batch = update,
    }
end

return parts

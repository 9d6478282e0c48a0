-- loopc.environment: a loop for learning to design things, with events that callbacks listen to.
--
--     local environment = require "loopc.environment"
--     local design = environment.new { tokens = "LSR", length = 18, fixed = true, room = 128, bs = 64, iters = 1000 }
--     return design:trainer "folding" { design:buffer {}, design:policy {}, ..., code = [[ ... ]] }
--
-- In each of `iters` batches samples come together (from a buffer and from samplers), are filtered, get rewards, and the
-- model learns from them. A sample is a row of tokens, numbers from 0 with -1 behind the last, or a vector of floats. The
-- loop itself does nothing: it has 23 events (environment.events), and callbacks do the work. Those of the library are
-- written as a user writes them; environment/*.lua are examples.
--
-- The fields of all bodies (`$rows` and so on):
--   samples[i], sources[i], rewards[i], rewards_final[i]                of the batch, made anew in each one
--   rows, loss                                                          the number of samples; the sum of the losses
--   buffer[i], buffer_sources[i], buffered                              the buffer, and how much there is in it
--   bs, iters, buffer_frequency                                         options
--   room, buffer_room, width, vocabulary, item_size                     constants: rows of a batch, of the buffer; numbers a
--                                                                       sample; tokens there are; bytes a sample
--   keep[i], order[i], slots                                            for the work of one body at a time
--   Batch.iteration                                                     the batch's number, from 0

local common = require "loopc.environment.common"

local with = common.with

local environment = {}

-- The events in their order: name, the loop that has it, what happens there.
environment.events = {
    { "setup", "Environment", "once, before everything: callbacks get ready" },
    { "before_train", "Environment", "once, before the first batch" },
    { "build_buffer", "BuildBuffer", "samplers put items into the buffer" },
    { "filter_buffer", "BuildBuffer", "items of the buffer are dropped" },
    { "after_build_buffer", "BuildBuffer", "the buffer is as it will be drawn from" },
    { "before_batch", "Batch", "a batch begins, without samples" },
    { "sample_batch", "SampleBatch", "the buffer and samplers put samples into the batch" },
    { "before_filter_batch", "SampleBatch", "all samples are there" },
    { "filter_batch", "SampleBatch", "samples of the batch are dropped" },
    { "after_sample", "SampleBatch", "the batch is as it will be used" },
    { "before_compute_reward", "ComputeReward", "before the rewards" },
    { "compute_reward", "ComputeReward", "rewards add to that of each sample" },
    { "after_compute_reward", "ComputeReward", "the rewards are final, as the log shows them" },
    { "reward_modification", "ComputeReward", "rewards_final, a copy of the rewards for the loss, is changed" },
    { "after_reward_modification", "ComputeReward", "the rewards of the loss are final" },
    { "get_model_outputs", "GetModelOutputs", "models look at the samples" },
    { "after_get_model_outputs", "GetModelOutputs", "all outputs are there" },
    { "compute_loss", "ComputeLoss", "losses add to the loss and to the derivatives of the outputs" },
    { "zero_grad", "ComputeLoss", "gradients become 0; models then take the gradient (order 1000)" },
    { "before_step", "ComputeLoss", "gradients are there, and may be changed" },
    { "step", "ComputeLoss", "models learn" },
    { "after_batch", "Batch", "a batch ends: statistics, logs" },
    { "after_train", "Environment", "once, after the last batch" },
}

-- An event's node: `on_` before its name, where that does not say already when it is. (after_build_buffer is not part of a
-- phase build_buffer, for filter_buffer comes between the two.)
local function node_name(event)
    local timed = event:match("^before_") or event:match("^after_")
    return (timed and event ~= "after_build_buffer") and event or "on_" .. event
end

-- The nodes of a loop: its events in their order, and the places of inner loops, { name, order }; events have the orders 10, 20 ...
local function nodes_of(loop_name, places)
    local out, order = {}, 0
    for _, event in ipairs(environment.events) do
        if event[2] == loop_name then
            order = order + 10
            out[node_name(event[1])] = node { order = order, doc = event[3] }
        end
    end
    for _, place in ipairs(places or {}) do out[place[1]] = node(place[2]) end
    return out
end

local known = { tokens = "text", length = "count", fixed = "switch", vector = "count", room = "count", buffer_room = "count",
    bs = "number", iters = "count", buffer_frequency = "count", allowed = "text", log_memory = "count", call_on = "list", doc = "text" }

local function check_parameters(parameters)
    common.check("environment.new", parameters, known)
    local p = with({ room = 256, iters = 100, bs = 64, buffer_frequency = 0, log_memory = 32768 }, parameters)
    p.buffer_room = p.buffer_room or 4 * p.room
    if (p.tokens == nil) == (p.vector == nil) then
        error('samples are tokens or vectors: environment.new { tokens = "LSR", length = 18 } or { vector = 4 }', 0)
    end
    if p.tokens and (type(p.tokens) ~= "string" or #p.tokens < 2 or math.type(p.length) ~= "integer" or p.length < 1) then
        error('tokens take a text, a letter each, and the most that a sample has: tokens = "LSR", length = 18', 0)
    end
    return p
end

-- The fields that every body sees; see above.
local function state_of(design)
    local item, most = design.item, math.max(design.room, design.buffer_room)
    return {
        iters = i64 { design.iters, option = true, min = 0, doc = "how many batches" },
        bs = i32 { design.bs, option = true, min = -1, max = design.room, doc = "samples of a batch; -1: all that the buffer has, at most room" },
        buffer_frequency = i32 { design.buffer_frequency, option = true, min = 0,
            doc = "the buffer is built in each batch whose number this divides, too; 0: in no others" },
        room = i32 { design.room, const = true, doc = "the most samples of a batch" },
        buffer_room = i32 { design.buffer_room, const = true, doc = "the most items of the buffer" },
        width = i32 { design.width, const = true, doc = "numbers of a sample" },
        vocabulary = i32 { #(design.tokens or ""), const = true, doc = "how many tokens there are" },
        length = i32 { design.width, doc = "the most tokens that a sample gets; a setup may lower it" },
        item_size = i32 { 4 * design.width, const = true, doc = "bytes of a sample" },
        slot_count = i32 { common.slots_for(most), const = true, doc = "elements of slots" },
        shared = f32 { doc = "shares of the batch that samplers fill, the buffer does not" },
        buffered = i32 { doc = "items of the buffer" },
        buffer = samples { item, design.buffer_room, set = "buffer" },
        buffer_sources = samples { str, design.buffer_room, set = "buffer" },
        keep = bool[most] { doc = "for the work of a filter: the samples that it keeps" },
        order = i32[most] { doc = "for the work of a draw" },
        slots = i32[common.slots_for(most)] { doc = "for the work of a hash index" },
    }
end

local function batch_of(design)
    return {
        rows = i32 { doc = "samples of the batch" },
        samples = samples { design.item, design.room, doc = "the samples" },
        sources = samples { str, design.room, doc = "where each is from" },
        rewards = samples { f32, design.room, doc = "the sum of its rewards" },
        rewards_final = samples { f32, design.room, doc = "the same with modifications, for the loss" },
        loss = f32 { report = true, doc = "the sum of the losses" },
    }
end

local build_condition = "$buffered < $bs || $bs == -1 || $Batch.iteration == 0 || ($buffer_frequency > 0 && "
    .. "$Batch.iteration % $buffer_frequency == 0)"

local function make_loops(design)
    local Environment = loop "Environment" (with({ doc = design.doc, call_on = design.call_on, state = state_of(design) },
        nodes_of("Environment", { { "on_train", 25 } })))
    local Batch = loop "Batch" (with({ call_on = { Environment.on_train }, times = "$iters", batch = batch_of(design) },
        nodes_of("Batch", { { "on_buffer", 5 }, { "on_batch", 15 } })))
    local function phase(name, place, order, skip)
        return loop(name)(with({ call_on = { place }, order = order, skip = skip }, nodes_of(name)))
    end
    return {
        Environment, Batch,
        phase("BuildBuffer", Batch.on_buffer, 1, "!(" .. build_condition .. ")"),
        phase("SampleBatch", Batch.on_batch, 1),
        phase("ComputeReward", Batch.on_batch, 2),
        phase("GetModelOutputs", Batch.on_batch, 3),
        phase("ComputeLoss", Batch.on_batch, 4),
    }
end

-- The callback that comes before all others: the guarantees of the loop beside its order.
local function template(design)
    return callback "template" {
        order = -1,
        setup = [[
            $shared = 0;
            loopc_clear_set($loopc, "buffer");
            $buffered = 0;
            if ($bs == 0) $fail("--bs is 0: a batch has 1 to %d samples, or -1 for all of the buffer", $room);
        ]],
        reward_modification = [[
            for (int32_t i = 0; i < $rows; i++)
                $rewards_final[i] = $rewards[i];
        ]],
    }, design
end

-- The words of a design, design:word { ... }: those of the library's parts, and these.
local Design = {}

for _, part in ipairs { "buffer", "samplers", "rewards", "policy", "losses", "log" } do
    for name, make in pairs(require("loopc.environment." .. part)) do Design[name] = make end
end

local function words()
    local names = {}
    for name in pairs(Design) do names[#names + 1] = name end
    table.sort(names)
    return table.concat(names, ", ")
end

local function check_shares(design, members)
    local sum, takers = 0, {}
    for _, member in ipairs(members) do
        local taker = design.shares[member]
        if taker then
            sum = sum + taker.share
            takers[#takers + 1] = ("%s %g"):format(taker.name, taker.share)
        end
    end
    if sum > 1.0001 then
        error(("the shares of a batch make %g, more than 1: %s"):format(sum, table.concat(takers, ", ")), 0)
    end
end

-- The names by which a callback hears an event of a batch.
local of_batches = {}
for _, event in ipairs(environment.events) do
    for _, name in ipairs(event[2] ~= "Environment" and { event[1], node_name(event[1]) } or {}) do
        of_batches[name], of_batches["*." .. name], of_batches[event[2] .. "." .. name] = true, true, true
    end
end

-- A callback that hears one of them is at home in batches, whatever else it hears: its batch fields are made anew in each,
-- and it reports in each. (Loops have a metatable, callbacks do not.)
local function settle(design, members)
    for _, member in ipairs(members) do
        for key in pairs(getmetatable(member) == nil and member or {}) do
            if of_batches[key] and member.home == nil then member.home = design.loops[2] end
        end
    end
end

-- trainer "name" { callbacks..., state = ..., code = ... } with the environment's loops before them; an environment that
-- is inserted in another loop (call_on) leaves the first place to that.
function Design:trainer(name)
    return function(body)
        check_shares(self, body)
        settle(self, body)
        local members, first = {}, 1
        if self.call_on then members[1], first = body[1], 2 end
        table.move(self.loops, 1, #self.loops, #members + 1, members)
        members[#members + 1] = self.template
        table.move(body, first, #body, #members + 1, members)
        for key, value in pairs(body) do
            if type(key) == "string" then members[key] = value end
        end
        return trainer(name)(members)
    end
end

-- An environment. tokens = "LSR" (a letter a token) with length = the most tokens of a sample (fixed = true: all have as
-- many), or vector = how many floats. room, buffer_room: how much there is space for; bs, iters, buffer_frequency:
-- defaults of the options; allowed: C that sets allowed[token] = false for tokens that an `item` must not have at a `position`,
-- which samplers and the model then do not choose there (nothing allowed counts as all); log_memory: how many samples a
-- log remembers; call_on: its places in other loops.
function environment.new(parameters)
    local design = check_parameters(parameters)
    design.width = design.vector or design.length
    design.scalar = design.vector and f32 or i32
    design.item = design.scalar[design.width]
    design.element = design.vector and "float" or "int32_t"
    design.shares, design.policies = {}, {} -- of the callbacks made so far: shares of a batch, weights of models
    design.loops = make_loops(design)
    design.template = template(design)
    return setmetatable(design, { __index = function(_, name)
        if Design[name] or known[name] then return Design[name] end
        error(("a design has no '%s'; its words are %s"):format(name, words()), 0)
    end })
end

return environment

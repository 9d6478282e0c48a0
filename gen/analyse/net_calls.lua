-- Calls of nets' functions that would find nothing: between nets that do not fit, of gradients that no training leaves behind, of nets
-- that begin in others in the wrong order.
--
-- In:  the mlp and optimizer fields of a trainer, the texts of its bodies (followed_texts.lua).
-- Out: net_calls.wrong(): name of a function -> { what is wrong with a call of it, a hint }.

local mlp = require "gen.tree.mlp"
local net_pairs = require "gen.tree.net_pairs"
local spec_tree = require "gen.tree.spec_tree"

local net_calls = {}

-- Whether a training step of the optimizer leaves gradients in the net.
local function stores(optimizer)
    local parameters = optimizer.parameters
    return parameters.clip_norm or parameters.clip_value or (parameters.accumulate or 1) > 1
end

local function names_of(texts)
    local names = {}
    for _, text in ipairs(texts) do
        for _, call in ipairs(text.calls) do names[call.name] = true end
    end
    return names
end

local function keeps_gradients(trainer, net, called)
    local prefix = mlp.prefix_of(net)
    if called[prefix .. "_backward"] or called[prefix .. "_backward_from"] then return true end
    for _, optimizer in ipairs(spec_tree.fields_of_type(trainer, "optimizer")) do
        if optimizer.parameters.net == net and stores(optimizer) then return true end
    end
    return false
end

-- The places of the calls of functions in a text: of the first, and of the last.
local function places(text, names)
    local first, last
    for i, call in ipairs(text.calls) do
        if names[call.name] then first, last = first or i, i end
    end
    return first, last
end

local function backwards(net)
    local prefix = mlp.prefix_of(net)
    return { [prefix .. "_backward"] = true, [prefix .. "_backward_from"] = true }
end

-- Whether a body takes a net back before the nets that begin in it.
local function is_early(texts, trunk, head)
    for _, text in ipairs(texts) do
        local first, last = places(text, backwards(head)), select(2, places(text, backwards(trunk)))
        if first and last and last < first then return true end
    end
    return false
end

-- A net that begins in another one has no training step of its own, nor has the other one where the first passes derivatives back.
local function of_heads(net, texts, called, out)
    local trunk, prefix = net.parameters.trunk, mlp.prefix_of(net)
    if not trunk then return end
    local of_trunk = mlp.prefix_of(trunk)
    local steps = ("%s_zero_grad, %s_forward, %s_loss, %s_backward, and the step of its optimizer"):format(prefix, prefix, prefix, prefix)
    for _, name in ipairs { "_train", "_train_from" } do
        out[prefix .. name] = { ("%s begins in %s, and has no training step of its own"):format(net.full, trunk.full), steps }
    end
    for _, name in ipairs { "_input_grad", "_input_grad_from" } do
        out[prefix .. name] = { ("what goes into %s is a layer of %s, which takes the derivative"):format(net.full, trunk.full),
            ("%s_input_grad after %s_backward"):format(of_trunk, of_trunk) }
    end
    local back = prefix .. (called[prefix .. "_backward"] and "_backward" or "_backward_from")
    if not called[back] then return end
    for _, name in ipairs { "_train", "_train_from" } do
        out[of_trunk .. name] = { ("%s passes derivatives to %s, and a training step of that takes none"):format(net.full, trunk.full),
            ("%s_zero_grad, %s_forward, %s_loss, %s_backward, %s_backward, and steps of the optimizers"):format(of_trunk, of_trunk, of_trunk,
                prefix, of_trunk) }
    end
    local order = ("%s_backward, then %s_backward, then the steps of their optimizers"):format(prefix, of_trunk)
    if not (called[of_trunk .. "_backward"] or called[of_trunk .. "_backward_from"]) then
        out[back] = { ("it passes a derivative to %s, and %s_backward is called nowhere"):format(trunk.full, of_trunk), order }
    elseif is_early(texts, trunk, net) then
        out[back] = { ("it passes a derivative to %s, and %s_backward comes before it"):format(trunk.full, of_trunk), order }
    end
end

function net_calls.wrong(trainer, nets, texts)
    local out, called = net_pairs.misfits(nets), names_of(texts)
    for _, net in ipairs(nets) do
        of_heads(net, texts, called, out)
        local name = mlp.prefix_of(net) .. "_gradients"
        if called[name] and not keeps_gradients(trainer, net, called) then
            out[name] = { ("the gradients of %s are not kept: a training step moves the weights as it finds them"):format(net.full),
                "clip_norm = 1e9 of its optimizer keeps them, or loss, zero_grad and backward in the place of train" }
        end
    end
    return out
end

return net_calls

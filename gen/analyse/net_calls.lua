-- Calls of nets' functions that would find nothing: between nets that do not fit, of gradients that no training leaves behind.
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

function net_calls.wrong(trainer, nets, texts)
    local out, called = net_pairs.misfits(nets), names_of(texts)
    for _, net in ipairs(nets) do
        local name = mlp.prefix_of(net) .. "_gradients"
        if called[name] and not keeps_gradients(trainer, net, called) then
            out[name] = { ("the gradients of %s are not kept: a training step moves the weights as it finds them"):format(net.full),
                "clip_norm = 1e9 of its optimizer keeps them, or loss, zero_grad and backward in the place of train" }
        end
    end
    return out
end

return net_calls

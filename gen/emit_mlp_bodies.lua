-- The statements of a net's functions: calls of the runtime's kernels (runtime/nn.h), a line a layer.
--
-- In:  the writer, inside the braces of the function; the net, as gen/mlp.lua describes it.
-- Out: body[what](w, net) writes the statements of PREFIX_what; the heads are in gen/emit_mlp.lua.

local mlp = require "gen.mlp"
local cfit = require "gen.cfit"

local body = {}

local function call(w, name, ...)
    cfit.line(w, 4, name, { ... }, ";")
end

-- One array of a layer, "n->w0".
local function at(letter, layer)
    return ("n->%s%d"):format(letter, layer.index)
end

-- What a layer reads: what the layer before it put out.
local function input_of(layer)
    return layer.index == 0 and "x" or ("n->a%d"):format(layer.index - 1)
end

local function each_layer(net, write)
    for _, layer in ipairs(mlp.layers(net)) do write(layer) end
end

local function each_layer_backward(net, write)
    local layers = mlp.layers(net)
    for i = #layers, 1, -1 do write(layers[i], layers[i - 1]) end
end

local function activate(w, net, layer)
    local count = mlp.product("rows", layer.outputs)
    if layer.activation == "softmax" then
        call(w, "loopc_softmax", at("z", layer), at("a", layer), "rows", layer.outputs)
    elseif layer.last and mlp.keeps_z(net) then
        call(w, "loopc_sigmoid_of", at("z", layer), at("a", layer), count)
    elseif layer.activation ~= "identity" then
        call(w, "loopc_" .. layer.activation, at("a", layer), count)
    end
end

-- Takes the delta of a layer back through its activation.
local function activate_backward(w, layer)
    if layer.activation == "softmax" then
        call(w, "loopc_softmax_backward", at("a", layer), at("d", layer), "rows", layer.outputs)
    elseif layer.activation ~= "identity" then
        local count = mlp.product("rows", layer.outputs)
        call(w, ("loopc_%s_backward"):format(layer.activation), at("a", layer), at("d", layer), count)
    end
end

local function last_layer(net)
    local layers = mlp.layers(net)
    return layers[#layers]
end

-- A single output means "1" above this; several ignore it.
local function threshold(net)
    return net.output == "sigmoid" and "0.5f" or "0.0f"
end

-- The standard deviation of init = "normal".
local deviation = "0.05f"

function body.init(w, net)
    if net.init == "zero" then w:line("(void)rng;") end
    for _, array in ipairs(mlp.arrays(net)) do
        local to, layer = "n->" .. array.name, array.layer
        if array.part == "bias" or net.init == "zero" then
            call(w, "memset", to, "0", "sizeof " .. to)
        else
            call(w, "loopc_init_" .. net.init, to, "rng", layer.inputs, layer.outputs,
                net.init == "normal" and deviation or nil)
        end
    end
end

function body.resize(w, net)
    w:line("if (inputs < 1 || inputs > %d) return false;", mlp.layers(net)[1].room)
    w:line("n->inputs = inputs;")
    w:line("return true;")
end

function body.forward(w, net)
    each_layer(net, function(layer)
        local to = at(layer.last and mlp.keeps_z(net) and "z" or "a", layer)
        call(w, "loopc_dense_forward", at("w", layer), at("b", layer), input_of(layer), to, "rows", layer.inputs,
            layer.outputs)
        activate(w, net, layer)
    end)
    w:line("return %s;", at("a", last_layer(net)))
end

function body.argmax(w, net)
    local layer = last_layer(net)
    local row = ("%s + %s"):format(at("a", layer), mlp.product("row", layer.outputs))
    call(w, "return loopc_class", row, layer.outputs, threshold(net))
end

function body.predict(w, net)
    w:line("%s_forward(n, x, rows);", net.prefix)
    local layer = last_layer(net)
    call(w, "loopc_classes", at("a", layer), "classes", "rows", layer.outputs, threshold(net))
end

function body.correct(w, net)
    local layer = last_layer(net)
    call(w, "return loopc_correct", at("a", layer), "labels", "rows", layer.outputs, threshold(net))
end

function body.loss(w, net)
    local layer = last_layer(net)
    local a, d = at("a", layer), at("d", layer)
    if net.loss == "squared_error" then
        call(w, "const float loss = loopc_squared_error", a, "y", d, "rows", layer.outputs)
        activate_backward(w, layer)
        w:line("return loss;")
    elseif net.output == "softmax" then
        call(w, "return loopc_cross_entropy", at("z", layer), a, "labels", d, "rows", layer.outputs)
    else
        call(w, "return loopc_binary_cross_entropy", at("z", layer), a, "y", d, "rows", layer.outputs)
    end
end

function body.mask(w, net)
    local layer = last_layer(net)
    call(w, "loopc_mask", at("z", layer), at("a", layer), "allowed", "rows", layer.outputs)
end

function body.log_p(w, net)
    local layer = last_layer(net)
    call(w, "loopc_log_probabilities", at("z", layer), at("a", layer), "actions", "log_p", "rows", layer.outputs)
end

function body.zero_delta(w, net)
    local layer = last_layer(net)
    local d = at("d", layer)
    call(w, "memset", d, "0", ("(size_t)rows * %d * sizeof *%s"):format(layer.outputs, d))
end

function body.likelihood(w, net)
    local layer = last_layer(net)
    call(w, "return loopc_likelihood", at("z", layer), at("a", layer), "actions", "weights", at("d", layer), "rows",
        layer.outputs)
end

function body.entropy(w, net)
    local layer = last_layer(net)
    call(w, "return loopc_entropy", at("z", layer), at("a", layer), "weights", at("d", layer), "rows", layer.outputs)
end

function body.zero_grad(w, net)
    for _, array in ipairs(mlp.arrays(net)) do
        call(w, "memset", "n->g" .. array.name, "0", "sizeof n->g" .. array.name)
    end
end

function body.backward(w, net)
    each_layer_backward(net, function(layer, below)
        local d = at("d", layer)
        call(w, "loopc_dense_gradient", input_of(layer), d, at("gw", layer), at("gb", layer), "rows", layer.inputs,
            layer.outputs)
        if below then
            call(w, "loopc_dense_backward", at("w", layer), d, at("d", below), "rows", layer.inputs, layer.outputs)
            activate_backward(w, below)
        end
    end)
end

function body.scale_grad(w, net)
    for _, array in ipairs(mlp.arrays(net)) do call(w, "loopc_scale", "n->g" .. array.name, array.count, "factor") end
end

function body.grad_norm(w, net)
    w:line("double sum = 0.0;")
    for _, array in ipairs(mlp.arrays(net)) do
        call(w, "sum += loopc_square_sum", "n->g" .. array.name, array.count)
    end
    w:line("return (float)sqrt(sum);")
end

function body.clip_grad(w, net)
    w:line("const float norm = %s_grad_norm(n);", net.prefix)
    w:line("if (norm > limit) %s_scale_grad(n, limit / norm);", net.prefix)
    w:line("return norm;")
end

local function copy_weights(w, net, kernel, ...)
    w:line("if (count != %s) return false;", mlp.weight_count(net))
    for i, array in ipairs(mlp.arrays(net)) do
        local head = i < #mlp.arrays(net) and "flat = " .. kernel or kernel
        call(w, head, "n->" .. array.name, "flat", array.count, ...)
    end
    w:line("return true;")
end

function body.set_weights(w, net)
    copy_weights(w, net, "loopc_unpack")
end

function body.get_weights(w, net)
    copy_weights(w, net, "loopc_pack")
end

function body.blend(w, net)
    copy_weights(w, net, "loopc_blend", "share")
end

return body

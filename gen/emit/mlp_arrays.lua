-- The statements of a net's functions that go over its arrays, a line each: weights as one row of numbers, and all gradients.
--
-- In and out: as gen/emit/mlp_bodies.lua.

local cwrap = require "gen.c.wrap"
local mlp = require "gen.tree.mlp"
local net_frame = require "gen.emit.net_frame"

local body = {}

local function call(w, name, ...)
    cwrap.line(w, 4, name, { ... }, ";")
end

function body.zero_grad(w, net)
    for _, array in ipairs(mlp.arrays(net)) do
        call(w, "memset", "n->g" .. array.name, "0", "sizeof n->g" .. array.name)
    end
end

function body.gradients(w, net)
    local list = {}
    for _, array in ipairs(mlp.arrays(net)) do
        if array.part == "weight" then list[#list + 1] = { "n->g" .. array.name, array.rows, array.columns } end
    end
    net_frame.spread(w, list)
end

function body.parameters(w, net)
    if not net.inputs_from then w:line("(void)n;") end
    w:line("return %s;", mlp.weight_count(net))
end

function body.scale_grad(w, net)
    for _, array in ipairs(mlp.arrays(net)) do
        call(w, "loopc_scale", "n->g" .. array.name, array.rows, array.columns, "factor")
    end
end

function body.grad_norm(w, net)
    w:line("double sum = 0.0;")
    for _, array in ipairs(mlp.arrays(net)) do
        call(w, "sum += loopc_square_sum", "n->g" .. array.name, array.rows, array.columns)
    end
    w:line("return (float)sqrt(sum);")
end

function body.clip_grad(w, net)
    w:line("const float norm = %s_grad_norm(n);", net.prefix)
    w:line("if (!(limit >= 0.0f))")
    w:line("    n->refused = limit;")
    w:line("else if (norm > limit)")
    w:line("    %s_scale_grad(n, limit / norm);", net.prefix)
    w:line("return norm;")
end

local function copy_weights(w, net, kernel, ...)
    w:line("if (count != %s) return false;", mlp.weight_count(net))
    for i, array in ipairs(mlp.arrays(net)) do
        local head = i < #mlp.arrays(net) and "flat = " .. kernel or kernel
        call(w, head, "n->" .. array.name, "flat", array.rows, array.columns, ...)
    end
    w:line("return true;")
end

function body.set_weights(w, net)
    copy_weights(w, net, "loopc_flat_take")
end

function body.get_weights(w, net)
    copy_weights(w, net, "loopc_flat_put")
end

function body.blend(w, net)
    copy_weights(w, net, "loopc_flat_blend", "share")
end

return body

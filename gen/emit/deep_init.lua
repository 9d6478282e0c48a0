-- The statements of nets of operations that draw their first weights.
--
-- In:  nets with `ops` (gen/tree/layers.lua), the writer. The distributions: runtime/nn/init.h.

local cwrap = require "gen.c.wrap"

local deep_init = {}

local function call(w, name, ...) cwrap.line(w, 4, name, { ... }, ";") end

local deviation = "0.05f"

local function init_dense(w, net, op)
    local weights, kind = "n->w" .. op.index, op.init or "xavier"
    local inputs = op.input == 0 and net.inputs_from and "n->inputs" or op.inputs
    if kind == "zero" then return call(w, "memset", weights, "0", "sizeof " .. weights) end
    call(w, "loopc_init_" .. kind, weights, "rng", inputs, op.outputs, kind == "normal" and deviation or nil)
end

local function fill(w, op, name, with)
    w:line("for (int32_t i = 0; i < %d; i++)", op.outputs)
    w:line("    n->%s%d[i] = %s;", name, op.index, with)
end

function deep_init.write(w, net)
    local draws = false
    for _, op in ipairs(net.ops) do
        if op.kind == "dense" then
            init_dense(w, net, op)
            draws = draws or op.init ~= "zero"
            if op.bias then call(w, "memset", "n->b" .. op.index, "0", ("sizeof n->b%d"):format(op.index)) end
        elseif op.kind == "embedding" then
            call(w, "loopc_init_normal", "n->w" .. op.index, "rng", op.width, op.vocabulary, "1.0f")
            draws = true
        elseif op.index then
            fill(w, op, "w", "1.0f")
            call(w, "memset", "n->b" .. op.index, "0", ("sizeof n->b%d"):format(op.index))
        end
        if op.kind == "batch_norm" then
            call(w, "memset", "n->mean" .. op.index, "0", ("sizeof n->mean%d"):format(op.index))
            fill(w, op, "variance", "1.0f")
        end
    end
    if not draws then w:line("(void)rng;") end
end

return deep_init

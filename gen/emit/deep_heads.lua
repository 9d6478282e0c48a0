-- The statements of nets of operations for heads, nets that begin at a value of another net: what they pass back to it.
--
-- In:  a net with `taps`, the values whose derivatives heads pass back, or one with `trunk`, the other net, and `tap`, the value of
--      that; the writer.

local cwrap = require "gen.c.wrap"
local parts = require "gen.emit.deep_parts"

local deep_heads = {}

-- After backward, or with a new forward: what heads have passed back was added, or of other rows.
function deep_heads.forget(w, net)
    for k in ipairs(net.ops) do
        if parts.is_tapped(net, k) then w:line("n->passed%d = false;", k) end
    end
end

-- Adds what heads have passed back for value k.
function deep_heads.add(w, net, k, threads)
    if not parts.is_tapped(net, k) then return end
    local d = parts.derivative(net, k)
    w:line("if (n->passed%d)", k)
    cwrap.line(w, 8, "    loopc_add", { d, "n->f" .. k, d, "rows", net.ops[k].outputs, parts.me_of(net) }, ";")
    threads.apart = true
end

-- The derivative by what goes into a head, added to that of the other heads.
function deep_heads.pass_back(w, net)
    local f, passed = "from->f" .. net.tap, "from->passed" .. net.tap
    w:line("if (!%s) memset(%s, 0, sizeof %s);", passed, f, f)
    w:line("%s = true;", passed)
    cwrap.line(w, 4, "loopc_add", { f, "n->dx", f, "rows", net.layers[1], "LOOPC_ONE_THREAD" }, ";")
end

return deep_heads

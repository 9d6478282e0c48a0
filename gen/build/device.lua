-- The runtime of devices as two files, in the place of a tree of headers: every include of the runtime is replaced by its text where it
-- comes first.

local cli = require "gen.cli.cli"
local host = require "host"
local runtime = require "gen.build.runtime"

local device = {}

-- The sources of loopc_device.c, and those that nets of layers need beside them.
local sources = { "run/events.c", "run/failures.c", "run/host.c", "device/slots.c", "device/fma.c", "device/root.c", "base/rng.c",
    "base/distributions.c", "base/shuffle.c", "nn/activation.c", "nn/dense.c", "nn/flat.c", "nn/init.c", "nn/loss.c", "nn/optim.c",
    "nn/policy.c", "nn/scalar.c", "nn/spread.c", "nn/transpose.c", "device/product.c" }
local of_layers = { "nn/curve.c", "nn/embedding.c", "nn/gaussian.c", "nn/layer.c", "nn/objective.c", "nn/pace.c" }
-- Those that a trainer has when it calls one of their functions.
local of_agents = {
    { "library/returns", { "loopc_between", "loopc_advantages", "loopc_standardize", "loopc_moments_", "loopc_fold_moments" } },
    { "library/replay", { "loopc_draw_", "loopc_tree_" } },
    { "base/power", { "loopc_exp(", "loopc_ln(", "loopc_pow(", "loopc_sin(", "loopc_cos(", "loopc_draw_" } },
    { "nn/squash", { "loopc_squash", "loopc_unsquash" } },
}
local replaced = { ["run/program.h"] = "device/run.h", ["run/signals.h"] = "device/run.h" }

local function read(folder, path)
    local text, message = host.read(folder .. "/" .. path)
    return text or cli.fail(message, "LOOPC_HOME names the folder of the runtime", 1)
end

-- The text of a file with those of its includes in it; `seen`: what is there already. No blank lines are left in their places.
local function whole(folder, path, seen)
    local text = read(folder, path):gsub("\n\n+", "\n\n")
    local out = text:gsub('#include "([^"]+)"\n', function(name)
        name = replaced[name] or name
        if seen[name] then return "" end
        seen[name] = true
        return whole(folder, name, seen)
    end)
    return out
end

-- Whether a trainer has nets of layers, or one that follows another by averages.
local function has_layers(unit)
    for _, net in ipairs(unit.nets.nets) do
        if net.ops then return true end
    end
    for _, pair in ipairs(unit.nets.pairs) do
        if pair.entry[1] == "blend" then return true end
    end
    return false
end

local function calls_one_of(unit, names)
    for _, name in ipairs(names) do
        if unit.text:find(name, 1, true) then return true end
    end
    return false
end

-- Why nothing of a net's activations is calculated again.
local function reason(net)
    if net.ops then return "it has layers of its own kinds", "mlp { 64, 32, 32, 32, 10 }, a net of sizes, can" end
    if not net.learns then return "nothing trains it", nil end
    return "it needs all of its activations, or has fewer than three hidden layers", "a smaller batch takes less memory"
end

-- Says for which nets --remat does nothing, and refuses it where it does nothing for any.
local function check_remat(unit)
    if not unit.options.remat then return end
    local some, without = false, {}
    for _, net in ipairs(unit.nets.nets) do
        if net.shared then some = true else without[#without + 1] = net end
    end
    for _, net in ipairs(without) do
        local why, hint = reason(net)
        local text = ("--remat saves nothing for net '%s': %s"):format(net.name, why)
        if not some then cli.fail(text, hint) end
        cli.note(text)
    end
    if not some then cli.fail("--remat saves nothing: there is no net", "leave it out") end
end

-- The files of the runtime for a unit: { { name, text } ... }.
function device.files(unit)
    check_remat(unit)
    local folder, layers = runtime.find().sources, has_layers(unit)
    local seen = { ["device/loopc_device.h"] = true, ["nn/deep.h"] = not layers, ["nn/replica.h"] = true }
    for _, part in ipairs(of_agents) do seen[part[1] .. ".h"] = not calls_one_of(unit, part[2]) end
    local header = whole(folder, "device/loopc_device.h", seen)
    local parts, all = { '/* The runtime of loopc for devices: see loopc_device.h. */\n#include "loopc_device.h"\n' }, {}
    table.move(sources, 1, #sources, 1, all)
    if layers then table.move(of_layers, 1, #of_layers, #all + 1, all) end
    for _, part in ipairs(of_agents) do all[#all + 1] = calls_one_of(unit, part[2]) and part[1] .. ".c" or nil end
    for _, path in ipairs(all) do parts[#parts + 1] = ("\n/* ---- %s */\n"):format(path) .. whole(folder, path, seen) end
    return { { "loopc_device.h", header }, { "loopc_device.c", table.concat(parts) } }
end

return device

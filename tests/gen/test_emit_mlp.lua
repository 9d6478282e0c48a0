-- Nets as C: emits nets of several shapes, compiles them with two compilers, runs them against a net in double
-- precision (tests/support/emitted_mlp.c), and looks at the text: stable under clang-format, nothing unused in it.
--
-- Run in the root of the repository. Built things go to build/tests/emit_mlp, or where LOOPC_TEST_DIR says.

package.path = "./?.lua;" .. package.path
local CWriter = require "gen.c.writer"
local emit_mlp = require "gen.emit.mlp"
local net_functions = require "gen.tree.net_functions"
local mlp = require "gen.tree.mlp"

local build = os.getenv "BUILD" or "build"
local folder = (os.getenv "LOOPC_TEST_DIR" or "build/tests") .. "/emit_mlp"
local warnings = "-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -ffp-contract=off -fno-math-errno"

-- A runtime that was itself built with sanitizers links with gcc's alone.
local sanitizers = "-fsanitize=address,undefined -fno-sanitize-recover=all"
local is_sanitized = (os.getenv "CFLAGS" or ""):find("-fsanitize=", 1, true) ~= nil

-- For this machine with every access checked; for any machine, without its fused multiply-add, vectors of 4.
local compilers = {
    { "gcc", "-O0 -march=native " .. sanitizers },
    not is_sanitized and { "clang", "-O1" } or nil,
}

-- Finds accesses of several threads without a barrier between them.
local race_detector = { { "gcc", "-O1 -g -fsanitize=thread runtime/parallel/team.c -D_GNU_SOURCE" } }

-- As trainers are compiled.
local as_built = { { "gcc", "-O2 -march=native " .. (is_sanitized and sanitizers or "") } }

local function write(path, text)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
end

-- Runs a shell command; returns whether it succeeded, and all it printed.
local function run(command)
    local pipe = assert(io.popen("{ " .. command .. "; } 2>&1"))
    local text = pipe:read "a"
    return pipe:close() == true, text
end

local function net_of(description)
    local net = {
        name = "net", prefix = "net", struct = "my_net", layers = { 2, 1 }, activation = "tanh", output = "identity",
        loss = "squared_error", batch = 4, init = "xavier",
    }
    for key, value in next, description do net[key] = value end
    return net
end

local function optimizer_of(net, kind, description)
    local optimizer = { name = "opt", prefix = "opt", struct = "my_opt", kind = kind, net = net }
    for key, value in next, description or {} do optimizer[key] = value end
    return optimizer
end

local function plain_of(net)
    return optimizer_of(net, "sgd", { name = "plain", prefix = "plain", struct = "my_plain" })
end

-- The C of a net and its optimizers; `used` is a list of function names, or nil for all.
local function emitted(net, optimizers, used)
    local set = {}
    for _, name in ipairs(used or {}) do set[name] = true end
    if not used then
        for _, offer in ipairs(net_functions.of_net(net)) do set[offer.name] = true end
        for _, optimizer in ipairs(optimizers) do
            for _, offer in ipairs(net_functions.of_optimizer(optimizer)) do set[offer.name] = true end
        end
    end
    for _, optimizer in ipairs(optimizers) do optimizer.idle = emit_mlp.is_idle(optimizer, set) end
    local w = CWriter.new()
    emit_mlp.emit(w, { net }, optimizers, set)
    return (w:text():gsub("\n+$", "\n"))
end

-- The includes of a program for nets that are trained in registers.
local function narrow_kernels(net, optimizers, used)
    local lanes = emit_mlp.narrow_lanes({ net }, optimizers, used or setmetatable({}, { __index = function() return true end }))
    return lanes and ('#define LOOPC_MOST_LANES %d\n#include "nn/narrow.h"\n'):format(lanes) or ""
end

local function assert_formatted(text)
    write(folder .. "/format.c", text)
    local ok, formatted = run("clang-format-14 --assume-filename=format.c < " .. folder .. "/format.c")
    assert(ok, formatted)
    if formatted == text then return end
    write(folder .. "/formatted.c", formatted)
    error(select(2, run(("diff %s/format.c %s/formatted.c"):format(folder, folder))), 0)
end

-- The constants that tests/support/emitted_mlp.c needs, besides the net itself.
local function header(net, optimizer, inputs, rate, text)
    local w = CWriter.new()
    local sizes = table.concat(net.layers, ", ", 2)
    w:directive("enum { BATCH = %d, COUNT = %s };", net.batch, (mlp.weight_count(net):gsub("n%->inputs", inputs)))
    w:directive("#define TARGETS %s", mlp.targets(net) == "labels" and "labels" or "y")
    w:directive("#define TAKEN %s", mlp.targets(net) == "labels" and "classes" or "targets")
    w:directive("#define RATE %s", rate)
    w:directive("#define JOB(net, opt) {net, %s{.x = x}, %s, BATCH, RATE}", mlp.rule(optimizer) ~= "sgd" and "opt, " or "",
        mlp.targets(net) == "labels" and "labels" or "{.x = y}")
    if net.shared then w:directive("#define SHARED") end
    if net.inputs_from then w:directive("#define RESIZE %d", net.inputs_max) end
    if net.output == "softmax" then w:directive("#define SOFTMAX") end
    w:open("static const struct reference shape = {")
    w:line(".layers = %d, .sizes = {%d, %s},", #net.layers - 1, inputs, sizes)
    w:line('.activation = "%s", .output = "%s", .loss = "%s",', net.activation, net.output, net.loss)
    w:close("};")
    return w:text() .. text
end

local function compile(compiler, source, program)
    local ok, text = run(("%s %s %s -Iruntime -Itests/support -I%s %s %s/libloopc.a -o %s -ljansson -lz -lm -pthread"):format(
        compiler[1], warnings, compiler[2], folder, source, build, program))
    if not ok then error(compiler[1] .. ": " .. text, 0) end
end

-- Nets of tests are too small to be worth threads; those that are `shared` have them all the same.
local is_shared = mlp.is_shared
function mlp.is_shared(net) return net.shared or is_shared(net) end

function mlp.rows_worth_threads() return 3 end

-- Emits, checks the format, compiles and runs.
local function check(description, kind, settings, rate, by)
    local net = net_of(description)
    local opt, plain = optimizer_of(net, kind, settings), plain_of(net)
    local text = emitted(net, { opt, plain })
    assert_formatted(text)
    text = narrow_kernels(net, { opt, plain }) .. text
    write(folder .. "/emitted.h", header(net, opt, description.width or net.layers[1], rate or "0.05f", text))
    for _, compiler in ipairs(by or compilers) do
        local program = folder .. "/" .. compiler[1]
        compile(compiler, "tests/support/emitted_mlp.c", program)
        local ok, output = run(program)
        if not ok then error(compiler[1] .. ": " .. output, 0) end
    end
end

local tests = {}

local function test(name, run_it)
    tests[#tests + 1] = { name, run_it }
end

test("one layer, squared error", function()
    check({ layers = { 3, 2 } }, "sgd")
end)

test("2-2-1, tanh, momentum", function()
    check({ layers = { 2, 2, 1 }, output = "tanh", shared = true }, "sgd", { momentum = 0.9, weight_decay = 0.001 })
end)

test("classifier, relu, Adam", function()
    check({ layers = { 5, 17, 3 }, activation = "relu", output = "softmax", loss = "cross_entropy", batch = 19,
        init = "he", shared = true }, "adam", { weight_decay = 1e-4 }, "0.01f")
end)

test("three layers, sigmoid, AdamW", function()
    check({ layers = { 4, 1, 9, 2 }, activation = "sigmoid", output = "sigmoid", loss = "cross_entropy", batch = 7,
        init = "normal", shared = true }, "adamw", { weight_decay = 0.01, beta1 = 0.85, beta2 = 0.99, epsilon = 1e-6 }, "0.01f")
end)

test("a batch of one, one output", function()
    check({ layers = { 1, 1 }, output = "sigmoid", loss = "cross_entropy", batch = 1, init = "zero" }, "sgd")
end)

test("softmax with squared error", function()
    check({ layers = { 7, 5, 3 }, output = "softmax", batch = 5, activation = "identity" }, "adam", nil, "0.01f")
end)

test("relu outputs", function()
    check({ layers = { 6, 8, 3 }, output = "relu", batch = 6 }, "sgd")
end)

test("a width known at run time", function()
    check({ layers = { 20, 6, 3 }, inputs_from = "train", inputs_max = 40, width = 33, output = "softmax",
        loss = "cross_entropy", batch = 9, activation = "relu", init = "he", shared = true }, "adam", nil, "0.01f")
end)

test("threads meet before they read what others wrote", function()
    if is_sanitized then return "other sanitizers are in the runtime" end
    check({ layers = { 17, 20, 33, 3 }, output = "softmax", batch = 18, shared = true }, "adam", nil, "0.001f", race_detector)
    check({ layers = { 3, 17, 18 }, output = "sigmoid", loss = "cross_entropy", batch = 17, shared = true }, "sgd", nil,
        "0.01f", race_detector)
end)

test("nets that stay in registers", function()
    check({ layers = { 3, 4, 2 }, activation = "tanh", output = "tanh", batch = 4 }, "sgd", { momentum = 0.5 }, nil, as_built)
    check({ layers = { 8, 5, 8, 2 }, activation = "relu", output = "softmax", loss = "cross_entropy", batch = 7, init = "he" },
        "adamw", { weight_decay = 0.01 }, "0.01f", as_built)
    check({ layers = { 1, 8, 1 }, activation = "sigmoid", output = "sigmoid", batch = 8 }, "adam", nil, "0.01f", as_built)
end)

local function contains(text, word)
    return text:find("%f[%w_]" .. word .. "%f[^%w_]") ~= nil
end

local function compiles_alone(text)
    write(folder .. "/alone.c", '#include "nn/nn.h"\n#include <stdbool.h>\n\n' .. text)
    for _, compiler in ipairs(compilers) do compile(compiler, folder .. "/alone.c", folder .. "/alone") end
end

test("nothing unused is emitted", function()
    local net = net_of { layers = { 3, 4, 2 } }
    local text = emitted(net, { optimizer_of(net, "adam") }, { "net_argmax" })
    for _, word in ipairs { "net_forward", "net_loss", "gw0", "d1", "mw0", "opt_step", "net_train", "z1" } do
        assert(not contains(text, word), word)
    end
    assert(contains(text, "a0") and contains(text, "step"), "activations, and the optimizer's struct")
    text = emitted(net, {}, { "net_loss" })
    assert(contains(text, "d1") and not contains(text, "d0"), "the loss needs the last delta only")
    text = emitted(net, {}, {})
    assert(contains(text, "w0") and not contains(text, "a0"), "a net that nobody uses is its weights")
    compiles_alone(text .. [[

int main(void)
{
    struct my_net n;
    struct loopc_rng rng = {{1, 2, 3, 4}};
    net_init(&n, &rng);
    return n.b0[0] != 0.0f;
}
]])
end)

test("a used function brings those that it calls", function()
    local net = net_of { layers = { 3, 4, 2 } }
    local opt = optimizer_of(net, "sgd")
    local text = emitted(net, { opt }, { "net_train" })
    for _, word in ipairs { "net_pass", "net_learn_rows", "t0", "losses" } do assert(contains(text, word), word) end
    for _, word in ipairs { "net_forward", "opt_step", "gw0", "out", "net_train_from" } do
        assert(not contains(text, word), word)
    end
    assert(contains(emitted(net, { opt }, { "net_clip_grad" }), "net_grad_norm"), "net_grad_norm")
    text = emitted(net, { opt }, { "opt_step" })
    assert(contains(text, "gw0") and not contains(text, "net_zero_grad"), "a step needs gradients")
end)

test("steps from a data set fetch the next batch, where that is neither small nor large", function()
    local function fetching(inputs, shared, used)
        local net = net_of { layers = { inputs, 16, 3 }, batch = 64, output = "softmax", loss = "cross_entropy", shared = shared }
        local text = emitted(net, { optimizer_of(net, "adam") }, used or { "net_train_from" })
        assert_formatted(text)
        return contains(text, "struct loopc_ahead ahead"), text
    end
    assert(not fetching(255, false), "a small batch stays in the cache")
    assert(not fetching(1025, false), "a large one would not stay there")
    assert(not fetching(784, false, { "net_train" }), "without a data set nobody knows what comes next")
    for _, shared in ipairs { false, true } do
        local found, text = fetching(784, shared)
        assert(found, "a batch of some hundred KB")
        compiles_alone('#include "data/dataset.h"\n\n' .. text .. [[

int main(void)
{
    static struct my_net n;
    static struct my_opt o;
    struct loopc_rng rng = {{1, 2, 3, 4}};
    const struct loopc_dataset none = {0};
    net_init(&n, &rng);
    return net_train_from(&n, &o, &none, 1, 0, 64, 0.1f) > 0.0f;
}
]])
    end
end)

test("long names and deep nets keep their format", function()
    local net = net_of {
        prefix = "Validation_policy_net", struct = "reinforcement_Validation_policy_net", batch = 4096,
        layers = { 12345, 2345, 345, 45, 45, 45, 45, 45, 45, 45, 45, 5 }, activation = "sigmoid", output = "softmax",
        loss = "cross_entropy",
    }
    local settings = {
        prefix = "Validation_policy_optimizer", struct = "reinforcement_Validation_policy_optimizer",
        beta1 = 0.912345678, beta2 = 0.999123456, epsilon = 1.234567e-8, weight_decay = 0.0123456,
    }
    for _, kind in ipairs { "sgd", "adam", "adamw" } do
        assert_formatted(emitted(net, { optimizer_of(net, kind, settings) }))
    end
    net.inputs_from, net.inputs_max = "train", 12345
    assert_formatted(emitted(net, { optimizer_of(net, "adam", settings) }))
end)

test("the same text every time", function()
    local net = net_of { layers = { 3, 4, 2 } }
    assert(emitted(net, { optimizer_of(net, "adam") }) == emitted(net, { optimizer_of(net, "adam") }))
end)

test("of two optimizers of one net the first trains", function()
    local net = net_of { layers = { 3, 2 } }
    local text = emitted(net, { optimizer_of(net, "adam"), plain_of(net) })
    assert(contains(text, "plain_step") and select(2, text:gsub("static float net_train%(", "")) == 1)
    assert(text:find("net_train%(struct my_net %*n, struct my_opt %*o"))
end)

local function names_of(entries)
    local names = {}
    for i, entry in ipairs(entries) do
        local dims = {}
        for j, dim in ipairs(entry.dims) do dims[j] = type(dim) == "table" and dim.lvalue or dim end
        names[i] = ("%s[%s] %s %s"):format(entry.name, table.concat(dims, ","), entry.lvalue, entry.role)
    end
    return table.concat(names, "\n")
end

test("what a checkpoint keeps", function()
    local net, here = net_of { layers = { 64, 10 } }, { full = "Train.net", lvalue = "Train.net" }
    local there = { full = "opt", lvalue = "opt" }
    assert(names_of(mlp.net_entries(net, here)) == "Train.net.layers.0.weight[10,64] Train.net.w0 weight\n"
        .. "Train.net.layers.0.bias[10] Train.net.b0 weight")
    local all = names_of(mlp.net_entries(net, here, true))
    assert(all:find("layers.0.bias.gradient[10] Train.net.gb0 gradient", 1, true))
    assert(names_of(mlp.optimizer_entries(optimizer_of(net, "adam"), there, here)) == "opt.step[] opt.step count\n"
        .. "opt.layers.0.weight.m[10,64] opt.mw0 moment\nopt.layers.0.weight.v[10,64] opt.vw0 moment\n"
        .. "opt.layers.0.bias.m[10] opt.mb0 moment\nopt.layers.0.bias.v[10] opt.vb0 moment")
    assert(names_of(mlp.optimizer_entries(optimizer_of(net, "sgd"), there, here)) == "opt.step[] opt.step count")
    net.inputs_from, net.inputs_max = "train", 100
    local entry = mlp.net_entries(net, here)[1]
    assert(entry.dims[2].lvalue == "Train.net.inputs" and entry.dims[2].most == 100)
    local momentum = optimizer_of(net, "sgd", { momentum = 0.5 })
    assert(mlp.optimizer_entries(momentum, there, here)[2].dims[2].lvalue == "Train.net.inputs")
end)

test("a net is made ready by the width of its data and a stream of its own", function()
    local net = net_of { layers = { 64, 10 }, inputs_from = "train", inputs_max = 1024, output = "softmax",
        loss = "cross_entropy" }
    local w = CWriter.new()
    for _, line in ipairs(emit_mlp.prepare(net, "s->net", "s->train", "train")) do w:line("%s", line) end
    local text = w:text()
    assert(text:find("!net_resize(&s->net, s->train.rows ? s->train.columns : 64)", 1, true))
    assert(text:find("net_init(&s->net, &net_rng);", 1, true))
    assert(#emit_mlp.prepare(net_of {}, "s->net") == 3)
end)

test("nets that cannot be", function()
    assert(mlp.wrong(net_of {}) == nil)
    assert(mlp.wrong(net_of { loss = "cross_entropy", output = "tanh" }):find "tanh outputs")
    assert(mlp.wrong(net_of { layers = { 65536, 65536 } }):find "too large")
    assert(mlp.wrong(net_of { layers = { 1000, 10 }, batch = 3000000 }):find "too large")
end)

assert(run("mkdir -p " .. folder))
local failed = 0
for _, entry in ipairs(tests) do
    local ok, message = pcall(entry[2])
    print((ok and "ok " or "not ok ") .. entry[1] .. (ok and message and " # SKIP " .. message or ""))
    if not ok then
        failed = failed + 1
        io.stderr:write(tostring(message), "\n")
    end
end
if failed > 0 then os.exit(1) end

-- Specs with slips in them: tokens of good specs deleted, doubled, swapped or replaced. Whatever comes out, the passes answer
-- with diagnostics or with C, never with an error of their own, and never with both an error and C.
--
-- MUTATIONS sets how many there are (400), SEED where they start.

local host = require "host"
local suite = require("tests.support.harness").suite "mutations"

local good = {
    [[
local Outer = loop "Outer" {
    times = "$epochs", done = "$Outer.iteration >= 5", skip = "$epochs == 0", doc = "the outer loop",
    state = { epochs = i64 { 3, option = true, doc = "how many" }, loss = f32 { 0.5, report = true } },
    batch = { x = f32[2][3] { 1 }, seen = bool(true) },
    before_run = node(0, "puts(\"begin\");"),
    before_step = node(1, "$loss = 0;"),
    on_step = node { order = 2, doc = "the step", "if ($loss > 1) $fail(\"loss %g\", (double)$loss);" },
    after_step = node(3),
    failed_step = node(4, "if (1) $recover();"),
    finally_step = node(5, "$x[0][1] += 1; /* $x */"),
    on_jump = node(6, "if (2) $cancel(Outer.jump); $stop();"),
    on_skip = node(0, "puts(\"$skipped\");"),
}
local Inner = loop "Inner" {
    call_on = { Outer.on_step, Outer.after_step, "Outer.on_jump" }, order = 3, times = 4,
    site = { visits = u32(0) },
    on_item = node(1, "$visits++; if ($visits > 3) $stop(Inner); if ($visits > 4) $stop(Outer);"),
}
local log = callback "log" { order = 20, state = { lines = u64(0) }, within = { Outer.on_step },
    on_item = "$lines++;", ["Outer.before_step"] = { order = 3, "$lines = 0;" }, ["*.step"] = "$log.lines--;",
}
return trainer "mutant" { Outer, Inner, log, state = { eta = f64 { 1, const = true } }, include = { "<time.h>" },
    code = "static int twice(int x) { return 2 * x; }", link = { "-lm" } }
]],
    [[
local function pass(name, where, grad)
    return loop(name) {
        call_on = where, times = ("%d"):format(10), batch = { x = f32[4 * 8], y = i32[4] },
        on_take = node(1, "loopc_dataset_take($data, 0, 0, 4, $x, $y);"),
        on_learn = grad and node(2, "$loss = net_train($net, $opt, $x, $y, 4, $eta);") or nil,
    }
end
local Fit = loop "Fit" { times = 3, before_epoch = node(0), on_epoch = node(1), after_epoch = node(2), finally_epoch = node(3) }
local all = { Fit, pass("Train", { Fit.on_epoch }, true), pass("Check", { Fit.after_epoch, Fit.finally_epoch }) }
for i = 1, 3 do all[#all + 1] = callback("c" .. i) { within = { Fit.on_epoch }, ["*.take"] = { order = i, "puts(\"c\");" } } end
all.state = { data = dataset { option = true, label = "last", scale = "max" }, loss = f32 { 0, report = true },
    net = mlp { 8, 6, 3, activation = "tanh", loss = "cross_entropy", batch = 4 }, opt = optimizer { "adam", net = "net" },
    eta = f32 { 1e-3, option = true, settable = true }, rng = rng {}, s = samples { f32[2], 16 } }
return trainer "nets" (all)
]],
    [[
local Part = SEQ { CALL "$n++;", CALL { "f", "n", 3, into = "m" }, PRINT("%d\\n", "$n") }
local A = loop "A" { times = 3, state = { n = i32(0), m = i32(0), k = i32(0), a = i32[4], b = i32[8] },
    before_x = node(0, REPEAT { "$m", Part, counter = "k" }),
    on_x = node(1, SEQ { REPEAT(3, "$n--;"), LOOP(SEQ { "$k++;", "if ($k > 3) $stop();" }), Part:copy() }),
    after_x = node(2, CHOOSE("$n % 2", { "$m = 1;", SEQ {}, default = CALL "$m = 2;" })),
    failed_x = node(3, "$recover();"),
    finally_x = node(4, BUFFER_REPEAT { 4, "$m++;", value = "m", into = "a" }),
}
local B = loop "B" { call_on = { A.on_x }, on_y = node(1, WEAVE(2, { REPEAT(2, "$n++;"), SEQ { "$m++;", "$m--;" } })),
    on_z = node(2, SEQ { POPEN { "true", "x" }, SPAWN("$A.n = 7;") }) }
local c = callback "c" { y = SEQ { "$A.n = 1;", "if ($A.n) $cancel();" } }
Part:replace(CALL "$n++;", "$n += 2;")
return trainer "steps" { A, B, c, code = "static int f(int a, int b) { return a + b; }" }
]],
}

-- Words that may come in where another one stood.
local pool = { "nil", "true", "-1", "0", "1.5", "1e400", "0/0", '"x"', "{}", "node", "loop", "callback", "trainer", "Outer", "Fit", "f32", "mlp",
    "dataset", "samples", "rng", "u64(-1)", "call_on", "state", "site", "batch", "times", "order", "within", "1", "[[ $ ]]", "$", "$fail", "(", ")",
    "{", "}", ",", "=", "function() end", "math.huge", "[1]", "on_run", "after_skip", "\\", '"', "'", "/*", "*/", "//",
    "CALL", "SEQ", "REPEAT(-1, \"x;\")", "LOOP", "WEAVE", "CHOOSE", "default", "into", "#", ".", "..", "ü" }

-- The tokens of a text, roughly: words, numbers, blanks, single characters. Strings are taken apart, too.
local function tokens(text)
    local out, position = {}, 1
    while position <= #text do
        local token = text:match("^[%w_]+", position) or text:match("^%s+", position) or text:sub(position, position)
        out[#out + 1] = token
        position = position + #token
    end
    return out
end

local state = math.tointeger(tonumber(host.getenv "SEED" or "")) or 1

-- A whole number from 1 to n; a linear congruential generator, the same everywhere.
local function dice(n)
    state = (state * 6364136223846793005 + 1442695040888963407)
    return (state >> 33) % n + 1
end

local slips = {
    function(list) table.remove(list, dice(#list)) end,
    function(list)
        local at = dice(#list)
        table.insert(list, at, list[at])
    end,
    function(list)
        local a, b = dice(#list), dice(#list)
        list[a], list[b] = list[b], list[a]
    end,
    function(list) list[dice(#list)] = pool[dice(#pool)] end,
    function(list) list[dice(#list)] = list[dice(#list)] end,
}

local function mutate(list)
    local copy = table.move(list, 1, #list, 1, {})
    for _ = 1, dice(3) do slips[dice(#slips)](copy) end
    return table.concat(copy)
end

local limits = { memory = 64 << 20, instructions = 2000000, seconds = 2 }

-- Compiles a text; returns a description of a crash or a wrong ending, or nil.
local function problem(text)
    local unit, ok
    local fine, why = xpcall(function()
        unit, ok = suite:spec(text, "emit", { format = "never", limits = limits, max_steps = 2000 })
        unit.diags:text()
        unit.diags:json()
    end, debug.traceback)
    if not fine then return why end
    if ok ~= (unit.diags.errors == 0) then return "success and errors" end
    if ok and not unit.text then return "neither an error nor C" end
    if not ok and unit.text then return "an error and C" end
end

local count = math.tointeger(tonumber(host.getenv "MUTATIONS" or "")) or 400

for number, text in ipairs(good) do
    suite:test(("spec %d is good"):format(number), function() suite:good(text, "emit", { format = "never" }) end)
    suite:test(("spec %d, %d mutations"):format(number, count // #good), function()
        local list = tokens(text)
        for _ = 1, count // #good do
            local mutant = mutate(list)
            local why = problem(mutant)
            if why then suite:fail(why .. "\n" .. mutant) end
        end
    end)
end

return suite:finish()

-- Every schedule of loopc.train, one line a step; and the rate of a plateau over a list of losses.
local train = require "loopc.train"

local shapes = {
    step = train.step { 5, gamma = 0.3 },
    exponential = train.exponential { 0.9 },
    linear = train.linear { 12, from = 0.2, to = 0.7 },
    cosine = train.cosine { "$steps", floor = 0.01 },
    one_cycle = train.one_cycle { 40 },
    one_cycle_linear = train.one_cycle { 40, rise = 0.25, start = 10, finish = 100, linear = true },
    warmup = train.warmup { 7, train.cosine { "$steps - 7" } },
    twice = train.warmup { 3, train.warmup { 4, train.step { 6 }, from = 0.5 }, from = 0.1 },
}
local names = {}
for name in pairs(shapes) do names[#names + 1] = name end
table.sort(names)

local state = { steps = i64(40), rate = f32(0.3), loss = f32(0), higher = f32(0.3), gloomy = f32(0.3) }
local line, values, callbacks = "", "", {}
for i, name in ipairs(names) do
    state[name .. "_eta"] = f32(0)
    line, values = line .. " %.9g", values .. (", (double)$%s_eta"):format(name)
    callbacks[i] = train.schedule("of_" .. name) { at = "Fit.before_step", rate = ("$%s_eta"):format(name), base = 0.25, shapes[name] }
end

local Fit = loop "Fit" {
    times = "$steps",
    before_step = node(1, [[ $loss = (float)(($iteration * $iteration * 7) % 11) / (float)($iteration / 4 + 1); ]]),
    on_step = node(2),
    after_step = node(3, ('printf("%s %%.9g %%.9g %%.9g\\n"%s, (double)$rate, (double)$higher, (double)$gloomy);'):format(line, values)),
}

return trainer "rates" {
    state = state, Fit,
    train.plateau "plateau" { at = "Fit.on_step", watch = "$loss", rate = "$rate", factor = 0.5, patience = 2, cooldown = 1, floor = 0.02,
        threshold = 0.01 },
    train.plateau "upward" { at = "Fit.on_step", watch = "$loss", rate = "$higher", better = "higher", patience = 3 },
    train.plateau "below_zero" { at = "Fit.on_step", watch = "-5.0 + 1e-5 * $loss", rate = "$gloomy", patience = 3 }, -- never better
    table.unpack(callbacks),
}

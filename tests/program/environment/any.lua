-- A design whose everything is drawn from SEED, which the test sets, watched by invariants.lua.
local environment = require "loopc.environment"
local invariants = require "invariants"

local SEED = 1

math.randomseed(SEED)

local function chance(p) return math.random() < p end

local function pick(list) return list[math.random(#list)] end

local function share(most) return math.random(0, 10) / 10 * most end

local vector = chance(0.3)
local bs = pick { -1, 1, 2, 5, 16, 31 }
local parameters = {
    room = 40 + math.random(0, 20), buffer_room = math.random(20, 200), bs = bs, iters = 12,
    buffer_frequency = pick { 0, 0, 1, 3 }, log_memory = 4096,
}
if vector then
    parameters.vector = math.random(1, 3)
else
    parameters.tokens, parameters.length, parameters.fixed = ("ABCD"):sub(1, math.random(2, 4)), math.random(1, 5), chance(0.5)
    if chance(0.4) then
        parameters.allowed = "if (position > 0 && item[position - 1] == 0) allowed[0] = false;" -- no A behind an A
    end
end
local design = environment.new(parameters)

-- Samples of small whole numbers: many are there several times.
local few = [[
    for (int32_t i = 0; i < n; i++) {
        latent[i][0] = (float)($made++ % 7);
        for (int32_t k = 0; k < $width; k++)
            to[i][k] = VALUE;
    }
]]

local value = vector and "(float)($made % 5)" or "k % 2 && $made % 3 ? 0 : 1" -- no two 0 in a row

-- Callbacks with a share of the batch: { callback, how it fills, its name, its share, its part of the buffer }.
local takers, left = {}, 1
local function add(made, p, exact)
    takers[#takers + 1] = { made = made, name = p.name, share = p.p_batch, size = p.buffer_size, exact = exact }
    left = left - p.p_batch
end

local function sizes(name) return { name = name, p_batch = share(left), buffer_size = pick { 0, 5, 40 } } end

local p = sizes "few"
add(design:sampler { name = p.name, p_batch = p.p_batch, buffer_size = p.buffer_size, latent = 1, state = { made = i64(0) },
    make = few:gsub("VALUE", function() return value end) }, p, true)
p = sizes "chance"
add(design:random(p), p, true)
local modelled = chance(0.7)
if modelled then
    p = sizes "model"
    add(design:from_model { name = p.name, p_batch = p.p_batch, buffer_size = p.buffer_size, unique = chance(0.5),
        temperature = pick { 0, 0.5, 1, 2 }, tries = 2 }, p, false)
end
local logged = chance(0.7)
if logged then
    p = sizes "best"
    add(design:from_log { name = p.name, p_batch = p.p_batch, buffer_size = p.buffer_size, percentile = math.random(0, 100),
        start = math.random(0, 3) }, p, false)
end

local members = { code = invariants.code, include = { "signal.h", "stdlib.h" } }
local function use(made) members[#members + 1] = made end

local settings = { takers = takers, design = design, duplicates = chance(0.3), p_total = chance(0.3) and share(left) or nil }
local kind = pick { "plain", "plain", "weighted", "none" }
settings.buffer = kind
if kind == "plain" then use(design:buffer { duplicates = settings.duplicates, p_total = settings.p_total }) end
if kind == "weighted" then
    use(design:weighted_buffer { duplicates = settings.duplicates, p_total = settings.p_total, top = share(1), refresh = math.random(0, 3),
        weight = "weight = (float)(loopc_hash(item, sizeof $buffer[0]) % 4);" })
end
if modelled then use(design:policy { hidden = { 4 }, slow = chance(0.5) and { every = 3 } or nil, clip = pick { 0, 0.1 } }) end
for _, taker in ipairs(takers) do use(taker.made) end
settings.timeout = chance(0.4) and math.random(1, 3) or nil
if settings.timeout then use(design:timeout { batches = settings.timeout }) end

-- Rewards that anybody can compute again: 1 + the first number, times 1, and 2 times a half.
use(design:reward { name = "first", cache = pick { 0, 1, 100 }, chunk = pick { 1, 3, 50 }, score = "score = 1 + (float)item[0];" })
use(design:reward { name = "second", weight = 0.5, cache = pick { 0, 4 },
    scores = "for (int32_t k = 0; k < count; k++) out[k] = 2 + 0 * (float)items[k][0];" })
settings.bonus = chance(0.5) and 0.25 or nil
if settings.bonus then use(design:novelty { bonus = settings.bonus }) end
if modelled then
    use(design:policy_gradient { baseline = pick { "none", "mean", "average" }, normalize = chance(0.5) })
    if chance(0.5) then use(design:entropy {}) end
    if chance(0.5) then use(design:likelihood { weight = 0.1 }) end
end
if logged then use(design:log {}) end
use(design:statistics { field = "rewards", of = { "min", "mean", "max", 50 }, sources = { "few_batch" }, name = "statistics" })
settings.modelled, settings.logged, settings.vector = modelled, logged, vector
use(invariants.callback(settings))

return design:trainer "any" (members)

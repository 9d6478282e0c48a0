-- Part of check: the `control` of a trainer, which gives names of the control channel their meaning.
--
--     control = { batch = "Learn", target = "batch_to", eta = "eta", loss = "Learn.loss", samples = 32 }
--
-- Out: trainer.control = { batch = loop, target, eta, loss = fields, samples = number or field }, each nil when it is not given.

local nearest = require "gen.base.nearest"
local reader = require "gen.spec.reader"
local spec_tree = require "gen.tree.spec_tree"
local vocabulary = require "gen.spec.vocabulary"

local check_control = {}

local function wrong(unit, at, key, why, hint)
    unit.diags:add("bad_field", at, key, "control." .. key, why, hint)
end

local function find(list, name, key)
    for _, entry in ipairs(list) do
        if entry[key] == name then return entry end
    end
end

local function find_field(unit, trainer, at, key, name)
    if name == nil then return nil end
    local fields = spec_tree.fields(trainer)
    local field = find(fields, name, "full")
    if field and field.scalar and #field.dims == 0 then return field end
    local names = {}
    for i, other in ipairs(fields) do names[i] = other.full end
    wrong(unit, at, key, field and "it is not a single value" or ("there is no field '%s'%s"):format(name,
        nearest.suggest(name, names)), "fields are named in full: eta, Learn.loss")
end

local function find_loop(unit, trainer, at, name)
    if name == nil then return nil end
    local loop = find(trainer.loops, name, "name")
    if loop and loop.repeats then return loop end
    wrong(unit, at, "batch", loop and "its loop does not repeat" or ("there is no loop '%s'"):format(name),
        "a batch is an iteration of a repeating loop")
end

-- The target is a field that the `times` of the batches' loop reads.
local function check_target(unit, at, control)
    local field, loop = control.target, control.batch
    if not field then return end
    if not field.scalar.min then return wrong(unit, at, "target", "it is not a whole number", "i64(100)") end
    if not loop or type(loop.times) ~= "table" then
        wrong(unit, at, "target", "the loop of the batches has no times expression",
            ('control = { batch = "Loop", target = "%s" }, and times = "$%s" in Loop'):format(field.name, field.name))
    end
end

-- A number of samples, or a field that holds one.
local function find_samples(unit, trainer, at, samples)
    if math.type(samples) == "integer" then
        if samples < 1 then wrong(unit, at, "samples", ("it is %d"):format(samples), "a whole number from 1, or the name of a field") end
        return samples
    end
    local field = find_field(unit, trainer, at, "samples", samples)
    if field and not field.scalar.min then return wrong(unit, at, "samples", "it is not a whole number", "i32(32)") end
    return field
end

function check_control.run(unit, trainer, given)
    if type(given) ~= "table" then return end
    local at = reader.key_at(unit, trainer, "control")
    local owner = { kind = "control", name = trainer.name, at = at }
    reader.keys(unit, owner, given, vocabulary.control_keys)
    reader.unknown(unit, owner, given, vocabulary.control_keys)
    local control = { batch = find_loop(unit, trainer, at, given.batch) }
    for _, key in ipairs { "target", "eta", "loss" } do
        control[key] = find_field(unit, trainer, at, key, given[key])
    end
    control.samples = find_samples(unit, trainer, at, given.samples)
    if given.target and not given.batch and #trainer.loops == 1 and trainer.root.repeats then
        control.batch = trainer.root
    end
    check_target(unit, at, control)
    trainer.control = control
end

return check_control

-- Random graphs, each with one mistake put in that LANGUAGE.md names: a signal in a place where it is not allowed (section 4,
-- rule 6), or a field that means nothing, or different things at two sites (section 5). loopc must refuse each of them with
-- an error of the spec and exit code 2. Environment: as for test_differential.lua; LOOPC_GRAPHS is 40 by default.

local check = require "tests.differential.check"
local Dice = require "tests.differential.dice"
local graph = require "tests.differential.graph"
local place = require "tests.differential.place"
local platform = require "tests.differential.platform"
local program = require "tests.differential.program"
local random = require "tests.differential.random"
local valid = require "tests.differential.valid"

local function number(name, default) return math.tointeger(tonumber(platform.getenv(name) or "")) or default end

local seed = number("LOOPC_SEED", platform.fresh())
local count = number("LOOPC_GRAPHS", 40)

local top = ("%s/refusals-%d"):format(program.folder, seed)

-- All signals with all targets that the graph has, right or wrong.
local function all_signals(g)
    local out = { { kind = "recover" }, { kind = "cancel" }, { kind = "stop" } }
    for _, loop in ipairs(g.loops) do
        out[#out + 1] = { kind = "stop", target = loop.name }
        for _, node in ipairs(loop.nodes) do
            if node.phase ~= "skip" then out[#out + 1] = { kind = "cancel", target = loop.name .. "." .. node.phase } end
        end
    end
    for _, signal in ipairs(out) do signal.op = "signal" end
    return out
end

local function all_references(g)
    local out = {}
    for _, name in ipairs { "n", "s", "b", "t", "iteration", "total" } do
        out[#out + 1] = { name = name }
        for _, loop in ipairs(g.loops) do out[#out + 1] = { name = name, loop = loop.name } end
    end
    return out
end

-- The error of a reference at these places: "unknown", "ambiguous", or nothing.
local function reference_mistake(g, reference, places)
    local owner
    for _, where in ipairs(places) do
        local field = place.resolve(g, reference, where.at, where.callback)
        if not field then return "unknown" end
        if owner and field.owner ~= owner then return "ambiguous" end
        owner = field.owner
    end
end

-- The statements that are not allowed in the body of this site: lists of them, one per kind of mistake.
local function mistakes(g, site)
    local lists, sorts = {}, {}
    local function add(sort, statement)
        if not sorts[sort] then
            sorts[sort] = {}
            lists[#lists + 1] = sorts[sort]
        end
        table.insert(sorts[sort], statement)
    end
    for _, signal in ipairs(all_signals(g)) do
        if not valid.signal(signal, site.places) then add(signal.kind, signal) end
    end
    for _, reference in ipairs(all_references(g)) do
        local mistake = reference_mistake(g, reference, site.places)
        if mistake then add(mistake, { op = "print", text = "a field", fields = { reference } }) end
    end
    return lists
end

-- Puts a mistake into one of the bodies of the graph. Returns its description.
local function spoil(dice, g)
    local bodies = {}
    for _, site in ipairs(valid.sites(g)) do
        if site.holder and site.holder.body then bodies[#bodies + 1] = site end
    end
    if #bodies == 0 then return nil end
    local site = dice:pick(bodies)
    local statement = dice:pick(dice:pick(mistakes(g, site)))
    table.insert(site.holder.body, dice:int(1, #site.holder.body + 1), statement)
    local field = statement.fields and statement.fields[1]
    local what = field and (field.loop and field.loop .. "." or "") .. field.name or
        ("%s(%s)"):format(statement.kind, statement.target or "")
    return ("$%s in %s"):format(what, site.name)
end

local function make(i)
    local dice, attempt = Dice(seed * 7 + i), 0
    local entry = { name = "refused" .. i, folder = ("%s/%d"):format(top, i) }
    repeat
        attempt = attempt + 1
        local g = graph.copy((random.graph((seed * 100003 + i) * 10 + attempt, entry.name)))
        entry.what = spoil(dice, g)
        program.prepare(entry.folder, g, "gcc")
    until entry.what
    return entry
end

local function taken(entry)
    local stage = platform.read(entry.folder .. "/stage") or ""
    local message = platform.read(entry.folder .. "/gen.err") or ""
    local code = platform.read(entry.folder .. "/gen.code") or "0"
    if not stage:find("generate") then return "loopc gen takes it" end
    if not message:find("spec%.lua:%d+: error: ") then return "no error of the spec: " .. (message:match("[^\n]*")) end
    if code ~= "2\n" then return "exit code " .. code:gsub("\n", "") end
end

platform.say(("refusals: LOOPC_SEED=%d LOOPC_GRAPHS=%d"):format(seed, count))
platform.remove(top)
platform.mkdirs(top)
local list, folders = {}, {}
for i = 1, count do
    list[i] = make(i)
    folders[i] = list[i].folder
end
program.run(folders)
for i, entry in ipairs(list) do
    local why = taken(entry)
    check.report(("refusal %d: %s"):format(i, entry.what), why and ("%s (seed %d: %s)"):format(why, seed, entry.folder))
end
if check.failed == 0 then platform.remove(top) end

return check.finish()

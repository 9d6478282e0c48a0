-- The differential test: random graphs, each interpreted and each generated, compiled and run, with the same result.
--
-- LOOPC_SEED   the seed of the run, printed; graph i has the seed LOOPC_SEED * 100003 + i
-- LOOPC_GRAPHS how many graphs (40)           LOOPC_FIRST  the number of the first one (1)
-- LOOPC_JOBS   how many at a time (2)         LOOPC        the generator (build/loopc)
--
-- LOOPC_WAY    one of program.lua (stepped, ...): all of them are compiled that way
-- LOOPC_KEEP=1 keeps all programs, in <build>/differential/run-SEED.
--
-- A graph that differs is shrunk; its spec and both outputs are left in <build>/differential/failed-*, whose path is
-- printed. When many differ, only the first ones are.

local check = require "tests.differential.check"
local platform = require "tests.differential.platform"
local program = require "tests.differential.program"
local random = require "tests.differential.random"
local shrink = require "tests.differential.shrink"

local function number(name, default) return math.tointeger(tonumber(platform.getenv(name) or "")) or default end

local seed = number("LOOPC_SEED", platform.fresh())
local count = number("LOOPC_GRAPHS", 40)
local first = number("LOOPC_FIRST", 1)

local MOST_SHRUNK, SHRINK_BUDGET, MOST_KEPT = 3, 150, 10

local top = ("%s/run-%d"):format(program.folder, seed)

-- How graph i is compiled.
local function way_of(i)
    if platform.getenv "LOOPC_WAY" then return platform.getenv "LOOPC_WAY" end
    if i % 20 == 10 then return "clang_sanitized" end
    if i % 20 == 0 then return "sanitized" end
    if i % 20 == 5 then return "optimized" end
    if i % 4 == 1 then return "stepped" end
    return i % 4 == 3 and "clang" or "gcc"
end

local function make(i)
    local name = "graph" .. i
    local g, expected = random.graph(seed * 100003 + i, name)
    local folder = ("%s/%d"):format(top, i)
    return { index = i, name = name, graph = g, expected = expected, folder = folder, way = way_of(i) }
end

local function make_all()
    local list, folders = {}, {}
    for i = first, first + count - 1 do
        local entry = make(i)
        list[#list + 1], folders[#folders + 1] = entry, entry.folder
        program.prepare(entry.folder, entry.graph, entry.way)
    end
    return list, folders
end

-- Whether a graph differs at that stage.
local function differs_at(folder, entry, stage)
    return function(g, expected)
        program.prepare(folder, g, entry.way)
        program.run { folder }
        return program.compare(folder, entry.name, expected) == stage
    end
end

local function expected_text(entry, expected)
    local out = { "-- standard output" }
    table.move(expected.output, 1, #expected.output, 2, out)
    out[#out + 1] = "-- standard error"
    table.move(check.failure_lines(entry.name, expected.failures), 1, #expected.failures, #out + 1, out)
    out[#out + 1] = "-- exit code " .. expected.exit
    out[#out + 1] = "-- trace"
    table.move(expected.trace, 1, #expected.trace, #out + 1, out)
    return table.concat(out, "\n") .. "\n"
end

-- Leaves the smallest graph that differs, with all that belongs to it, in a folder. Returns the difference, and the folder.
local function keep(entry, stage, budget)
    local folder = ("%s/failed-%d-%d"):format(program.folder, seed, entry.index)
    local differs = differs_at(folder, entry, stage)
    local g, expected = shrink.run(entry.graph, entry.expected, random.fuel, budget, differs)
    differs(g, expected)
    platform.write(folder .. "/expected", expected_text(entry, expected))
    local _, why = program.compare(folder, entry.name, expected)
    return why or "it differs only sometimes", folder
end

local function report(list)
    for _, entry in ipairs(list) do
        local stage, why = program.compare(entry.folder, entry.name, entry.expected)
        if stage and check.failed < MOST_KEPT then
            local folder
            why, folder = keep(entry, stage, check.failed < MOST_SHRUNK and SHRINK_BUDGET or 0)
            why = ("%s (seed %d: %s)"):format(why, seed, folder)
        end
        check.report(("graph %d, %s"):format(entry.index, entry.way), why)
    end
end

-- Statistics of the graphs of this run, to notice a generator that has become too simple.
local function statistics(list)
    local seen, names, bodies = {}, {}, 0
    local function see(name)
        if not seen[name] then names[#names + 1] = name end
        seen[name] = (seen[name] or 0) + 1
    end
    for _, entry in ipairs(list) do
        bodies = bodies + #entry.expected.trace
        see(entry.expected.exit == 0 and "success" or "failure")
        if #entry.expected.failures > 1 then see "suppressed" end
        for name in pairs(entry.expected.seen) do see(name) end
    end
    table.sort(names)
    local words = { ("%d graphs, %d bodies run"):format(#list, bodies) }
    for _, name in ipairs(names) do words[#words + 1] = ("%s: %d"):format(name, seen[name]) end
    return table.concat(words, ", ")
end

platform.say(("differential: LOOPC_SEED=%d LOOPC_GRAPHS=%d"):format(seed, count))
platform.remove(top)
platform.mkdirs(top)
local list, folders = make_all()
program.run(folders)
report(list)
platform.say("differential: " .. statistics(list))
if not platform.getenv "LOOPC_KEEP" then platform.remove(top) end

return check.finish()

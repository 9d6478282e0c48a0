-- Random trees of elements: the straight form, the step form with budgets cut at random, copies and saved positions at random
-- steps, each against the interpreter of section 6. Of trees with processes, whose steps depend on the time, the output as a
-- whole is compared.
--
-- LOOPC_SEED   the seed of the run, printed          LOOPC_TREES  how many trees (16)
-- LOOPC_FIRST  the number of the first one (1)       LOOPC_JOBS   how many at a time (2)
--
-- The machines and the programs are compiled under sanitizers, by gcc and clang in turn; every fifth tree with -O0 of loopc. What
-- differs stays in <build>/elements/SEED-TREE.

local interpret = require "tests.elements.interpret"
local new_dice = require "tests.differential.dice"
local platform = require "tests.differential.platform"
local random = require "tests.elements.random"

local function number(name, default) return math.tointeger(tonumber(platform.getenv(name) or "")) or default end

local seed, count, first = number("LOOPC_SEED", platform.fresh()), number("LOOPC_TREES", 16), number("LOOPC_FIRST", 1)
local loopc = platform.getenv "LOOPC" or "build/loopc"
local build = loopc:match("^(.*)/[^/]*$") or "."
local MOST_STEPS = 400

local script = [[
cd "$1" || exit 1
compile() {
    %CC% -std=c11 -O0 -g0 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsanitize=address,undefined \
        -fno-sanitize-recover=all -I"%RUNTIME%" -I. "$@"
}
"%LOOPC%" gen %OPTIONS% tree.lua -o prog.c --no-format >gen.out 2>&1 || exit 0
"%LOOPC%" gen %OPTIONS% --step --lib tree.lua -o tree.c --no-format >>gen.out 2>&1 || exit 0
compile -c -Dmain=run_straight prog.c >cc.out 2>&1 || exit 0
compile prog.o tree.c "%DRIVER%" -o machine "%LIBRARY%" -ljansson -lz -lm -pthread >>cc.out 2>&1 || exit 0
./machine straight --progress never >straight.out 2>straight.err; echo $? >straight.code
for budget in 1 2 3; do ./machine plain $budget >plain$budget.out 2>plain$budget.err; echo $? >plain$budget.code; done
./machine copy %CUT% >copy.out 2>copy.err; echo $? >copy.code
./machine save %CUT% position >save.out 2>save.err; echo $? >save.code
./machine load position >load.out 2>load.err; echo $? >load.code
]]

local function absolute(path)
    if path:sub(1, 1) == "/" then return path end
    local _, out = platform.run { "pwd" }
    return out:gsub("\n$", "") .. "/" .. path
end

local values = { LOOPC = absolute(loopc), RUNTIME = absolute "runtime", LIBRARY = absolute(build .. "/libloopc.a"),
    DRIVER = absolute "tests/elements/driver.c" }

-- A runtime that was itself built with sanitizers links only with its own compiler.
local function compiler(i)
    local flags = platform.read(build .. "/flags") or ""
    return flags:find("sanitize", 1, true) and flags:match("^%S+") or i % 2 == 0 and "clang" or "gcc"
end

-- Tree i: the first one of its seeds that ends soon enough, and has a step.
local function make(i)
    for try = 1, 1000 do
        local spec = random.spec((seed * 100003 + i) * 1009 + try)
        local expected = interpret.run(spec, MOST_STEPS)
        if expected and #expected.steps > 3 then return spec, expected end
    end
    error("no tree ends")
end

local function prepare(i)
    local spec, expected = make(i)
    local dice = new_dice(seed + i)
    local folder = ("%s/elements/%d-%d"):format(build, seed, i)
    local own = setmetatable({ CC = compiler(i), OPTIONS = i % 5 == 0 and "-O0" or "",
        CUT = dice:int(0, #expected.steps) }, { __index = values })
    platform.mkdirs(folder)
    platform.write(folder .. "/tree.lua", random.text(spec, "tree"))
    platform.write(folder .. "/job.sh", (script:gsub("%%([%u]+)%%", own)))
    return { index = i, folder = folder, expected = expected, cut = own.CUT, timed = spec.timed }
end

local function read(folder, name) return platform.read(folder .. "/" .. name) or "" end

-- Compares one run; returns the difference, or nil.
local function differs(tree, name, text, code)
    if platform.read(tree.folder .. "/" .. name .. ".code") == nil then return name .. " did not run" end
    local out, actual = read(tree.folder, name .. ".out"), tonumber(read(tree.folder, name .. ".code"))
    if actual ~= code then return ("%s: exit code %d instead of %d: %s"):format(name, actual, code, read(tree.folder, name .. ".err")) end
    if out ~= text then return name .. ": other output" end
end

-- The remaining work of a copy, or of a program resumed from a saved position, depends on the time.
local function check_timed(tree, all, code)
    local copied, own = read(tree.folder, "copy.out"):match("^(.-)%-%-\n(.*)$")
    if copied ~= all then return "copy: the original goes on otherwise" end
    if all:sub(-#own) ~= own then return "copy: the copy goes on otherwise" end
    local saved = read(tree.folder, "save.out")
    return differs(tree, "copy", copied .. "--\n" .. own, code) or differs(tree, "save", saved, 0)
        or differs(tree, "load", all:sub(#saved + 1), code)
end

local function check(tree)
    local expected = tree.expected
    local all, code, state = table.concat(expected.steps), expected.code, "state " .. expected.state
    local head, tail = table.concat(expected.steps, "", 1, tree.cut), table.concat(expected.steps, "", tree.cut + 1)
    if read(tree.folder, "cc.out") ~= "" then return "it does not compile" end
    local plain = differs(tree, "straight", all, code) or differs(tree, "plain1", all .. state, code)
        or differs(tree, "plain2", all .. state, code) or differs(tree, "plain3", all .. state, code)
    if plain then return plain end
    if tree.timed then return check_timed(tree, all .. state, code) end
    return differs(tree, "copy", all .. state .. "--\n" .. tail .. state, code)
        or differs(tree, "save", head, 0) or differs(tree, "load", tail .. state, code)
end

local trees, folders, bad = {}, {}, 0
for i = first, first + count - 1 do
    trees[#trees + 1] = prepare(i)
    folders[#folders + 1] = trees[#trees].folder
end
local list = ("%s/elements/%d.jobs"):format(build, seed)
platform.write(list, table.concat(folders, "\n") .. "\n")
platform.run { "sh", "-c", [[xargs -d '\n' -P "$1" -I{} sh {}/job.sh {} <"$2"]], "sh", platform.getenv "LOOPC_JOBS" or "2", list }
for _, tree in ipairs(trees) do
    local why = check(tree)
    platform.say((why and "not ok" or "ok") .. " tree " .. tree.index .. (why and " - " .. why:gsub("%s+", " ") .. " (" .. tree.folder .. ")" or ""))
    if why then bad = bad + 1 else platform.remove(tree.folder) end
end
platform.remove(list)
platform.say(("elements: %d trees, seed %d"):format(count, seed))
return platform.finish(bad > 0 and 1 or 0)

-- loopc.lightning: loops that run, advance and end, under the names that PyTorch Lightning gives them.
--
--     local lightning = require "loopc.lightning"
--     local fit = lightning.fit_loop {
--         max_epochs = 10, batches = "($train->rows + 31) / 32",
--         training_step = [[ $loss = ...; ]],
--         validation = { batches = 10, validation_step = [[ ... ]] },
--     }
--     return trainer "digits" { fit, state = { ... } }
--
-- All of it is made of the words that any spec has; loopc knows nothing of it. fit_loop and its parts are in
-- lightning/fit.lua.
--
-- lightning.loop "Name" { ... } is a loop with the keys of any loop (times or done, skip, call_on, order, state, site, batch,
-- doc) and with these bodies, each of which may be left out:
--     reset, on_run_start                         once, before the first iteration, also when there is none
--     on_ready                                    before an iteration is counted as ready
--     on_advance_start, advance, on_advance_end   in each iteration
--     before_advance_start                        before that, and before all callbacks there: $cancel() leaves them out
--     on_run_end                                  when it ended by done, times or $stop(); not after a failure
--     teardown                                    however it ended
--     on_skip                                     in the place of them all, when skip is true
-- The condition is evaluated before every iteration, also the first. $stop() in an iteration leaves it at once.
--
-- A child is inserted on a node of its parent: parent = Outer, place = "on_advance" (the default). Loops so connected form a tree
-- (Outer:connect), and Outer:replace { Inner = Other } exchanges them. The nodes that others can attach to are before_run
-- (reset, on_run_start), on_advance_start, on_advance, on_advance_end, after_run (on_run_end), finally_run (teardown) and
-- on_skip; names = { start = "batch_start", advance = "batch", stop = "batch_end" } calls those of an iteration
-- on_batch_start, on_batch and on_batch_end.
--
-- Progress, as fields: ready, started, processed, completed count the iterations of this run of the loop, total_ready ...
-- those of all its runs. An iteration is ready; its start hook; it is started; it advances; processed; its end hook;
-- completed. $completed is the index of the item in hand. A run sets the first four to 0.
--
-- A restart continues with the item after the last completed one: lightning.restart(fit, train), as C in a failed part
-- around them, makes the next run of these loops one. It sets ready, started and processed back to completed; totals never
-- move back. A child is restarted in the item of the loop around it, and in the run of that loop, in which it was left, and runs
-- from its start in all others.
-- --resume needs no restart: it continues in the middle of an iteration, with the counts of an uninterrupted run.
--
-- $restarting, a word of the language, is true from a resume or a restart on, in each loop until it has completed an
-- iteration, or the loop around it has.

local lightning = {}

local counters = { "ready", "started", "processed", "completed" }

local bodies = { "reset", "on_run_start", "on_ready", "before_advance_start", "on_advance_start", "advance", "on_advance_end",
    "on_run_end", "teardown", "on_skip" }
local keys = { "done", "times", "skip", "call_on", "order", "state", "site", "batch", "doc" }
local own = { "names", "parent", "place" }

local names_of = {} -- of the loops that were made here

-- An error in a table of arguments is reported at the spec's call, `level` calls up.
function lightning.check(word, given, level, ...)
    if type(given) ~= "table" then error(word .. " takes a table", level + 1) end
    local known, wrong = {}, {}
    for _, list in ipairs { ... } do
        for _, name in ipairs(list) do known[name] = true end
    end
    for key in pairs(given) do
        if not known[key] then wrong[#wrong + 1] = tostring(key) end
    end
    table.sort(wrong)
    if not wrong[1] then return end
    local names = {}
    for name in pairs(known) do names[#names + 1] = name end
    table.sort(names)
    error(("%s knows no '%s'; it knows %s"):format(word, wrong[1], table.concat(names, ", ")), level + 1)
end

-- Bodies one after the other, each in braces: their variables are their own.
function lightning.join(...)
    local parts = {}
    for i = 1, select("#", ...) do
        local part = select(i, ...)
        if part then parts[#parts + 1] = "{\n" .. part .. "\n}" end
    end
    return #parts > 0 and table.concat(parts, "\n") or nil
end

local function progress_fields(given)
    local state = {
        restart = bool { doc = "whether the next run continues this one" },
        runs = i64 { doc = "runs that began at their first item" },
        outside = u64 { doc = "the item of the loop around it in which it runs" },
    }
    for _, name in ipairs(counters) do
        state[name] = i64 { doc = "iterations " .. name .. " in this run of the loop" }
        state["total_" .. name] = i64 { doc = "iterations " .. name .. " in all" }
    end
    for name, field in pairs(given or {}) do state[name] = field end
    return state
end

local function count(name) return ("$%s++; $total_%s++;"):format(name, name) end

-- C that is true when this run continues the last one: within the same item of the loop around it, of the same run
-- of that loop. The runtime knows the item in hand, so that no loop has to know the names of others.
local goes_on = "$restart && $outside == $loopc->item"

local begin = ([[
    if (%s) {
        $ready = $started = $processed = $completed;
        $restarting = true;
    } else {
        $ready = $started = $processed = $completed = 0;
        $runs++;
    }
    $outside = $loopc->item;
]]):format(goes_on)

local function nodes(name, given)
    local names = given.names or {}
    local start, advance, stop = names.start or "advance_start", names.advance or "advance", names.stop or "advance_end"
    return {
        before_run = node(0, lightning.join(begin, given.reset, "$restart = false;", given.on_run_start)),
        on_ready = node(1, (given.on_ready or "") .. count "ready"
            .. (' $loopc->item = loopc_item($outside, "%s", $runs, $completed);'):format(name)),
        ["before_" .. start] = given.before_advance_start and node(2, given.before_advance_start) or nil,
        ["on_" .. start] = node { order = 3, doc = "an iteration begins", given.on_advance_start },
        ["before_" .. advance] = node(4, count "started"),
        ["on_" .. advance] = node { order = 5, doc = "the iteration itself", given.advance },
        ["after_" .. advance] = node(6, count "processed"),
        ["on_" .. stop] = node { order = 7, doc = "an iteration ends", given.on_advance_end },
        on_completed = node(8, count "completed"),
        after_run = node(98, given.on_run_end),
        finally_run = node(99, lightning.join("$loopc->item = $outside;", given.teardown)),
        on_skip = given.skip and node(100, given.on_skip) or nil,
    }
end

-- The name of a loop that was made here.
function lightning.name_of(made)
    return made ~= nil and names_of[made] or error("parent: it is not a loop of lightning.loop; for other loops use call_on", 4)
end

local function check_loop(given)
    lightning.check("lightning.loop", given, 3, bodies, keys, own)
    if not given.done and not given.times then error("lightning.loop needs times or done: when does it end?", 3) end
    if given.on_skip and not given.skip then error("lightning.loop has on_skip and no skip: when is it skipped?", 3) end
end

function lightning.loop(name)
    return function(given)
        check_loop(given)
        local parent = given.parent ~= nil and lightning.name_of(given.parent)
        local body = nodes(name, given)
        for _, key in ipairs(keys) do body[key] = given[key] end
        body.state = progress_fields(given.state)
        body.from = given.times and ("%s ? $completed : 0"):format(goes_on)
        local made = loop(name)(body)
        names_of[made] = name
        if parent then given.parent:connect { [given.place or "on_advance"] = made } end
        return made
    end
end

-- C that makes the next run of these loops a restart.
function lightning.restart(...)
    local lines = {}
    for i, each in ipairs { ... } do
        local name = names_of[each] or error("lightning.restart takes loops of lightning.loop", 2)
        lines[i] = ("$%s.restart = true;"):format(name)
    end
    return table.concat(lines, "\n")
end

for name, word in pairs(require("loopc.lightning.fit")(lightning)) do lightning[name] = word end

return lightning

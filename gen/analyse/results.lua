-- Part of analyse_fields: from which place a text reads the result of a loop.
--
-- The result of a loop is made at each of its places apart. A text outside of the loop reads that of the last place before it in a
-- loop around the text. `done` is evaluated behind the iteration, too: it reads the last place inside of its own loop.
--
-- In:  source.result_of, the loops whose results a text reads from outside. Out: item.results of steps, and instance.results of
-- in loops, by the key of the expression: from each such loop to its instance.

local reader = require "gen.spec.reader"

local results = {}

local function complain(unit, text, loop)
    if text.result_told then return end
    text.result_told = true
    unit.diags:add("no_result", reader.line_in(text.body, 1), "$" .. loop.name, text.title, loop.name)
end

-- The last place of `loop` so far in `instance` or around it.
local function last_place(last, loop, instance)
    while instance do
        local place = last[instance] and last[instance][loop]
        if place then return place end
        instance = instance.parent
    end
end

local function has_result(loop)
    for _, field in ipairs(loop.fields) do
        if field.result then return true end
    end
    return false
end

-- The place is the last one of its loop in all that is around it.
local function note_place(last, instance)
    local around = has_result(instance.loop) and instance.parent
    while around do
        last[around] = last[around] or {}
        last[around][instance.loop] = instance
        around = around.parent
    end
end

local function find(unit, text, last, instance)
    if not (text and text.result_of) then return nil end
    local out = {}
    for _, loop in ipairs(text.result_of) do
        out[loop] = last_place(last, loop, instance)
        if not out[loop] then complain(unit, text, loop) end
    end
    return out
end

local function find_expressions(unit, instance, last, keys, around)
    for _, key in ipairs(keys) do
        local found = find(unit, instance.loop.texts and instance.loop.texts[key], last, around)
        if found then
            instance.results = instance.results or {}
            instance.results[key] = found
        end
    end
end

-- The sites that an element's texts read from are those of the whole.
local function gather(source)
    for _, text in ipairs(source.texts or {}) do
        for _, loop in ipairs(text.result_of or {}) do
            source.result_of = source.result_of or {}
            table.insert(source.result_of, loop)
        end
    end
end

function results.run(unit)
    local last = {} -- of an instance, from each loop inside to the latest of its places
    for _, item in ipairs(unit.list) do
        local instance = item.instance
        if item.op == "loop" then find_expressions(unit, instance, last, { "skip", "times" }, instance.parent)
        elseif item.op == "end_loop" then
            instance = unit.list[item.matching].instance
            find_expressions(unit, instance, last, { "done" }, instance)
            note_place(last, instance)
        elseif item.op == "step" then
            if item.source.tree and not item.source.result_of then gather(item.source) end
            item.results = find(unit, item.source, last, instance)
        end
    end
end

-- The instance of `loop` whose site fields a text reads: the one around it, else that of the result it reads.
function results.instance_of(instance, loop, found)
    local around = instance
    while around and around.loop ~= loop do around = around.parent end
    return around or found and found[loop]
end

return results

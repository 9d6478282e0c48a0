-- layout: the names and places of everything in the emitted C.
--
-- In:  unit.list analysed. Out:
--   unit.struct            the tag of the state's struct
--   field.lvalue           "s->Fit.epoch"; for a site field the member behind the instance's pointer
--   field.report_in        the loop whose iterations report it, or nil for the end of the run
--   loop.reports           whether its iterations report anything; loop.reports_end: whether its end does (reports.lua)
--   loop.batch_owners      the loop and the callbacks whose batch fields each of its iterations zeroes
--   instance.site               the member that holds the instance's site fields
--   source.func, .signals  the function of a body, whether it gives a signal anywhere
--   repeat item .at_name   the name of its resume point, where a run can be saved (as a step with a WEAVE); unit.resume_points lists them
--   repeat item .end_name  that of its end, where a run is saved too, when no other repetition is around it
--   item.point             the trace point of a loop, phase or step, { name, item, parent, index } of unit.trace_points;
--                          libraries have none
--   loop item .func        the name of its own function, when its text is longer than a screen or it may fail in a handler
--   unit.names             the names at file scope that are taken, those that the trainer's code mentions among them
--   unit.tables            the names of the tables: unit.tables.fields is "fields" unless that is taken
--   unit.position          the member that holds where machines are (emit_elements, the step form)
--   unit.sources_used      sources in order of first appearance

local analysis = require "gen.tree.element_analysis"
local ctext = require "gen.c.text"
local host = require "host"
local Names = require "gen.c.names"
local reports = require "gen.flatten.reports"
local spec_tree = require "gen.tree.spec_tree"

local layout = {}

-- C guarantees string literals of 4095 bytes; a longer path is replaced by its beginning and a checksum.
local LONGEST_PATH = 1000

local SCREEN = 50

local function site_name(instance)
    if not instance.on then return instance.loop.name end
    return ("%s_on_%s"):format(instance.loop.name, instance.on.full:gsub("%.", "_"))
end

local function has_life(loop, life)
    for _, field in ipairs(loop.fields) do
        if field.life == life then return true end
    end
    return false
end

local function place_fields(unit, members)
    for _, member in ipairs(unit.trainer.members) do
        local batch = has_life(member, "batch")
        member.member = members:take(member.name)
        if batch then member.batch_member = members:take(member.name .. "_batch") end
    end
    for _, field in ipairs(spec_tree.fields(unit.trainer)) do
        local owner = field.owner
        if owner.kind == "trainer" then field.lvalue = "s->" .. field.name
        elseif field.life == "batch" then field.lvalue = ("s->%s.%s"):format(owner.batch_member, field.name)
        elseif field.life == "site" then field.lvalue = field.name
        else field.lvalue = ("s->%s.%s"):format(owner.member, field.name) end
    end
end

local function place_loops(unit)
    for _, loop in ipairs(unit.trainer.loops) do
        loop.site_struct = has_life(loop, "site") and loop.name .. "_site" or nil
    end
end

local function use_source(unit, item, names)
    local source = item.source
    if not source.func then
        source.func = names:take(source.full:gsub("%.", "_"))
        unit.sources_used[#unit.sources_used + 1] = source
    end
    if next(item.signals) then source.signals = true end
end

local wishes = {} -- names of points by their titles: many have the same

local function wished_name(title)
    wishes[title] = wishes[title] or "P_" .. title:gsub("%.", "_")
    return wishes[title]
end

local function add_point(unit, item, names, title)
    if unit.options.lib then return end
    local parent = item.parent and unit.list[item.parent]
    while parent and not parent.point do parent = parent.parent and unit.list[parent.parent] end
    local points = unit.trace_points
    item.point = { name = names:take(wished_name(title)), item = item, parent = parent and parent.point, index = #points }
    points[#points + 1] = item.point
end

-- "Inner on Mid.on_y on Outer.on_x": the path of an instance.
local function path_of(instance)
    local names = { instance.loop.name }
    while instance.on do
        names[#names + 1] = instance.on.full
        instance = instance.parent
    end
    local path = table.concat(names, " on ")
    return #path <= LONGEST_PATH and path or path:sub(1, 200) .. " ... " .. host.sha256(path)
end

local function is_in_repetition(unit, item)
    local parent = item.parent
    while parent and unit.list[parent].op ~= "repeat" do parent = unit.list[parent].parent end
    return parent ~= nil
end

local function add_resume_point(unit, name, instance, prefix, suffix)
    unit.resume_points[#unit.resume_points + 1] = { name = name, loop = instance.loop.name,
        path = prefix .. path_of(instance) .. (suffix or "") }
    return name
end

-- Whether a body of elements can be saved between two of its steps: one with a WEAVE, whose strands know where they are. (In the step
-- form the run as a whole is left between steps.)
local function is_resumable(unit, item)
    local source = item.source
    return source.tree and not (unit.options.lib or unit.options.step or source.in_handler) and item.signals.INTERRUPTED
        and analysis.weaves(source.tree)
end

local function place_item(unit, item, names, members)
    local instance = item.instance
    if item.op == "loop" then
        add_point(unit, item, names, instance.loop.name)
        if instance.loop.site_struct then
            instance.site = members:take(instance.on and site_name(instance) or instance.loop.name .. "_site")
        end
    elseif item.op == "repeat" and not item.in_handler and not unit.options.lib then
        item.at_name = add_resume_point(unit, names:take("AT_" .. instance.loop.name), instance, "")
        if not is_in_repetition(unit, item) then
            item.end_name = add_resume_point(unit, names:take(("AT_%s_END"):format(instance.loop.name)), instance, "the end of ")
        end
    elseif item.op == "phase" then
        add_point(unit, item, names, item.phase.full)
    elseif item.op == "step" then
        if is_resumable(unit, item) then
            item.at_name = add_resume_point(unit, names:take("AT_" .. item.source.full:gsub("%.", "_")), item.instance, "",
                " in " .. item.source.full)
            item.source.resumable = true
        end
        add_point(unit, item, names, item.source.full)
        use_source(unit, item, names)
    end
end

-- Lines that an item takes in the run function, roughly.
local weights = { loop = 2, ["repeat"] = 4, phase = 3, failed = 2, finally = 1, skip = 2, step = 1 }

local function in_handler(item) return item.part == "failed" or item.part == "finally" end

-- Which loops become functions of their own: those longer than a screen, and in handlers those with something pending of
-- their own, for `st` is taken there. Decided inside out, so that only the rest of a level is measured.
local function outline(unit, names)
    local frames = { { weight = 0 } }
    for _, item in ipairs(unit.list) do
        local frame = frames[#frames]
        if item.op == "loop" then frames[#frames + 1] = { item = item, weight = weights.loop }
        elseif item.op == "end_loop" then
            local loop = table.remove(frames).item
            local outer, weight = frames[#frames], frame.weight
            if loop.parent and not loop.dead and (weight > SCREEN or in_handler(loop) and frame.signals) then
                loop.func = names:take(site_name(loop.instance))
                weight = 1
            end
            outer.weight, outer.signals = outer.weight + weight, outer.signals or frame.signals
        elseif not item.dead then
            frame.weight = frame.weight + (weights[item.op] or 0)
            frame.signals = frame.signals or item.op == "repeat" and not item.in_handler
                or item.signals and next(item.signals) ~= nil
        end
    end
end

-- The loop whose iterations each loop and callback belongs to: its `home`, else the innermost repeating one around the first of
-- its sites that has one, even for callbacks that listen to events of the setup as well.
local function home_loops(unit)
    local home = {}
    for _, member in ipairs(unit.trainer.members) do home[member] = member.home end
    for _, item in ipairs(unit.list) do
        local owner = item.op == "loop" and item.instance.loop or item.op == "step" and item.source.callback
        local instance = owner and not home[owner] and item.instance
        while instance and not instance.loop.repeats do instance = instance.parent end
        if instance then home[owner] = instance.loop end
    end
    return home
end

-- The loop whose iterations report a field, that of its owner; the trainer's belong to the root.
local function report_loops(unit, home)
    local root = unit.list[1].instance.loop
    for _, field in ipairs(spec_tree.fields(unit.trainer)) do
        local owner = field.owner
        local loop = field.report and (owner.kind == "trainer" and root.repeats and root or home[owner])
        if loop then
            field.report_in, field.report_loop = loop.name, loop
            loop.reports = true
        end
    end
end

-- The batch fields of a callback are zeroed with those of its loop; without a repeating loop, with those of the root.
local function batch_owners(unit, home)
    for _, member in ipairs(unit.trainer.members) do
        if member.batch_member then
            local loop = member.kind == "loop" and member or home[member] or unit.trainer.root
            loop.batch_owners = loop.batch_owners or {}
            table.insert(loop.batch_owners, member)
        end
    end
end

-- Names at file scope: those of the trainer's code first, then those that every trainer has.
local function file_scope(unit)
    local names = Names.new()
    if unit.trainer.code then ctext.identifiers(unit.trainer.code.text, names.taken) end
    for _, suffix in ipairs { "_steps", "_run", "_run_instrumented", "_defaults", "_prepare", "_before_save", "_after_load", "_before_show",
        "_reevaluate", "_one_step", "_step", "_step_instrumented", "_init", "_resume", "_copy", "_save", "_load", "_end" } do
        names.taken[unit.struct .. suffix] = true
    end
    for _, name in ipairs { "nets", "main", "run", "AT_START" } do names.taken[name] = true end
    unit.tables = {}
    for _, name in ipairs { "fields", "trace_points", "resume_points", "children", "steering", "views", "program" } do
        unit.tables[name] = names:take(name)
    end
    unit.tables.list_of_points = names:take("TRACE_POINTS")
    return names
end

function layout.run(unit)
    unit.struct = unit.trainer.name
    unit.sources_used, unit.trace_points, unit.resume_points = {}, {}, {}
    local names = file_scope(unit)
    local members = Names.new()
    unit.names = names
    for _, field in ipairs(unit.trainer.fields) do members:take(field.name) end
    place_fields(unit, members)
    place_loops(unit)
    for _, item in ipairs(unit.list) do
        if not item.dead then place_item(unit, item, names, members) end
    end
    for _, hook in ipairs(spec_tree.hooks(unit.trainer)) do hook.func = names:take(hook.full:gsub("%.", "_")) end
    outline(unit, names)
    local home = home_loops(unit)
    report_loops(unit, home)
    reports.run(unit, spec_tree.fields(unit.trainer))
    batch_owners(unit, home)
    unit.position = members:take("position")
    unit.resume_numbers = {}
    for i, point in ipairs(unit.resume_points) do unit.resume_numbers[point.name] = i end
end

return layout

-- Positions in the run function: where a run can be saved, and the ways in for one that is resumed.
--
-- A run is saved between two iterations of a loop, and where a loop that no other repetition holds has come to its end. The
-- function opens with a switch on where it was saved; a function of its own is entered through its call.

local bodies = require "gen.emit.bodies"

local emit_resume = {}

-- An expression of a loop (`skip`, `times`, `done`) in C.
function emit_resume.expression(instance, key) return bodies.expression(instance.loop.texts[key], instance, key) end

-- The statement that sets what `from` says; a resumed run keeps it.
function emit_resume.begun(instance)
    return ("%s = (int64_t)(%s);"):format(instance.loop.from_field.lvalue, emit_resume.expression(instance, "from"))
end

-- The statement that sets the bound of `times`.
function emit_resume.bound(instance)
    local loop = instance.loop
    local less = loop.from and " - " .. loop.from_field.lvalue or ""
    if math.type(loop.times) == "integer" then return ("%s = %d%s;"):format(loop.times_field.lvalue, loop.times, less) end
    local expression = emit_resume.expression(instance, "times")
    local simple = expression:match("^[%w_%.%->]+$")
    return (simple and "%s = (int64_t)%s%s;" or "%s = (int64_t)(%s)%s;"):format(loop.times_field.lvalue, expression, less)
end

-- The parts of the condition to go on. A loop that waits at its target asks there whether to go on after all.
function emit_resume.condition(instance, waits)
    local loop, parts = instance.loop, {}
    local counter = ("s->%s.iteration"):format(loop.member)
    if math.type(loop.times) == "integer" and not loop.from then parts[1] = ("%s < %d"):format(counter, loop.times)
    elseif loop.times then parts[1] = ("%s < %s"):format(counter, loop.times_field.lvalue) end
    if waits then parts[1] = ("(%s || loopc_wait(&s->loopc))"):format(parts[1]) end
    if loop.done then parts[#parts + 1] = ("!(%s)"):format(emit_resume.expression(instance, "done")) end
    return parts
end

-- Between two iterations: signals are seen, and the run can be saved. A resumed one enters here, behind the test of the
-- condition, which was made before it was saved. Handlers run whole, and nothing is saved inside them. A library is saved by
-- its host.
function emit_resume.boundary(run, item)
    if item.in_handler then return run:line("loopc_poll_masked(&s->loopc);") end
    if not item.at_name then return run:line("if ((st = loopc_poll_nosave(&s->loopc))) break;") end
    run:line("if ((st = loopc_poll(&s->loopc, %s))) break;", item.at_name)
    local label = run:name_label(item.instance.loop.name .. "_resumed")
    run.w:outdented("%s:", label)
    item.resumed = label
    run.positions[#run.positions + 1] = { name = item.at_name, label = label, here = true }
end

-- Where the repetition has come to its end, with nothing pending. A run that was saved here goes on where it is when the
-- condition has come to hold again by then, for there are more epochs to do.
function emit_resume.ended(run, item)
    if not item.end_name then return end
    local label = run:name_label(item.instance.loop.name .. "_ended")
    run.w:outdented("%s:", label)
    run:line("if (!st) st = loopc_ended(&s->loopc, %s);", item.end_name)
    run.positions[#run.positions + 1] = { name = item.end_name, label = label, here = true,
        again = table.concat(emit_resume.condition(item.instance), " && "), resumed = item.resumed }
end

-- The number of a position: its place in the enumeration, in which those of a function follow each other.
local function number_of(unit, name)
    local numbers = unit.position_numbers
    if not numbers then
        numbers = {}
        for i, position in ipairs(unit.positions) do numbers[position.name] = i end
        unit.position_numbers = numbers
    end
    return numbers[name]
end

-- A run that was saved inside a function of its own is resumed through the call of it: by ranges of positions, for deep
-- nests have many.
function emit_resume.enter_through(run, inner)
    if #inner.positions == 0 then return end
    local label, range = run:name_label(inner.name .. "_resumed"), nil
    run.w:outdented("%s:", label)
    for _, position in ipairs(inner.positions) do
        local first = position.first or number_of(run.unit, position.name)
        local last = position.last or first
        if range and range.last + 1 == first then range.last = last
        else
            range = { label = label, first = first, last = last }
            run.positions[#run.positions + 1] = range
        end
    end
end

local function write_case(w, position)
    w:line("case %s:", position.name)
    w.depth = w.depth + 1
    if position.here then w:line("s->loopc.resume_at = AT_START;") end
    if position.again then w:line("if (%s) goto %s;", position.again, position.resumed) end
    w:line("goto %s;", position.label)
    w.depth = w.depth - 1
end

local function is_long(position) return position.first and position.last - position.first > 1 end

local function write_switch(run, w)
    w:line("switch (s->loopc.resume_at) { /* AT_START, or where a resumed run was saved */")
    for _, position in ipairs(run.positions) do
        if not position.first then write_case(w, position)
        elseif not is_long(position) then
            for number = position.first, position.last do
                write_case(w, { name = run.unit.positions[number].name, label = position.label })
            end
        end
    end
    w:line("}")
end

-- The way in for a resumed run: straight to where it was saved.
function emit_resume.write_entry(run, w)
    if #run.positions == 0 then return end
    local short = 0
    for _, position in ipairs(run.positions) do
        if is_long(position) then
            w:line("if (s->loopc.resume_at >= %s && s->loopc.resume_at <= %s) goto %s;",
                run.unit.positions[position.first].name, run.unit.positions[position.last].name, position.label)
        else short = short + 1 end
    end
    if short > 0 then write_switch(run, w) end
    w:blank()
end

-- The bounds that a resumed run evaluates again, for each loop once.
local function write_bounds(unit, w)
    local seen = {}
    for _, item in ipairs(unit.list) do
        local loop = item.op == "repeat" and item.at_name and item.instance.loop
        if loop and loop.bound_fixed and not seen[loop] then w:line(emit_resume.bound(item.instance)) end
        seen[loop or false] = true
    end
end

-- The function that a resumed run begins with: NAME_again.
function emit_resume.write_again(unit, w)
    if #unit.positions == 0 then return end
    w:comment { "What a run that is resumed evaluates again: bounds that nothing but options decides; and whether a loop that had come "
        .. "to its end has more to do." }
    w:line("static bool %s_reevaluate(void *state, int at)", unit.struct)
    w:open("{")
    w:line("struct %s *const s = state;", unit.struct)
    w:blank()
    write_bounds(unit, w)
    w:line("switch (at) {")
    for _, item in ipairs(unit.list) do
        if item.end_name then
            w:line("case %s:", item.end_name)
            w.depth = w.depth + 1
            w:line("return %s;", table.concat(emit_resume.condition(item.instance), " && "))
            w.depth = w.depth - 1
        end
    end
    w:line("default:")
    w.depth = w.depth + 1
    w:line("return false;")
    w.depth = w.depth - 1
    w:line("}")
    w:close()
    w:blank()
end

return emit_resume

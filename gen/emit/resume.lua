-- Resume points in the run: where it can be saved, and the ways in for a run that is resumed.
--
-- A run is saved between two iterations of a loop, at the end of a loop that is in no other repetition, and inside of bodies of elements.
-- A function opens with a switch on where it was saved; a function of its own is entered through its call.

local analysis = require "gen.tree.element_analysis"
local bodies = require "gen.emit.bodies"
local negate = require "gen.c.negate"
local render = require "gen.c.render"
local step_form = require "gen.emit.step"

local emit_resume = {}

-- An expression of a loop (`skip`, `times`, `done`) in C.
function emit_resume.expression(instance, key) return bodies.expression(instance.loop.texts[key], instance, key) end

-- The condition on which a loop is not skipped.
function emit_resume.unless(instance) return negate(emit_resume.expression(instance, "skip")) end

-- The value of `from`; a resumed run keeps it.
function emit_resume.begun(instance) return ("(int64_t)(%s)"):format(emit_resume.expression(instance, "from")) end

-- The value of the bound of `times`.
function emit_resume.bound(instance)
    local loop = instance.loop
    local less = loop.from and " - " .. loop.from_field.lvalue or ""
    if math.type(loop.times) == "integer" then return tostring(loop.times) .. less end
    local expression = emit_resume.expression(instance, "times")
    local simple = expression:match("^[%w_%.%->]+$")
    return (simple and "(int64_t)%s%s" or "(int64_t)(%s)%s"):format(expression, less)
end

-- The parts of the condition for one more iteration.
function emit_resume.condition(instance)
    local loop, parts = instance.loop, {}
    local counter = ("s->%s.iteration"):format(loop.member)
    if math.type(loop.times) == "integer" and not loop.from then parts[1] = ("%s < %d"):format(counter, loop.times)
    elseif loop.times then parts[1] = ("%s < %s"):format(counter, loop.times_field.lvalue) end
    if loop.done then parts[#parts + 1] = negate(emit_resume.expression(instance, "done")) end
    return parts
end

-- The place of that condition in the spec, where it is one text.
local function place_of(instance)
    local done = instance.loop.texts.done
    return done and done.body.at
end

-- The head of an iteration: the run polls for events, and can be saved. A resumed one enters here, behind the test of the
-- condition, which was made before it was saved. Handlers run whole, and nothing is saved inside them. A library is saved by
-- its host. LOOPC_MORE: the run continues at once in its other variant.
function emit_resume.boundary(run, item)
    if item.in_handler then return run:run("loopc_poll_masked(&s->loopc)") end
    if not item.at_name then return run:exit("loopc_poll_nosave(&s->loopc)", { "break" }) end
    local poll = ("loopc_poll(&s->loopc, %s)"):format(item.at_name)
    if step_form.is(run) then run:exit(poll, { "break" })
    else
        run:add { op = "suspend", to = "st", code = poll }
        run:exit(nil, { "break" })
    end
    item.resumed = run:new_label(item.instance.loop.name .. "_resumed")
    run:put_label(item.resumed)
    run.positions[#run.positions + 1] = { name = item.at_name, label = item.resumed }
end

-- The end of the repetition, without a pending status. A run that was saved here continues the loop when the
-- condition has come to hold again by then, for there are more epochs to do.
function emit_resume.ended(run, item)
    if not item.end_name then return end
    local label = run:new_label(item.instance.loop.name .. "_ended")
    run:put_label(label)
    run:add { op = "if", test = "!st", pending = true,
        block = { { op = "set", to = "st", code = ("loopc_ended(&s->loopc, %s)"):format(item.end_name) } } }
    run.positions[#run.positions + 1] = { name = item.end_name, label = label,
        more = table.concat(emit_resume.condition(item.instance), " && "), resumed = item.resumed,
        at = place_of(item.instance) }
end

-- Enters a body of elements that can be saved inside: its frame.
local function enter_frame(run, item)
    local frame = ("s->%s.%s"):format(run.unit.position, item.source.func)
    run.uses_s = true
    run:set(frame .. ".at", "0")
    run:set(frame .. ".point", item.at_name)
end

-- A straight function that can be saved at its repetitions. Returns its call.
function emit_resume.iterations(run, item, code)
    local label = run:new_label(item.source.func .. "_resumed")
    enter_frame(run, item)
    run:put_label(label)
    run.positions[#run.positions + 1] = { name = item.at_name, label = label }
    return code
end

-- A coroutine that can be saved between two of its steps: it is called again until it is at its end. Returns the variable of its status.
function emit_resume.steps(run, item, code)
    local label = run:new_label(item.source.func .. "_resumed")
    enter_frame(run, item)
    run:put_label(label)
    run:add { op = "for", start = "", step = "", test = ("(st = %s) == LOOPC_MORE"):format(code), pending = true,
        block = { { op = "exit", code = ("loopc_between_steps(&s->loopc, %s)"):format(item.at_name), leave = { "break" } } } }
    for _, child in ipairs(analysis.processes(item.source.tree)) do run:run(("loopc_child_end(&%s)"):format(child)) end
    run.positions[#run.positions + 1] = { name = item.at_name, label = label }
    return "st"
end

-- A run that was saved inside a function of its own is resumed through the call of it: by ranges of points, for deep
-- nests have many.
function emit_resume.enter_through(run, inner)
    if #inner.positions == 0 then return end
    local label, range = run:new_label(inner.name .. "_resumed"), nil
    run:put_label(label)
    for _, position in ipairs(inner.positions) do
        local first = position.first or run.unit.resume_numbers[position.name]
        local last = position.last or first
        if range and range.last + 1 == first then range.last = last
        else
            range = { label = label, first = first, last = last }
            run.positions[#run.positions + 1] = range
        end
    end
end

local function jump(label) return { op = "leave", leave = { "goto", label } } end

-- For an inner function, which looks there again.
local hand_on = { op = "set", to = "s->loopc.resume_at", code = "at" }

local function case_of(run, position)
    if not position.first then
        local more = position.more and { op = "if", test = position.more, at = position.at, block = { jump(position.resumed) } } or nil
        return { heads = { "case " .. position.name }, block = { more or jump(position.label), more and jump(position.label) } }
    end
    local heads = {}
    for number = position.first, position.last do heads[#heads + 1] = "case " .. run.unit.resume_points[number].name end
    return { heads = heads, block = { hand_on, jump(position.label) } }
end

-- Ranges are tested for where a case each would be long.
local function is_long(position) return position.first and position.last - position.first > 1 end

local function test_of(run, position)
    local points = run.unit.resume_points
    return { op = "if", test = ("at >= %s && at <= %s"):format(points[position.first].name, points[position.last].name),
        block = { hand_on, jump(position.label) } }
end

function emit_resume.declare(run, w)
    if #run.positions > 0 then w:line("const int at = s->loopc.resume_at; /* AT_START, or where a resumed run was saved */") end
end

-- The way in for a resumed run: straight to where it was saved.
function emit_resume.write_entry(run, w, place)
    if #run.positions == 0 then return end
    local block, cases = {}, {}
    for _, position in ipairs(run.positions) do
        if is_long(position) then block[#block + 1] = test_of(run, position)
        else cases[#cases + 1] = case_of(run, position) end
    end
    if #cases > 0 then
        cases[#cases + 1] = { heads = { "default" }, block = { { op = "leave", leave = { "break" } } } }
        block[#block + 1] = { op = "switch", on = "at", cases = cases }
    end
    w:line("s->loopc.resume_at = AT_START;")
    render.block(w, block, place)
    w:blank()
end

-- The bounds that a resumed run evaluates again, for each loop once.
local function bounds(unit)
    local block, seen = {}, {}
    for _, item in ipairs(unit.list) do
        local loop = item.op == "repeat" and item.at_name and item.instance.loop
        if loop and loop.bound_fixed and not seen[loop] then
            block[#block + 1] = { op = "set", to = loop.times_field.lvalue, code = emit_resume.bound(item.instance) }
        end
        seen[loop or false] = true
    end
    return block
end

-- Whether the condition for one more iteration names the state.
local function reads_state(loop)
    for _, piece in ipairs(loop.texts.done and loop.texts.done.pieces or {}) do
        if piece.field then return true end
    end
    return loop.times ~= nil
end

local function result(heads, code, at) return { heads = heads, block = { { op = "return", code = code, at = at } } } end

-- A program in steps that was saved between two of them is past its first entry.
local function between_steps(unit)
    local heads = {}
    for _, point in ipairs(unit.resume_points) do
        if point.step then heads[#heads + 1] = "case " .. point.name end
    end
    return { heads = heads, block = { { op = "set", to = ("s->%s.stage"):format(unit.position), code = "LOOPC_STAGE_RUNS" },
        { op = "return", code = "false" } } }
end

-- The function that a resumed run begins with: NAME_reevaluate.
function emit_resume.write_bounds(unit, w, place)
    if #unit.resume_points == 0 then return end
    local block, cases = bounds(unit), {}
    if unit.options.step then cases[1] = between_steps(unit) end
    local takes_state = #block > 0 or unit.options.step
    for _, item in ipairs(unit.list) do
        if item.end_name then
            takes_state = takes_state or reads_state(item.instance.loop)
            cases[#cases + 1] = result({ "case " .. item.end_name }, table.concat(emit_resume.condition(item.instance), " && "),
                place_of(item.instance))
        end
    end
    cases[#cases + 1] = result({ "default" }, "false")
    block[#block + 1] = { op = "switch", on = "at", cases = cases }
    w:comment { "Called on resume: recomputes the bounds of loops that depend on options only; returns whether a finished loop "
        .. "now has iterations left." }
    w:line("static bool %s_reevaluate(void *state, int at)", unit.struct)
    w:open("{")
    if takes_state then w:line("struct %s *const s = state;", unit.struct) else w:line("(void)state;") end
    w:blank()
    render.block(w, block, place)
    w:close()
    w:blank()
end

return emit_resume

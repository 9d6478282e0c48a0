-- The step form of the run: only here do the functions of run.lua differ from the straight form.
--
-- Each function of the run is a coroutine: before each leaf it notes in its frame, a struct in the state, where it is (`at`), and
-- returns LOOPC_MORE; called again, it enters by a switch and continues there. In handlers something is pending: `st`, and
-- the status of the failed part, are stored as well. A body of elements and a loop with a function of its own are coroutines
-- in turn: the outer one is at their call until they are at their end.

local render = require "gen.c.render"

local step_form = {}

function step_form.is(run) return run.unit.options.step == true end

-- Whether it is the function of the whole run, which the steps below call.
function step_form.is_root(run) return step_form.is(run) and not run.root.parent end

-- Whether a status may be pending at an item: in a handler of a phase of this function, or of a loop in it.
local function in_handler(run, item)
    while item and item ~= run.root do
        if item.part and item.part ~= "try" and run.list[item.parent].op ~= "loop" then return true end
        item = run.list[item.parent]
    end
    return false
end

-- Whether an item is in the failed part of a phase that may recover, where the status of its steps is needed.
local function in_recovery(run, item)
    while item and item ~= run.root do
        local bracket = run.list[item.parent]
        if item.part == "failed" and bracket.op == "phase" and bracket.recovers then return true end
        item = bracket
    end
    return false
end

-- A resume point of the function: its label and the variables that are stored there.
local function note(run, item)
    local number = #run.points + 1
    local point = { pending = in_handler(run, item), recovery = in_recovery(run, item), label = { name = "at_" .. number } }
    run.points[number] = point
    run.pending, run.recovery = run.pending or point.pending, run.recovery or point.recovery
    run:set("here->at", tostring(number))
    if point.pending then run:set("here->st", "st").pending = true end
    if point.recovery then run:set("here->handled", "handled") end
    return point
end

-- The place before a leaf.
function step_form.pause(run, item)
    if not step_form.is(run) then return end
    local point = note(run, item)
    run:add { op = "return", code = "LOOPC_MORE" }
    run:put_label(point.label)
end

-- The call of a coroutine: entered once, then called until it ends. `out` is the set of statuses with which it can end, `at` the resume
-- point of one that polls. Returns the variable of its status, which is not st where something is pending.
function step_form.call(run, item, frame, code, out, at)
    run:set(("s->%s.%s.at"):format(run.unit.position, frame), "0")
    if at then run:set(("s->%s.%s.point"):format(run.unit.position, frame), at) end
    local point = note(run, item)
    run:put_label(point.label)
    local status = point.pending and "late" or "st"
    run.uses_late = run.uses_late or point.pending and next(out) ~= nil
    run:add { op = "suspend", to = next(out) ~= nil and status or nil, code = code }
    return status
end

-- The frame of the function of `item`, once its statements are made.
function step_form.frame(run, item)
    if not step_form.is(run) or #run.points == 0 then return end
    run.machine, run.frame = true, item.func or "run"
    for _, frame in ipairs(run.unit.frames) do
        if frame.name == run.frame then return end
    end
    local members = { "int at" }
    if run.pending then members[2] = "int st" end
    if run.recovery then members[3] = "int handled" end
    table.insert(run.unit.frames, { name = run.frame, members = members })
end

function step_form.suffix(run) return step_form.is(run) and "_steps" or "_run" end

function step_form.declare(run, w)
    if not run.machine then return end
    w:line("struct %s_at_%s *const here = &s->%s.%s;", run.unit.struct, run.frame, run.unit.position, run.frame)
    if run.uses_late then w:line("int late;") end
    if run.uses_handled then w:line("int handled = LOOPC_OK;") end
end

local function jump(point) return { op = "leave", leave = { "goto", point.label } } end

local function case_of(number, point)
    local block = {}
    if point.pending then block[1] = { op = "set", to = "st", code = "here->st" } end
    if point.recovery then block[#block + 1] = { op = "set", to = "handled", code = "here->handled" } end
    block[#block + 1] = jump(point)
    return { heads = { ("case %d"):format(number) }, block = block }
end

function step_form.enter(run, w)
    if not run.machine then return end
    local points, cases = run.points, {}
    if #points == 1 and not points[1].pending then
        render.block(w, { { op = "if", test = "here->at == 1", block = { jump(points[1]) } } })
        return w:blank()
    end
    for i, point in ipairs(points) do cases[i] = case_of(i, point) end
    cases[#cases + 1] = { heads = { "default" }, block = { { op = "leave", leave = { "break" } } } }
    render.block(w, { { op = "switch", on = "here->at", cases = cases } })
    w:blank()
end

-- One step: the first one enters the run before; the last one notes how it ended.
local function write_body(unit, w)
    local at, prepares = ("s->%s"):format(unit.position), unit.options.lib and unit.prepare
    w:open("{")
    w:line("int st;")
    w:blank()
    w:line("if (%s.stage == LOOPC_STAGE_ENDED) return %s.ended;", at, at)
    if prepares then w:line("if (%s.stage == LOOPC_STAGE_NEW && (st = %s_prepare(s))) goto ended;", at, unit.struct) end
    w:open("while ((st = %s_steps(s%s)) == LOOPC_MORE) {", unit.struct, unit.options.lib and "" or ", instrumented")
    w:line("if (%s.stage == LOOPC_STAGE_RUNS) return st;", at)
    w:line("%s.stage = LOOPC_STAGE_RUNS; /* before its first leaf */", at)
    w:close()
    if prepares then w:outdented("ended:") end
    w:line("%s.stage = LOOPC_STAGE_ENDED;", at)
    w:line("return %s.ended = st;", at)
    w:close()
    w:blank()
end

local function write_variant(unit, w, suffix, constant)
    w:line("static int %s_step%s(void *state)", unit.struct, suffix)
    w:open("{")
    w:line("return %s_one_step(state, %s);", unit.struct, constant)
    w:close()
    w:blank()
end

-- name_step, and its instrumented variant where there is one.
function step_form.write_step(unit, w)
    w:comment { "Runs one leaf, then up to the next one. Returns LOOPC_MORE, or the status with which the run ended." }
    if unit.options.lib then
        w:line("int %s_step(struct %s *s)", unit.struct, unit.struct)
        return write_body(unit, w)
    end
    w:line("static LOOPC_ALWAYS_INLINE int %s_one_step(struct %s *s, const bool instrumented)", unit.struct, unit.struct)
    write_body(unit, w)
    write_variant(unit, w, "", "false")
    write_variant(unit, w, "_instrumented", "true")
end

return step_form

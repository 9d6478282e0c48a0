-- The step form of the run: what emit_run.lua writes differs from the straight form in this alone.
--
-- Each function of the run is a machine: before each leaf it notes in its frame, a struct in the state, where it is (`at`), and
-- returns LOOPC_MORE; called again, it enters by a switch and goes on there. In handlers something is pending: `st`, and
-- what the failed part has come to, are noted as well. A body of elements and a loop with a function of its own are machines
-- in turn: the outer one is at their call until they are at their end.

local CWriter = require "gen.c.writer"

local step_form = {}

function step_form.is(run) return run.unit.options.step == true end

-- Whether something may be pending where an item stands: in a handler of a phase of this function, or of a loop in it.
local function in_handler(run, item)
    while item and item ~= run.root do
        if item.part and item.part ~= "try" and run.list[item.parent].op ~= "loop" then return true end
        item = run.list[item.parent]
    end
    return false
end

-- Whether an item stands in the failed part of a phase that may recover: what its steps have come to is needed there.
local function in_recovery(run, item)
    while item and item ~= run.root do
        local bracket = run.list[item.parent]
        if item.part == "failed" and bracket.op == "phase" and bracket.recovers then return true end
        item = bracket
    end
    return false
end

-- A place of the function: its number, and what is noted there.
local function note(run, item)
    local point = { pending = in_handler(run, item), recovery = in_recovery(run, item) }
    run.points[#run.points + 1] = point
    run.pending, run.recovery = run.pending or point.pending, run.recovery or point.recovery
    return #run.points
end

local function save(run, number)
    run:line("here->at = %d;", number)
    if run.points[number].pending then run:line("here->st = st;") end
    if run.points[number].recovery then run:line("here->handled = handled;") end
end

-- The place before a leaf.
function step_form.pause(run, item)
    if not step_form.is(run) then return end
    local number = note(run, item)
    save(run, number)
    run:line("return LOOPC_MORE;")
    run.w:outdented("at_%d:", number)
end

-- The call of a machine: entered once, then called until it is at its end. `out` is what it can end with. Returns the variable
-- of its status, which is not st where something is pending.
function step_form.call(run, item, frame, expression, out)
    local number = note(run, item)
    run:line("s->%s.%s.at = 0;", run.unit.position, frame)
    save(run, number)
    run.w:outdented("at_%d:", number)
    local status = run.points[number].pending and "late" or "st"
    if next(out) == nil then run:line("if (%s == LOOPC_MORE) return LOOPC_MORE;", expression)
    else run:line("if ((%s = %s) == LOOPC_MORE) return LOOPC_MORE;", status, expression) end
    return status
end

-- What the function of `item` remembers, once its text is made.
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

function step_form.suffix(run) return step_form.is(run) and "_go_on" or "_run" end

function step_form.declare(run, w)
    if not run.machine then return end
    w:line("struct %s_at_%s *const here = &s->%s.%s;", run.unit.struct, run.frame, run.unit.position, run.frame)
    if CWriter.mentions(run.w.lines, "late") then w:line("int late;") end
    if CWriter.mentions(run.w.lines, "handled") then w:line("int handled = LOOPC_OK;") end
end

function step_form.enter(run, w)
    if not run.machine then return end
    if #run.points == 1 and not run.points[1].pending then
        w:line("if (here->at == 1) goto at_1;")
        return w:blank()
    end
    w:line("switch (here->at) {")
    for i, point in ipairs(run.points) do
        w:line("case %d: %s%sgoto at_%d;", i, point.pending and "st = here->st; " or "",
            point.recovery and "handled = here->handled; " or "", i)
    end
    w:line("default: break;")
    w:line("}")
    w:blank()
end

-- name_step and its watched twin: one step. The first one enters the run before; the last one notes how it ended.
function step_form.write_step(unit, w, watched)
    local name = unit.struct .. (watched and "_step_instrumented" or "_step")
    w:comment { "One step: one leaf, then on to just before the next one. LOOPC_MORE, or the status with which the run ended." }
    w:line("%sint %s(%s)", unit.options.lib and "" or "static ", name, unit.options.lib and "struct " .. unit.struct .. " *s" or "void *state")
    w:open("{")
    if not unit.options.lib then w:line("struct %s *const s = state;", unit.struct) end
    w:line("int st;")
    w:blank()
    local at = ("s->%s"):format(unit.position)
    w:line("if (%s.stage == LOOPC_STAGE_ENDED) return %s.ended;", at, at)
    if unit.options.lib and unit.has_prepare then
        w:line("if (%s.stage == LOOPC_STAGE_NEW && (st = %s_prepare(s))) goto ended;", at, unit.struct)
    end
    w:line("while ((st = %s(s)) == LOOPC_MORE) {", unit.struct .. (watched and "_instrumented" or "_go_on"))
    w.depth = w.depth + 1
    w:line("if (%s.stage == LOOPC_STAGE_RUNS) return st;", at)
    w:line("%s.stage = LOOPC_STAGE_RUNS; /* it is before its first leaf */", at)
    w:close()
    if unit.options.lib and unit.has_prepare then w:outdented("ended:") end
    w:line("%s.stage = LOOPC_STAGE_ENDED;", at)
    w:line("return %s.ended = st;", at)
    w:close()
    w:blank()
end

return step_form

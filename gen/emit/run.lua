-- The run as statements: the step list in execution order, the nesting of the spec its own.
--
-- Three rules carry it:
--   - a phase with a failed or finally part has one label; the normal path falls through it, early exits jump to it, so that
--     those parts are written once;
--   - `st` holds the pending status: LOOPC_OK, a failure, or a signal that has not reached its target;
--   - a bracket that is left with something pending hands it to the bracket around it: break, goto, or return.
-- Programs have two variants of the run, plain and instrumented: one text, with a constant argument. functions.lua writes it.

local bodies = require "gen.emit.bodies"
local Builder = require "gen.c.builder"
local emit_phase = require "gen.emit.phase"
local emit_state = require "gen.emit.state"
local equal_loops = require "gen.emit.equal_loops"
local functions = require "gen.emit.functions"
local resume = require "gen.emit.resume"
local statements = require "gen.c.statements"
local step_form = require "gen.emit.step"
local trace_points = require "gen.emit.trace_points"

local emit_run = {}

local Run = {}
Run.__index = Run
Builder.mix_into(Run)

local write = {}

local function can(out) return next(out) ~= nil end

-- Tells the runtime where the run is, when it is instrumented.
function Run:probe(verb, item)
    if not item.point then return end
    self:add { op = "probe", verb = verb, point = item.point }
    self.uses_s = true
end

-- `code` as seen outside of a loop or callback named `name`: a failure in it propagates from `node`.
local function via(run, code, out, name, node)
    if not out.FAILED or not node then return code end
    run.uses_s = true
    return { "loopc_propagate(&s->loopc, ", code or "st", (', "%s", "%s")'):format(name, node.full) }, not code or code == "st"
end

-- A list of texts and of lists, as one list.
local function flat(code, out)
    if type(code) ~= "table" or code.text then
        out[#out + 1] = code
        return out
    end
    for _, part in ipairs(code) do flat(part, out) end
    return out
end

local function text_of(code) return type(code) == "table" and flat(code, {}) or code end

-- Whether a pending status can leave a phase directly, because nothing is done at its end.
local function passes_on(run, phase)
    if phase.handles then return false end
    local bracket = run.list[phase.parent]
    while bracket ~= run.root and (bracket.op == "loop" or bracket.op == "skip") do
        if bracket.op == "loop" and bracket.out.FAILED and bracket.instance.on then return false end
        bracket = run.list[bracket.parent]
    end
    return true
end

-- Leaves the bracket around `item` when `code`, or st without it, is not LOOPC_OK. `pending`: the code names st.
function Run:leave(item, code, out, pending)
    if not can(out) then return end
    local bracket, way = self.list[item.parent], { "return" }
    if bracket.op == "phase" then
        if passes_on(self, bracket) then return self:leave(bracket, code, out, pending) end
        way = { "goto", emit_phase.label(self, bracket) }
        way[2].jumps = way[2].jumps + 1
    elseif bracket.op == "repeat" then way = { "break" }
    else
        local instance = bracket.instance
        if bracket.op == "skip" then bracket = self.list[bracket.parent] end
        if bracket ~= self.root then
            local outer, names_st = via(self, code, out, instance.loop.name, instance.on)
            return self:leave(bracket, outer, out, pending or names_st)
        end
    end
    self:exit(text_of(code), way).pending = pending
end

local function is_variable(code) return code == "st" or code == "late" end

-- One step, or one loop with a function of its own, in its part. `code` may be the variable that holds its status already.
function Run:call(item, code, out, pending)
    if not can(out) then return is_variable(code) or self:run(text_of(code)) end
    local bracket = self.list[item.parent]
    local part = bracket.op == "phase" and item.part
    if part == "failed" then
        if bracket.recovers then self:run(text_of { "handled |= ", code }).gathers = text_of(code)
        elseif not is_variable(code) then self:run(text_of(code)) end -- its failure is recorded, and one is pending
    elseif part == "finally" then self:set("st", text_of { "loopc_merge_status(st, ", code, ")" }).pending = true
    else self:leave(item, code ~= "st" and code or nil, out, pending) end
end

function write.step(self, item, i)
    local source, pending = item.source, nil
    local code = bodies.call(source, item.instance, item.results)
    self.uses_s = self.uses_s or bodies.has_parameters(source)
    if not source.tree then step_form.pause(self, item) end
    self:probe("at", item)
    if item.at_name and not step_form.is(self) then code = resume[source.resumable](self, item, code)
    elseif source.machine then code = step_form.call(self, item, source.func, code, item.signals, item.at_name) end
    if source.kind == "listener" then code, pending = via(self, code, item.signals, source.callback.name, item.node) end
    self:call(item, code, item.signals, pending)
    return i + 1
end

function Run:title(name, at, instance)
    return name .. bodies.place(self.unit, at) .. (instance and instance.on and ", on " .. instance.on.full or "")
end

-- A function that would only return the status of a step is not written: the step is used in its place.
function Run:call_in_place(item, inner)
    for _, s in ipairs(inner.trivial.before) do self:add(s) end
    local code, pending = via(self, inner.trivial.code, item.out, item.instance.loop.name, item.instance.on)
    self.uses_s = self.uses_s or inner.uses_s
    self:call(item, code, item.out, pending)
    for _, s in ipairs(inner.trivial.after) do self:add(s) end
end

-- A loop that has a function of its own is a call; of functions with the same text there is one.
function Run:call_own(item)
    local inner = self:func(item)
    if inner.trivial then self:call_in_place(item, inner) return item.matching + 1 end
    local code = { functions.call(inner, self, item.point) }
    self.uses_s = self.uses_s or inner.uses_s
    resume.enter_through(self, inner)
    if inner.machine then code = step_form.call(self, item, inner.frame, code, item.out)
    elseif #inner.positions > 0 then
        self:add { op = "suspend", to = "st", code = text_of(code) }
        code = "st"
    end
    local passed, pending = via(self, code, item.out, item.instance.loop.name, item.instance.on)
    self:call(item, passed, item.out, pending)
    return item.matching + 1
end

-- The place of a loop's expression in the spec.
local function place_of(instance, key)
    local text = instance.loop.texts and instance.loop.texts[key]
    return text and text.body.at
end

-- The inside of a loop: when it is skipped, and when not.
function Run:skip(item, i)
    local instance, at = item.instance, place_of(item.instance, "skip")
    local on_skip = self.list[i].op == "skip" and self.list[i]
    self.uses_s = true
    if not on_skip then
        local block = self:within(function() self:unskipped(instance, i, item.matching) end)
        return self:add { op = "if", test = resume.unless(instance), block = block, at = at, remark = "unless it is skipped" }
    end
    local skipped = self:within(function() self:range(i + 1, on_skip.matching) end)
    local otherwise = self:within(function() self:unskipped(instance, on_skip.matching + 1, item.matching) end)
    self:add { op = "if", test = resume.expression(instance, "skip"), block = skipped, other = otherwise, at = at, remark = "skipped" }
end

function Run:inside(item, i)
    if item.instance.loop.skip then self:skip(item, i + 1) else self:unskipped(item.instance, i + 1, item.matching) end
end

-- A loop that runs once has one iteration: its batch state is made at entry.
function Run:unskipped(instance, first, last)
    local loop = instance.loop
    if not loop.repeats then self:batch(loop) end
    if loop.repeats and loop.run then self:entry(instance, true) end
    self:range(first, last)
end

-- The entry of a repeating loop: its bound is evaluated, its count starts at 0. With a run phase that is
-- before the phase; otherwise the `for` does the second part.
function Run:entry(instance, has_run)
    local loop = instance.loop
    if loop.from then self:set(loop.from_field.lvalue, resume.begun(instance), place_of(instance, "from")) end
    if type(loop.times) == "table" or loop.from then
        self:set(loop.times_field.lvalue, resume.bound(instance), place_of(instance, "times"))
    end
    if has_run then self:set(("s->%s.iteration"):format(loop.member), "0") end
end

function write.loop(self, item, i)
    if item.func and item ~= self.root then return self:call_own(item) end
    local loop = item.instance.loop
    if #loop.phases ~= 1 or loop.run or loop.skip then
        self:paragraph()
        self:comment(self:title(loop.name, loop.at, item.instance))
    end
    self:probe("enter", item)
    self:inside(item, i)
    self:probe("leave", item)
    return item.matching + 1
end

-- The effects of a completed iteration as assignments: its counters, and being restarted, of this loop and those inside it.
function Run:counted(item, i)
    local member, seen = item.instance.loop.member, {}
    local out = { ("s->%s.iteration++"):format(member), ("s->%s.total++"):format(member) }
    for at = i, item.matching do
        local field = self.list[at].op == "repeat" and self.list[at].instance.loop.restarting
        if field and not seen[field] then out[#out + 1] = field.lvalue .. " = false" end
        seen[field or false] = true
    end
    return out
end

-- A loop that waits at its target.
function Run:waits(loop)
    local control = self.unit.trainer.control
    return control and control.target and control.batch == loop
end

-- The last step before a loop is over when the loop waits, and when its first iteration makes batch fields anew.
function Run:leave_before_run(before, instance)
    local loop = instance.loop
    if before.op == "step" and (self:waits(loop) or #(loop.batch_owners or {}) > 0) then self:probe("leave", before) end
end

-- The test of a `for`. A loop that waits at its target asks there whether to continue.
function Run:test(instance)
    local parts = resume.condition(instance)
    if self:waits(instance.loop) then
        local waiting = parts[1] .. " || loopc_wait(&s->loopc)"
        parts[1] = #parts == 1 and waiting or ("(%s)"):format(waiting)
    end
    return table.concat(parts, " && ")
end

function write.skip(_, item) return item.matching + 1 end

-- The report at the end of a pass of a loop.
function Run:report_end(name)
    self.uses_s = true
    self:run(('loopc_report_end(&s->loopc, "%s")'):format(name))
end

-- The inside of the `for`. An iteration is reported at its end, behind its counters.
function Run:iteration(item, i, counted)
    resume.boundary(self, item)
    self:batch(item.instance.loop)
    self:range(i + 1, item.matching)
    if not item.instance.loop.reports then return end
    for _, code in ipairs(counted) do self:run(code) end
    self:run(('loopc_report(&s->loopc, "%s")'):format(item.instance.loop.name))
end

write["repeat"] = function(self, item, i)
    local instance, loop = item.instance, item.instance.loop
    self.uses_s = true
    if not loop.run then self:entry(instance, false) end
    self:leave_before_run(self.list[i - 1], instance)
    local counted = self:counted(item, i)
    self:add { op = "for", start = loop.run and "" or ("s->%s.iteration = 0"):format(loop.member), test = self:test(instance),
        step = loop.reports and "" or table.concat(counted, ", "), at = place_of(instance, "done"),
        block = self:within(function() self:iteration(item, i, counted) end) }
    resume.ended(self, item)
    self:consume_statuses(item.stopped)
    self:leave(item, nil, item.out)
    if loop.reports_end and not loop.run then self:report_end(loop.name) end
    return item.matching + 1
end

-- Batch state is made anew: zeroed, then the defaults that are not zero.
function Run:batch(loop)
    for _, owner in ipairs(loop.batch_owners or {}) do
        self.uses_s = true
        self:run(("memset(&s->%s, 0, sizeof s->%s)"):format(owner.batch_member, owner.batch_member))
        for _, field in ipairs(owner.fields) do
            if field.life == "batch" then
                for _, code in ipairs(emit_state.defaults_of(field)) do self:run(code) end
            end
        end
    end
end

-- A signal that has reached its target is over.
function Run:consume_statuses(statuses)
    if not statuses then return end
    local tests = {}
    for i, status in ipairs(statuses) do
        tests[i] = "st == " .. (status:find("_") and status or "LOOPC_" .. status)
    end
    self:consume(table.concat(tests, " || "))
end

function write.phase(self, item, i)
    local phase, ends = item.phase, emit_phase.parts(self, item, i)
    self:paragraph()
    self:comment(self:title(phase.full, phase.at, item.instance ~= self.root.instance and item.instance or nil))
    self:probe("enter", item)
    self:range(i + 1, ends.try)
    emit_phase.tail(self, item, ends)
    return item.matching + 1
end

-- Adds the items from first to last - 1.
function Run:range(first, last)
    local i = first
    while i < last do i = write[self.list[i].op](self, self.list[i], i) end
end

-- A label with a name that this function has not used yet.
function Run:new_label(wish)
    local number, name = self.taken[wish] or 0
    repeat
        number = number + 1
        name = number > 1 and wish .. "_" .. number or wish
    until not self.taken[name]
    self.taken[wish], self.taken[name] = number, self.taken[name] or 1
    return { name = name, jumps = 0 }
end

function Run:new(item)
    return setmetatable({ unit = self.unit, list = self.list, root = item, shared = self.shared, known = self.known, out = self.out,
        block = {}, labels = {}, taken = {}, positions = {}, points = {}, sites = {} }, Run)
end

function Run:finish_function()
    if can(self.root.out) then return statements.return_pending(self.block) end
    if not self.root.parent or #self.points > 0 then self:add { op = "return", code = "LOOPC_OK" } end
end

-- One function: the root's, or that of a loop that has its own. Inner ones come before it in `out`.
function Run:func(item)
    local equal = item.parent and equal_loops.find(self.known, self.list, item)
    if equal then
        equal.sites[#equal.sites + 1] = item.instance.on.full
        return equal
    end
    local run = self:new(item)
    if item.parent then
        run:probe("enter", item)
        run:inside(item, self.list[item.matching].matching)
        run:probe("leave", item)
    else write.loop(run, item, 1) end
    trace_points.tidy(run.block, not item.parent and "end" or nil)
    run:finish_function()
    run.trivial = item.parent and functions.trivial(run)
    if run.trivial then return run end
    local key = item.parent and functions.key(run) or "" -- the root's is like no other
    local same = self.shared[key]
    if same then
        same.sites[#same.sites + 1] = item.instance.on.full
        return same
    end
    run.sites[1] = item.instance.on and item.instance.on.full
    run.uses_s = run.uses_s or #run.points > 0
    step_form.frame(run, item)
    functions.name(run, item)
    self.shared[key] = run
    if item.parent then equal_loops.keep(self.known, run) end
    self.out[#self.out + 1] = run
    return run
end

-- The functions of the run, inner ones first. Frames are added to unit.frames.
function emit_run.make(unit)
    local outer = setmetatable({ unit = unit, list = unit.list, shared = {}, known = {}, out = {} }, Run)
    outer:func(unit.list[1])
    return outer.out
end

return emit_run

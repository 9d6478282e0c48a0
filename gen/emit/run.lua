-- The run function, straight form: the step list as C, in execution order, the nesting of the spec its indentation.
--
-- Three rules carry it:
--   - a phase that can end early has one label; the normal path falls through it, early exits jump to it, so that failed
--     and finally parts stand once;
--   - `st` holds what is pending: LOOPC_OK, a failure, or a signal on its way to its target;
--   - a bracket that is left with something pending hands it to the bracket around it: break, goto, or return.
-- The watched form is the same text with a line before each step and around each bracket that tells the runtime where
-- the run is.

local bodies = require "gen.emit.bodies"
local CWriter = require "gen.c.writer"
local emit_phase = require "gen.emit.phase"
local resume = require "gen.emit.resume"
local step_form = require "gen.emit.step"

local emit_run = {}

local Run = {}
Run.__index = Run

local write = {}

local function can(out) return next(out) ~= nil end

function Run:watch(verb, item)
    if self.watched then
        self.w:line("loopc_%s(&s->loopc, %d);", verb, item.place)
    end
end

function Run:line(...) self.w:line(...) end

function Run:open(...) self.w:open(...) end

-- `expression` as seen outside of a loop or callback named `name`: a failure in it goes on from `node`.
local function via(expression, out, name, node)
    if not out.FAILED or not node then return expression end
    return ('loopc_propagate(&s->loopc, %s, "%s", "%s")'):format(expression, name, node.full)
end

-- The statement that leaves the bracket around `item` when `expression`, a status, is not LOOPC_OK.
function Run:leave(item, expression, out)
    if not can(out) then return end
    local bracket = self.list[item.parent]
    local test = expression == "st" and "st" or ("(st = %s)"):format(expression)
    if bracket.op == "phase" then return self:line("if (%s) goto %s;", test, emit_phase.label(self, bracket)) end
    if bracket.op == "repeat" then return self:line("if (%s) break;", test) end
    local instance = bracket.instance
    if bracket.op == "skip" then bracket = self.list[bracket.parent] end
    if bracket == self.root then return self:line("if (%s) return st;", test) end
    self:leave(bracket, via(expression, out, instance.loop.name, instance.on), out)
end

-- One step, or one loop with a function of its own, as a statement in its part.
function Run:call(item, expression, out)
    if not can(out) then
        if expression ~= "late" and expression ~= "st" then self:line("%s;", expression) end
        return
    end
    local in_phase = self.list[item.parent].op == "phase"
    if in_phase and item.part == "failed" then
        if self.list[item.parent].recovers then return self:line("handled |= %s;", expression) end
        return expression ~= "late" and self:line("%s;", expression) -- its failure is recorded, and one is pending
    end
    if in_phase and item.part == "finally" then return self:line("st = loopc_merge_status(st, %s);", expression) end
    self:leave(item, expression, out)
end

function write.step(self, item, i)
    local source = item.source
    local expression = bodies.call(source, item.instance, item.results)
    if not source.tree then step_form.pause(self, item) end
    self:watch("at", item)
    if source.machine then expression = step_form.call(self, item, source.func, expression, item.signals) end
    if source.kind == "listener" then expression = via(expression, item.signals, source.callback.name, item.node) end
    self:call(item, expression, item.signals)
    return i + 1
end

local function title(name, at, instance)
    local on = instance and instance.on and ", on " .. instance.on.full or ""
    return ("%s (%s)%s"):format(name, bodies.where(at), on)
end

-- A loop that has a function of its own is a call; of functions with the same text there is one. A function that would
-- do no more than return what a step returns is not written: the step stands in its place.
function Run:call_own(item)
    local inner = self:func(item)
    local expression = inner.returns or inner.name .. (inner.uses_s and "(s)" or "()")
    resume.enter_through(self, inner)
    if inner.machine then expression = step_form.call(self, item, inner.frame, expression, item.out) end
    self:call(item, via(expression, item.out, item.instance.loop.name, item.instance.on), item.out)
    return item.matching + 1
end

-- Expressions keep their place in the spec when line directives are asked for.
function Run:with_line(instance, key, write_it)
    local text = instance.loop.texts and instance.loop.texts[key]
    if text then bodies.line_directive(self.unit, self.w, text.body.at) end
    write_it()
    if text then bodies.line_back(self.unit, self.w) end
end

-- The inside of a loop: when it is skipped, and when not.
function Run:skipped(i, instance)
    local on_skip = self.list[i].op == "skip" and self.list[i]
    local condition = resume.expression(instance, "skip")
    self:with_line(instance, "skip", function() self:open(on_skip and "if (%s) {" or "if (!(%s)) {", condition) end)
    if on_skip then
        self:range(i + 1, on_skip.matching)
        self.w:outdented("} else {")
        i = on_skip.matching + 1
    end
    return i
end

function Run:inside(item, i)
    local instance = item.instance
    if instance.loop.skip then
        i = self:skipped(i + 1, instance)
        self:unskipped(instance, i, item.matching)
        self.w:close()
    else self:unskipped(instance, i + 1, item.matching) end
end

-- A loop that runs once has one iteration: its batch state is made at entry.
function Run:unskipped(instance, first, last)
    local loop = instance.loop
    if not loop.repeats then self:batch(loop) end
    if loop.repeats and loop.run then self:entry(instance, true) end
    self:range(first, last)
end

-- What happens once at entry of a repeating loop: its bound is evaluated, its count starts at 0. With a run phase that is
-- before the phase; otherwise the `for` does the second part.
function Run:entry(instance, has_run)
    local loop = instance.loop
    if loop.from then self:with_line(instance, "from", function() self:line("%s", resume.begun(instance)) end) end
    if type(loop.times) == "table" or loop.from then
        self:with_line(instance, "times", function() self:line(resume.bound(instance)) end)
    end
    if has_run then self:line("s->%s.iteration = 0;", loop.member) end
end

function write.loop(self, item, i)
    if item.func and item ~= self.root then return self:call_own(item) end
    local instance = item.instance
    if #instance.loop.phases ~= 1 or instance.loop.run or instance.loop.skip then
        self.w:blank_unless_open()
        self.w:comment { title(instance.loop.name, instance.loop.at, instance) }
    end
    self:watch("enter", item)
    self:inside(item, i)
    self:watch("leave", item)
    return item.matching + 1
end

-- What an iteration that is completed ends: being restarted, of this loop and of those inside it.
function Run:settle(item, i)
    local out, seen = "", {}
    for at = i, item.matching do
        local field = self.list[at].op == "repeat" and self.list[at].instance.loop.restarting
        if field and not seen[field] then out = out .. (", %s = false"):format(field.lvalue) end
        seen[field or false] = true
    end
    return out
end

function Run:head(item, i)
    local instance, loop = item.instance, item.instance.loop
    local control = self.unit.trainer.control
    local waits = control and control.target and control.batch == loop
    local parts = resume.condition(instance, waits)
    local counters = ("s->%s.iteration++, s->%s.total++"):format(loop.member, loop.member) .. self:settle(item, i)
    if loop.reports then counters = counters .. (', loopc_report(&s->loopc, "%s")'):format(loop.name) end
    local start = loop.run and "" or ("s->%s.iteration = 0"):format(loop.member)
    local test = table.concat(parts, " && ")
    if #parts == 1 then test = test:gsub("^%((.*)%)$", waits and "%1" or "%0") end
    self:open("for (%s; %s; %s) {", start, test, counters)
end

function write.skip(_, item) return item.matching + 1 end

write["repeat"] = function(self, item, i)
    local instance, loop = item.instance, item.instance.loop
    if not loop.run then self:entry(instance, false) end
    self:with_line(instance, "done", function() self:head(item, i) end)
    resume.boundary(self, item)
    local mark = #self.w.lines
    self:batch(loop)
    self:range(i + 1, item.matching)
    if item.at_name and not self:has_code(mark) then self:line(";") end
    self.w:close()
    resume.ended(self, item)
    self:consume(item.stopped)
    self:leave(item, "st", item.out)
    return item.matching + 1
end

-- Whether anything but comments was written behind line `mark`: a label needs a statement.
function Run:has_code(mark)
    for i = mark + 1, #self.w.lines do
        if not self.w.lines[i]:match("^%s*/%*.*%*/$") and self.w.lines[i] ~= "" then return true end
    end
    return false
end

-- Batch state is made anew: zeroed, then the defaults that are not zero.
function Run:batch(loop)
    for _, owner in ipairs(loop.batch_owners or {}) do
        self:line("memset(&s->%s, 0, sizeof s->%s);", owner.batch_member, owner.batch_member)
        for _, field in ipairs(owner.fields) do
            if field.life == "batch" then
                for _, text in ipairs(self.unit.defaults_of(field)) do self:line(text) end
            end
        end
    end
end

-- A signal that has reached its target is over.
function Run:consume(statuses)
    if #statuses == 0 then return end
    local tests = {}
    for i, status in ipairs(statuses) do
        tests[i] = "st == " .. (status:find("_") and status or "LOOPC_" .. status)
    end
    self:line("if (%s) st = LOOPC_OK;", table.concat(tests, " || "))
end

function write.phase(self, item, i)
    local phase, ends = item.phase, emit_phase.parts(self, item, i)
    self.w:blank_unless_open()
    self:line("/* %s */", title(phase.full, phase.at, item.instance ~= self.root.instance and item.instance or nil))
    self:watch("enter", item)
    self:range(i + 1, ends.try)
    emit_phase.tail(self, item, ends)
    return item.matching + 1
end

-- Writes the items from first to last - 1.
function Run:range(first, last)
    local i = first
    while i < last do i = write[self.list[i].op](self, self.list[i], i) end
end

-- A name for a label that this function has not used yet.
function Run:name_label(wish)
    local name, number = wish, 1
    while self.taken[name] do
        number = number + 1
        name = wish .. "_" .. number
    end
    self.taken[name] = true
    return name
end

-- The first few of a list, each once.
local function some(names)
    local out, seen = {}, {}
    for _, name in ipairs(names) do
        if not seen[name] and #out < 4 then out[#out + 1] = name end
        seen[name] = true
    end
    return table.concat(out, ", ") .. (#names > #out and (" (%d places)"):format(#names) or "")
end

function Run:finish_function()
    local w = self.w
    if not can(self.root.out) then
        if not self.root.parent or #self.points > 0 then self:line("return LOOPC_OK;") end
        return
    end
    if w:last() == "if (st) return st;" then w:drop_last() end
    local result = w:last() and w:last():match("^st = (.*);$")
    if result and not result:find("%f[%w_]st%f[^%w_]") then
        w:drop_last()
        self:line("return %s;", result)
        if #w.lines == 2 and w.lines[1]:match("^/%*") and not self.unit.options.line then self.returns = result end
    else self:line("return st;") end
end

function Run:new(item)
    return setmetatable({ unit = self.unit, list = self.list, watched = self.watched, root = item, shared = self.shared,
        out = self.out, w = CWriter.new(), labels = {}, jumps = {}, taken = {}, positions = {}, points = {} }, Run)
end

-- One function: the root's, or that of a loop that has its own. Inner ones come before it in `out`.
function Run:func(item)
    local run = self:new(item)
    if item.parent then
        run:watch("enter", item)
        run:inside(item, self.list[item.matching].matching)
        run:watch("leave", item)
    else write.loop(run, item, 1) end
    run:finish_function()
    local text = item.parent and run.w:text():gsub("/%*.-%*/", "") or "" -- the root's is like no other
    local same = self.shared[text]
    if same then
        same.sites[#same.sites + 1] = item.instance.on.full
        return same
    end
    run.uses_s = CWriter.mentions(run.w.lines, "s") or #run.points > 0
    run.sites = { item.instance.on and item.instance.on.full }
    step_form.frame(run, item)
    run.name = (item.func or self.unit.struct) .. (self.watched and "_instrumented" or item.func and "" or step_form.suffix(run))
    self.shared[text] = run
    if not (run.returns and item.parent) then self.out[#self.out + 1] = run end
    return run
end

function Run:signature()
    if not self.root.parent then return ("static int %s(void *state)"):format(self.name) end
    local parameter = self.uses_s and ("struct %s *s"):format(self.unit.struct) or "void"
    return ("static %s %s(%s)"):format((can(self.root.out) or self.machine) and "int" or "void", self.name, parameter)
end

function Run:write_to(w)
    local lines = self.w.lines
    local uses_s, uses_st = self.uses_s, CWriter.mentions(lines, "st")
    if self.root.parent then
        local loop = self.root.instance.loop
        w:comment { ("%s (%s), on %s"):format(loop.name, bodies.where(loop.at), some(self.sites)) }
    end
    w:line(self:signature())
    w:open("{")
    if not self.root.parent and uses_s then w:line("struct %s *const s = state;", self.unit.struct)
    elseif not self.root.parent then w:line("(void)state; /* nothing here touches the state */") end
    step_form.declare(self, w)
    if uses_st then w:line("int st = LOOPC_OK;") end
    if uses_st or not self.root.parent then w:blank() end
    resume.write_entry(self, w)
    step_form.enter(self, w)
    w:append(self.w)
    w:close()
    w:blank()
end

-- Writes the run, or its watched twin. What machines remember is added to unit.frames before: see emit_run.make.
function emit_run.write(unit, w, watched)
    for _, run in ipairs(emit_run.make(unit, watched)) do run:write_to(w) end
end

function emit_run.make(unit, watched)
    local outer = setmetatable({ unit = unit, list = unit.list, watched = watched, shared = {}, out = {} }, Run)
    outer:func(unit.list[1])
    return outer.out
end

return emit_run

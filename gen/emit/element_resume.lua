-- Saving a run inside of a body of elements, and entering the body where it was.
--
-- A body that is a straight function (`kept`) has its counters in local variables, declared at its top with the values of its frame. It
-- can be saved at the head of each iteration of a REPEAT or LOOP, and while it waits for a process: only when an event is pending it
-- writes to the frame where it is, `at`, and the counters of the repetitions around that place. A resumed run enters there by a
-- switch; a process is started anew. A coroutine is always somewhere between two steps: it polls when it is called for the next one.

local emit_element_resume = {}

local methods = {}

-- A counter, as a local variable that is in the frame when the run is saved.
function methods:keep(wish)
    local name = self:free(wish)
    if not self.members[name] then
        self.members[name] = true
        self.members[#self.members + 1] = "int64_t " .. name
        self.top[#self.top + 1] = ("int64_t %s = here->%s;"):format(name, name)
    end
    self.live[#self.live + 1] = name
    return name
end

-- The counters of repetitions that are over are not saved.
function methods:keep_only(count)
    for i = #self.live, count + 1, -1 do self.live[i] = nil end
end

-- A place where the run can be saved. Returns its label.
function methods:note_kept()
    local label = { name = "at_" .. #self.points + 1 }
    self.points[#self.points + 1] = label
    self:set("here->at", tostring(#self.points))
    for _, name in ipairs(self.live) do self:set("here->" .. name, name) end
    return label
end

-- At the head of an iteration.
function methods:poll_kept()
    local label
    self:add { op = "if", test = "loopc_steps_pending()", pending = true, block = self:within(function()
        label = self:note_kept()
        self:exit("loopc_poll_steps(&s->loopc, here->point)", { "return" })
    end) }
    self:put_label(label)
end

-- Before a process that is waited for.
function methods:before_process()
    if self.kept then self:put_label(self:note_kept()) end
end

-- At the top of a coroutine that is a body: before its next step.
function methods:poll_between(processes)
    local out = {}
    for _, child in ipairs(processes) do out[#out + 1] = { op = "do", code = ("loopc_child_end(&%s)"):format(child) } end
    if #out == 0 then return { op = "exit", code = "loopc_poll_steps(&s->loopc, here->point)", leave = { "return" } } end
    out[#out + 1] = { op = "leave", leave = { "return" } }
    return { op = "if", test = "(st = loopc_poll_steps(&s->loopc, here->point))", pending = true, block = out }
end

-- Gives the methods to the functions of elements.
function emit_element_resume.mix_into(class)
    for name, method in next, methods do class[name] = method end
end

return emit_element_resume

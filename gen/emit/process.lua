-- The C of elements that run in processes of their own: POPEN and SPAWN. They call runtime/process/child.h.

local bodies = require "gen.emit.bodies"
local cvalue = require "gen.c.value"
local emit_element = require "gen.emit.element"
local analysis = require "gen.tree.element_analysis"

local Function, write = emit_element.Function, emit_element.write

-- A coroutine that waits polls for events: an interruption ends the process, and the body.
function Function:poll_waiting(child)
    if self.e.source.in_handler or self.e.source.resumable then return end
    self:add { op = "if", test = "(st = loopc_poll_nosave(&s->loopc))", pending = true, block = {
        { op = "do", code = ("loopc_child_end(&%s)"):format(child) }, { op = "leave", leave = { "return" } } } }
end

-- Polls a process until it has ended: a step a poll in a coroutine; elsewhere the function waits.
function Function:poll(tree, child, name, call)
    tree.child, self.uses_s = self:global(name), true
    if self.machine then self:poll_waiting(child) end
    if self.machine then return self:add { op = "suspend", to = "st", code = call, remark = "and polls again" } end
    self:add { op = "for", start = "", step = "", test = ("(st = %s) == LOOPC_MORE"):format(call), pending = true,
        block = self:within(function()
            if self.kept then self:exit(("loopc_child_wait_saved(&s->loopc, &%s, here->point)"):format(child), { "break" })
            elseif self.e.source.in_handler then self:run(("loopc_child_wait_handler(&s->loopc, &%s)"):format(child))
            else self:exit(("loopc_child_wait(&s->loopc, &%s)"):format(child), { "break" }) end
        end) }
    self:run(("loopc_child_end(&%s)"):format(child))
end

local function arguments_of(f, tree)
    local words = {}
    for i, argument in ipairs(tree.arguments) do
        words[i] = argument.constant ~= nil and argument.text or f:inline(argument.text)
    end
    words[#words + 1] = "NULL"
    return ("(const char *const[]){%s}"):format(table.concat(words, ", "))
end

function write.POPEN(f, tree)
    f:title(tree)
    local child, name = f:variable("struct loopc_child", "process")
    f:pause()
    f:before_process()
    f:poll(tree, child, name,
        ("loopc_popen(&s->loopc, &%s, %s, %s)"):format(child, cvalue.string(f.e.source.full), arguments_of(f, tree)))
    if tree.into then f:set(f:first_field(tree.into), ("(%s)%s.status"):format(analysis.field(tree.into).scalar[2], child)) end
    f:leave(tree)
end

-- The list of the memory that comes back, as "count, list"; site fields are those of the place. A machine that is entered in
-- its middle needs it declared at its top.
function Function:writes_of(tree)
    local members = {}
    for i, field in ipairs(analysis.written(tree.el)) do
        if field.life == "site" then self.sites[field.owner] = true else self.uses_s = true end
        local text = field.life == "site" and ("%s_site->%s"):format(field.owner.name, field.name) or field.lvalue
        members[i] = ("{&%s, sizeof %s}"):format(text, text)
    end
    if #members == 0 then return "0, NULL" end
    local name = self:free(self:number("writes"))
    local list = ("{%s}"):format(table.concat(members, ", "))
    if self.machine or self.kept then table.insert(self.top, ("const struct loopc_memory %s[] = %s;"):format(name, list))
    else self:declare("const struct loopc_memory", name, list, "[]") end
    return ("%d, %s"):format(#members, name)
end

function write.SPAWN(f, tree)
    local e = f.e
    local inner = emit_element.new(e, e:take(e.source.func .. "_spawned"), false)
    e:write_function(inner, tree.el, ("The body of %s, in a process of its own."):format(bodies.the("SPAWN", e.unit, tree.at)))
    f:title(tree, #analysis.written(tree.el) > 0 and "the fields that it writes are copied back" or "it writes no field")
    local child, name = f:variable("struct loopc_child", "process")
    local writes = f:writes_of(tree)
    f:pause()
    f:before_process()
    f:add { op = "if", test = ("loopc_spawn_begin(&s->loopc, &%s, %s)"):format(child, writes), block = { { op = "do",
        code = ("loopc_spawn_return(&s->loopc, &%s, %s(%s), %s)"):format(child, inner.name, f:arguments(), writes) } } }
    f:poll(tree, child, name, ("loopc_spawn_poll(&s->loopc, &%s, %s, %s)"):format(child, cvalue.string(e.source.full), writes))
    f:leave(tree)
end

-- The C of elements that run in processes of their own: POPEN and SPAWN. What they call is in runtime/process/child.h.

local bodies = require "gen.emit.bodies"
local cvalue = require "gen.c.value"
local emit_element = require "gen.emit.element"
local analysis = require "gen.tree.element_analysis"

local Function, write = emit_element.Function, emit_element.write

-- Polls a process until it has ended: a step a poll in a machine; elsewhere the function waits.
function Function:poll(tree, child, call)
    tree.child = self:global(child)
    if self.machine then return self:line("if ((st = %s) == LOOPC_MORE) return LOOPC_MORE; /* and polls again */", call) end
    self.w:open("while ((st = %s) == LOOPC_MORE) {", call)
    if self.e.source.in_handler then self:line("loopc_child_wait_handler(&s->loopc, &%s);", child)
    else self:line("if ((st = loopc_child_wait(&s->loopc, &%s))) break;", child) end
    self.w:close()
    self:line("loopc_child_end(&%s);", child)
end

local function arguments_of(tree)
    local words = {}
    for i, argument in ipairs(tree.arguments) do
        words[i] = argument.constant ~= nil and argument.text or bodies.inline(argument.text)
    end
    words[#words + 1] = "NULL"
    return ("(const char *const[]){%s}"):format(table.concat(words, ", "))
end

function write.POPEN(f, tree)
    f:title(tree)
    local child = f:variable("struct loopc_child", "process")
    f:pause()
    f:poll(tree, child, ("loopc_popen(&s->loopc, &%s, %s, %s)"):format(child, cvalue.string(f.e.source.full), arguments_of(tree)))
    if tree.into then
        f:line("%s = (%s)%s.status;", bodies.first_field(tree.into), analysis.field(tree.into).scalar[2], child)
    end
    f:leave(tree, "st")
end

-- The list of the memory that comes back, as "count, list"; site fields are those of the place. A machine that is entered in
-- its middle needs it declared at its top.
function Function:writes_of(tree)
    local members = {}
    for i, field in ipairs(analysis.written(tree.el)) do
        local text = field.life == "site" and ("%s_site->%s"):format(field.owner.name, field.name) or field.lvalue
        members[i] = ("{&%s, sizeof %s}"):format(text, text)
    end
    if #members == 0 then return "0, NULL" end
    local name = self:free(self:number("writes"))
    local line = ("const struct loopc_memory %s[] = {%s};"):format(name, table.concat(members, ", "))
    if self.machine then table.insert(self.top, line) else self:line("%s", line) end
    return ("%d, %s"):format(#members, name)
end

function write.SPAWN(f, tree)
    local e = f.e
    local inner = emit_element.new(e, e:take(e.source.func .. "_spawned"), false)
    e:write_function(inner, tree.el, ("What SPAWN (%s) runs, in a process of its own."):format(bodies.where(tree.at)))
    f:title(tree, #analysis.written(tree.el) > 0 and "what it writes comes back" or "it writes nothing")
    local child = f:variable("struct loopc_child", "process")
    local writes = f:writes_of(tree)
    f:pause()
    f:line("if (loopc_spawn_begin(&s->loopc, &%s, %s)) loopc_spawn_return(&s->loopc, &%s, %s(%s), %s);", child, writes, child, inner.name,
        f:arguments(), writes)
    f:poll(tree, child, ("loopc_spawn_poll(&s->loopc, &%s, %s, %s)"):format(child, cvalue.string(e.source.full), writes))
    f:leave(tree, "st")
end

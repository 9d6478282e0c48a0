-- The C of elements: the lines of one function, straight or a machine (emit_elements.lua says what these are).
--
-- `write[op](f, tree)` adds the lines of one element to the function f; the rows of WEAVE, POPEN and SPAWN are in emit_weave.lua
-- and emit_process.lua. A repetition is a `for`, a CHOOSE a `switch`, and a $stop() for the repetition around it a `break`, or
-- a jump to the label behind it from inside of another repetition or of a switch.

local bodies = require "gen.emit.bodies"
local CWriter = require "gen.c.writer"
local cvalue = require "gen.c.value"
local analysis = require "gen.tree.element_analysis"

local emit_element = {}

local Function = {}
Function.__index = Function

local write = {}

emit_element.Function, emit_element.write = Function, write

-- e: the emitter of the body that this is a function of.
function emit_element.new(e, name, machine)
    return setmetatable({ e = e, name = name, machine = machine, w = CWriter.new(1), members = {}, count = {}, points = 0, depth = 0,
        around = {}, top = {} }, Function)
end

function Function:line(...) self.w:line(...) end

-- What stands above an element: the word, its line in the spec, and what else there is to say.
function Function:title(tree, more)
    self.w:blank_unless_open()
    self:line("/* %s (%s)%s */", tree.op, bodies.where(tree.at), more and ": " .. more or "")
end

-- Lines whose C is of the spec, at the place of `text` in it.
function Function:spec_line(text, ...)
    local marked = self.e:mark(self.w, text)
    self:line(...)
    if marked then self.e:unmark(self.w) end
end

-- Variables.

function Function:number(wish)
    self.count[wish] = (self.count[wish] or 0) + 1
    return self.count[wish] > 1 and wish .. "_" .. self.count[wish] or wish
end

-- A name that the text of the spec does not have, for a local variable.
function Function:free(name)
    while self.e.identifiers[name] do name = name .. "_" end
    return name
end

-- A member of what the machine remembers; those of the same name and type are one.
function Function:member(type, name, dims)
    local text = ("%s %s%s"):format(type, name, dims or "")
    if not self.members[text] then
        self.members[text] = true
        self.members[#self.members + 1] = text
    end
    return "here->" .. name
end

-- Something that lasts from step to step: a member, or a local variable that is declared here. Returns its name in C.
function Function:variable(type, wish, dims)
    local name = self:number(wish)
    if self.machine then return self:member(type, name, dims) end
    name = self:free(name)
    self:line("%s %s%s = {0};", type, name, dims or "")
    return name
end

-- Where a variable of a machine is, seen from all functions; nil for a local one.
function Function:global(name)
    return self.machine and name:gsub("^here%->", ("s->%s.%s."):format(self.e.unit.position, self.name)) or nil
end

-- Leaves, and how they leave.

-- The place before a leaf.
function Function:pause()
    if not self.machine then return end
    self.points = self.points + 1
    self:line("here->at = %d;", self.points)
    self:line("return LOOPC_MORE;")
    self.w:outdented("at_%d:", self.points)
end

-- The statement that ends the innermost repetition; nil where there is none in this function. `silent`: st says nothing of it.
function Function:stop(silent)
    local inner = #self.around
    local at = inner
    while at > 0 and not self.around[at].label_wish do at = at - 1 end
    local around = self.around[at]
    if not around then return nil end
    around.stopped, around.consumes = true, around.consumes or not silent
    if at == inner then return "break" end
    around.label = around.label or self:number(around.label_wish)
    return "goto " .. around.label
end

-- Leaves the function when `test`, an assignment to st or st, is not LOOPC_OK. What `tree` stops is the repetition around it.
function Function:leave(tree, test)
    self:line("if (%s) %s;", test, analysis.stops(tree) and self:stop() or "return st")
end

function Function:arguments()
    local out = { "s" }
    for _, loop in ipairs(self.e.source.sites) do out[#out + 1] = loop.name .. "_site" end
    return table.concat(out, ", ")
end

function Function:tree(tree) write[tree.op](self, tree) end

function write.SEQ(f, tree)
    for _, child in ipairs(tree.items) do f:tree(child) end
end

function write.CALL(f, tree)
    local leaf = tree.leaf
    f:pause()
    if leaf.inline or bodies.is_simple(leaf) then return f:spec_line(leaf, "%s", bodies.inline(leaf)) end
    local call = bodies.call_inside(f.e:leaf(leaf))
    if not leaf.signals then return f:line("%s;", call) end
    local stop = analysis.stops(tree) and analysis.only_stops(leaf) and f:stop(true)
    if stop then return f:line("if (%s) %s;", call, stop) end
    f:leave(tree, ("(st = %s)"):format(call))
end

write.PRINT = write.CALL

-- Repetitions.

local letters = { "i", "j", "k", "m", "n", "p", "q" }

-- A text as a whole number.
local function whole(text)
    local c, field = bodies.inline(text), #text.pieces == 1 and analysis.field(text)
    if field and field.type == "i64" then return c end
    return (c:match("^[%w_%.%->]+$") and "(int64_t)%s" or "(int64_t)(%s)"):format(c)
end

-- Evaluates how often, where that has to stand in front of the repetition. Returns it as C, or nil.
function Function:bound_before(tree, letter)
    local text = tree.n.text
    if not text then return tostring(tree.n.constant) end
    local counter, field = analysis.field(tree.counter), #text.pieces == 1 and analysis.field(text)
    if self.machine then
        local bound = self:member("int64_t", letter .. "_end")
        self:spec_line(text, "%s = %s;", bound, whole(text))
        return bound
    end
    if tree.op == "REPEAT" and (not counter or field and field ~= counter) then return nil end
    local bound = self:free(self:number("times"))
    self:spec_line(text, "const int64_t %s = %s;", bound, whole(text))
    return bound
end

-- Opens the `for` of a repetition; what `before(bound)` writes stands between the evaluation of its bound and the `for`.
-- Returns the counter.
function Function:open_for(tree, after, before)
    self.depth = self.depth + 1
    local letter = letters[self.depth] or "i_" .. self.depth
    local bound = self:bound_before(tree, letter)
    if before then before(bound) end
    local i = self.machine and self:member("int64_t", letter) or self:free(letter)
    local start = self.machine and i .. " = 0" or ("int64_t %s = 0"):format(i)
    if not bound then
        bound = self:free(letter .. "_end")
        start = ("%s, %s = %s"):format(start, bound, whole(tree.n.text))
    end
    self:spec_line(tree.n.text, "for (%s; %s < %s; %s++%s) {", start, i, bound, i, after and after(i) or "")
    self.w.depth = self.w.depth + 1
    self:look_up()
    return i
end

-- Where a repetition looks up: an interruption ends it, but not in handlers.
function Function:look_up()
    self:line(self.e.source.in_handler and "loopc_poll_masked(&s->loopc);" or "if ((st = loopc_poll_nosave(&s->loopc))) return st;")
end

function Function:close_for()
    self.depth = self.depth - 1
    self.w:close()
end

-- The inside of what takes a $stop().
function Function:repeated(tree, label_wish)
    local around = { label_wish = label_wish }
    table.insert(self.around, around)
    self:tree(tree.el)
    table.remove(self.around)
    return around
end

-- Behind what takes a $stop().
function Function:stopped(tree, around)
    if around.label then self.w:outdented("%s:", around.label) end
    if not around.consumes then return end
    self:line("if (st == LOOPC_STOP) st = LOOPC_OK;")
    if analysis.raises(tree.el, self.e.source.in_handler) then self:line("if (st) return st;") end
end

function write.REPEAT(f, tree)
    f:title(tree)
    local counter, field = tree.counter and bodies.first_field(tree.counter), analysis.field(tree.counter)
    local function after(i)
        return (", %s = %s"):format(counter, field.type == "i64" and i or ("(%s)%s"):format(field.scalar[2], i))
    end
    f:open_for(tree, counter and after, counter and function() f:line("%s = 0;", counter) end)
    local around = f:repeated(tree, "repeat_end")
    f:close_for()
    f:stopped(tree, around)
end

function write.LOOP(f, tree)
    f:title(tree)
    f.w:open("for (;;) {")
    f:look_up()
    local around = f:repeated(tree, "loop_end")
    f.w:close()
    if not around.stopped and f.w.depth == 1 then f.endless = #f.w.lines end
    f:stopped(tree, around)
end

-- The check, before the first time, that an array has room for all values.
local function check_room(f, bound, into)
    f:line('if (%s > %d) return loopc_fail(&s->loopc, %s, "%%lld values do not fit into %s: it has room for %d", (long long)%s);',
        bound, into.dims[1], cvalue.string(f.e.source.full), into.full, into.dims[1], bound)
end

-- Puts the value of a field into the place `i` of an array.
local function put_value(f, buffer, i)
    local value, into = analysis.field(buffer.value), analysis.field(buffer.into)
    local target, from = ("%s[%s]"):format(bodies.first_field(buffer.into), i), bodies.first_field(buffer.value)
    if #value.dims > 0 then f:line("memcpy(%s, %s, sizeof %s);", target, from, from)
    elseif value.type == into.type then f:line("%s = %s;", target, from)
    else f:line("%s = (%s)%s;", target, into.scalar[2], from) end
end

function write.BUFFER_REPEAT(f, tree)
    local names = {}
    for k, buffer in ipairs(tree.buffers) do
        names[k] = ("%s into %s"):format(analysis.field(buffer.value).full, analysis.field(buffer.into).full)
    end
    f:title(tree, table.concat(names, ", "))
    local i = f:open_for(tree, nil, tree.n.text and function(bound)
        for _, buffer in ipairs(tree.buffers) do check_room(f, bound, analysis.field(buffer.into)) end
    end)
    table.insert(f.around, {})
    f:tree(tree.el)
    table.remove(f.around)
    for _, buffer in ipairs(tree.buffers) do put_value(f, buffer, i) end
    f:close_for()
end

-- Choices.

-- Whether a line that these functions write declares a variable.
function emit_element.declares(line)
    local word = line:match("^%s*([a-z]+) [%w_]")
    return word == "const" or word == "struct" or word == "bool"
end

-- One alternative, in braces when something is declared in it.
function Function:alternative(head, write_it)
    local lines, first = self.w.lines, #self.w.lines + 1
    self.w:open(head)
    write_it()
    local inside = "^" .. ("    "):rep(self.w.depth) .. "%S"
    for i = first + 1, #lines do
        if lines[i]:match(inside) and emit_element.declares(lines[i]) then
            lines[first] = lines[first] .. " {"
            return self.w:close()
        end
    end
    self.w.depth = self.w.depth - 1
end

-- What is chosen by: a failure says the value.
function Function:choice(tree)
    if tree.default then return whole(tree.text) end
    local choice = self:free(self:number("choice"))
    self:spec_line(tree.text, "const int64_t %s = %s;", choice, whole(tree.text))
    return choice
end

function write.CHOOSE(f, tree)
    f:title(tree)
    local choice = f:choice(tree)
    f:spec_line(tree.default and tree.text, "switch (%s) {", choice)
    table.insert(f.around, {})
    for i, child in ipairs(tree.items) do
        f:alternative(("case %d:"):format(i - 1), function()
            f:tree(child)
            f:line("break;")
        end)
    end
    f:alternative("default:", function()
        if tree.default then
            f:tree(tree.default)
            return f:line("break;")
        end
        f:line('return loopc_fail(&s->loopc, %s, "choice %%lld is none of the %d there are, from 0", (long long)%s);',
            cvalue.string(f.e.source.full), #tree.items, choice)
    end)
    table.remove(f.around)
    f:line("}")
end

return emit_element

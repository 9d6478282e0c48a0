-- The statements of elements: those of one function, straight or a coroutine (see elements.lua).
--
-- `write[op](f, tree)` adds the statements of one element to the function f; the rows of WEAVE, POPEN and SPAWN are in weave.lua
-- and process.lua, the ways to save a run inside of a body in element_resume.lua. A repetition is a `for`, a CHOOSE a `switch`, and a
-- $stop() for the repetition around it a `break`, or a jump to the label behind it from inside of another repetition or of a switch.

local bodies = require "gen.emit.bodies"
local Builder = require "gen.c.builder"
local cvalue = require "gen.c.value"
local analysis = require "gen.tree.element_analysis"
local element_blocks = require "gen.emit.element_blocks"
local element_resume = require "gen.emit.element_resume"

local emit_element = {}

local Function = {}
Function.__index = Function
Builder.mix_into(Function)
element_resume.mix_into(Function)
element_blocks.mix_into(Function)

local write = {}

emit_element.Function, emit_element.write = Function, write

-- e: the emitter of the body that this is a function of. `machine`: a coroutine; `kept`: its counters can be saved (element_resume.lua).
function emit_element.new(e, name, machine, kept)
    return setmetatable({ e = e, name = name, machine = machine, kept = kept, block = {}, members = {}, count = {}, points = {},
        depth = 0, around = {}, top = {}, sites = {}, live = {} }, Function)
end

-- The comment above an element: the word, its line in the spec, and a remark.
function Function:title(tree, more)
    self:paragraph()
    self:comment(("%s%s%s"):format(tree.op, bodies.place(self.e.unit, tree.at), more and ": " .. more or ""))
end

local function place_of(text) return text and text.body.at end

-- C with fields of the spec: notes which arguments of the function it needs.
function Function:inline(text)
    self:uses(text)
    return bodies.inline(text)
end

function Function:first_field(text)
    self:uses(text)
    return bodies.first_field(text)
end

function Function:uses(text)
    for _, piece in ipairs(text.pieces) do
        local field = piece.field
        if field and field.life == "site" then self.sites[field.owner] = true elseif piece.kind ~= "text" then self.uses_s = true end
    end
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

-- A member of the coroutine's frame; those of the same name and type are one.
function Function:member(type, name, dims)
    local text = ("%s %s%s"):format(type, name, dims or "")
    if not self.members[text] then
        self.members[text] = true
        self.members[#self.members + 1] = text
    end
    return "here->" .. name
end

-- Something that lasts from step to step: a member, or a local variable that is declared here. Returns its name in C, and the
-- name alone.
function Function:variable(type, wish, dims)
    local name = self:number(wish)
    if self.machine then return self:member(type, name, dims), name end
    name = self:free(name)
    if self.kept then
        self.top[#self.top + 1] = ("%s %s%s = {0};"):format(type, name, dims or "")
        return name, name
    end
    self:declare(type, name, "{0}", dims)
    return name, name
end

-- Where a variable of a coroutine is, seen from all functions; nil for a local one.
function Function:global(name)
    return self.machine and ("s->%s.%s.%s"):format(self.e.unit.position, self.name, name) or nil
end

-- Leaves, and how they leave.

-- The place before a leaf.
function Function:pause()
    if not self.machine then return end
    local label = { name = "at_" .. #self.points + 1 }
    self.points[#self.points + 1] = label
    self:set("here->at", tostring(#self.points))
    self:add { op = "return", code = "LOOPC_MORE" }
    self:put_label(label)
end

-- The way out of the innermost repetition; nil outside of one. `silent`: st is not set by it.
function Function:stop(silent)
    local inner = #self.around
    local at = inner
    while at > 0 and not self.around[at].label_wish do at = at - 1 end
    local around = self.around[at]
    if not around then return nil end
    around.stopped, around.consumes = true, around.consumes or not silent
    if at == inner then return { "break" } end
    around.label = around.label or { name = self:number(around.label_wish) }
    return { "goto", around.label }
end

-- Leaves the function when `code`, or st without it, is not LOOPC_OK. `tree` stops the repetition around it.
function Function:leave(tree, code) self:exit(code, analysis.stops(tree) and self:stop() or { "return" }) end

-- The arguments of a function of the same body.
function Function:arguments()
    local out = { "s" }
    self.uses_s = true
    for _, loop in ipairs(self.e.source.sites) do
        out[#out + 1] = loop.name .. "_site"
        self.sites[loop] = true
    end
    return table.concat(out, ", ")
end

function Function:tree(tree) write[tree.op](self, tree) end

function write.SEQ(f, tree)
    for _, child in ipairs(tree.items) do f:tree(child) end
end

function write.CALL(f, tree)
    local leaf = tree.leaf
    f:pause()
    if leaf.inline or not leaf.name and bodies.is_simple(leaf) then return f:run((f:inline(leaf):gsub(";$", "")), place_of(leaf)) end
    local call = bodies.call_inside(f.e:leaf(leaf))
    f:uses(leaf)
    if not leaf.signals then return f:run(call) end
    local stop = analysis.stops(tree) and analysis.only_stops(leaf) and f:stop(true)
    if stop then f:add { op = "if", test = call, block = { { op = "leave", leave = stop } } } else f:leave(tree, call) end
end

write.PRINT = write.CALL

-- Repetitions.


-- A text as a whole number.
function Function:whole(text)
    local c, field = self:inline(text), #text.pieces == 1 and analysis.field(text)
    if field and field.type == "i64" then return c end
    return (c:match("^[%w_%.%->]+$") and "(int64_t)%s" or "(int64_t)(%s)"):format(c)
end

-- Evaluates the number of iterations, if that has to precede the repetition. Returns it as C, or nil.
function Function:bound_before(tree, letter)
    local text = tree.n.text
    if not text then return tostring(tree.n.constant) end
    local counter, field = analysis.field(tree.counter), #text.pieces == 1 and analysis.field(text)
    if self.machine then
        local bound = self:member("int64_t", letter .. "_end")
        self:set(bound, self:whole(text), place_of(text))
        return bound
    end
    if self.kept then
        local bound = self:keep(letter .. "_end")
        self:set(bound, self:whole(text), place_of(text))
        return bound
    end
    if tree.op == "REPEAT" and (not counter or field and field ~= counter) then return nil end
    local bound = self:free(self:number("times"))
    self:declare("const int64_t", bound, self:whole(text), nil, place_of(text))
    return bound
end

-- Where a repetition of `el` polls for events: an interruption ends it, but not in handlers. A coroutine that is polled for between its
-- steps polls where there may be none.
function Function:poll_events(el, way)
    if self.machine and self.e.source.resumable and analysis.always_steps(el) then return end
    self.uses_s = true
    if self.kept then return self:poll_kept() end
    if self.e.source.in_handler then self:run("loopc_poll_masked(&s->loopc)")
    else self:exit("loopc_poll_nosave(&s->loopc)", way or { "return" }) end
end

-- The `for` of a repetition; `before(bound)` adds statements between the evaluation of its bound and the `for`, `inside(counter)`
-- adds its body.
function Function:for_each(tree, after, before, inside)
    self.depth = self.depth + 1
    local letter = self:letter(self.depth)
    local live = #self.live
    local bound = self:bound_before(tree, letter)
    if before then before(bound) end
    local i = self.machine and self:member("int64_t", letter) or self.kept and self:keep(letter) or self:free(letter)
    local start = (self.machine or self.kept) and i .. " = 0" or ("int64_t %s = 0"):format(i)
    if not bound then
        bound = self:free(letter .. "_end")
        start = ("%s, %s = %s"):format(start, bound, self:whole(tree.n.text))
    end
    self:add { op = "for", start = start, test = ("%s < %s"):format(i, bound), step = i .. "++" .. (after and after(i) or ""),
        at = place_of(tree.n.text), block = self:within(function()
            self:poll_events(tree.el)
            inside(i)
        end) }
    self.depth = self.depth - 1
    self:keep_only(live)
end

-- The inside of an element that handles $stop().
function Function:repeated(tree, label_wish)
    local around = { label_wish = label_wish }
    table.insert(self.around, around)
    self:tree(tree.el)
    table.remove(self.around)
    return around
end

-- Behind an element that handles $stop().
function Function:stopped(tree, around)
    if around.label then self:put_label(around.label) end
    if not around.consumes then return end
    self:consume("st == LOOPC_STOP")
    if analysis.raises(tree.el, self.e.source.in_handler) then self:exit(nil, { "return" }) end
end

function write.REPEAT(f, tree)
    f:title(tree)
    local counter, field, around = tree.counter and f:first_field(tree.counter), analysis.field(tree.counter), nil
    local function after(i)
        return (", %s = %s"):format(counter, field.type == "i64" and i or ("(%s)%s"):format(field.scalar[2], i))
    end
    if tree.block and not f.machine then
        return f:repeat_blocks(tree, counter and function() f:set(counter, "0") end,
            counter and function(i) f:set(counter, field.type == "i64" and i or ("(%s)(%s)"):format(field.scalar[2], i)) end)
    end
    f:for_each(tree, counter and after, counter and function() f:set(counter, "0") end,
        function() around = f:repeated(tree, "repeat_end") end)
    f:stopped(tree, around)
end

function write.LOOP(f, tree)
    local outermost, around = f.block == f.body, nil
    f:title(tree)
    local loop = f:add { op = "for", start = "", test = "", step = "" }
    loop.block = f:within(function()
        f:poll_events(tree.el)
        around = f:repeated(tree, "loop_end")
    end)
    if not around.stopped and outermost then f.endless = loop end
    f:stopped(tree, around)
end

-- The value of a field, into the place `i` of an array.
local function put_value(f, buffer, i)
    local into, value = analysis.field(buffer.into), analysis.field(buffer.value)
    local target, from = ("%s[%s]"):format(f:first_field(buffer.into), i), f:first_field(buffer.value)
    if #value.dims > 0 then f:run(("memcpy(%s, %s, sizeof %s)"):format(target, from, from))
    else f:set(target, value.type == into.type and from or ("(%s)%s"):format(into.scalar[2], from)) end
end

-- The check, before the first time, that an array has room for all values.
local function check_room(f, bound, into)
    f.uses_s = true
    local message = ("%%lld values do not fit into %s: it has room for %d"):format(into.full, into.dims[1])
    f:add { op = "if", test = ("%s > %d"):format(bound, into.dims[1]), block = { { op = "return",
        code = ('loopc_fail(&s->loopc, %s, "%s", (long long)%s)'):format(cvalue.string(f.e.source.full), message, bound) } } }
end

function write.BUFFER_REPEAT(f, tree)
    local names = {}
    for k, buffer in ipairs(tree.buffers) do
        names[k] = ("%s into %s"):format(analysis.field(buffer.value).full, analysis.field(buffer.into).full)
    end
    f:title(tree, table.concat(names, ", "))
    local before = tree.n.text and function(bound)
        for _, buffer in ipairs(tree.buffers) do check_room(f, bound, analysis.field(buffer.into)) end
    end
    if tree.block and not f.machine then return f:fill_buffer(tree, before) end
    f:for_each(tree, nil, before, function(i)
        table.insert(f.around, {})
        f:tree(tree.el)
        table.remove(f.around)
        for _, buffer in ipairs(tree.buffers) do put_value(f, buffer, i) end
    end)
end

-- Choices.

-- The index of a choice: a failure reports its value.
function Function:choice(tree)
    if tree.default then return self:whole(tree.text) end
    local choice = self:free(self:number("choice"))
    self:declare("const int64_t", choice, self:whole(tree.text), nil, place_of(tree.text))
    return choice
end

local leave_switch = { op = "leave", leave = { "break" } }

local function case(f, head, child)
    return { heads = { head }, block = f:within(function()
        f:tree(child)
        f:add(leave_switch)
    end) }
end

local function no_choice(f, tree, choice)
    f.uses_s = true
    return { heads = { "default" }, block = { { op = "return",
        code = ('loopc_fail(&s->loopc, %s, "choice %%lld is not one of %d, numbered from 0", (long long)%s)'):format(
            cvalue.string(f.e.source.full), #tree.items, choice) } } }
end

function write.CHOOSE(f, tree)
    f:title(tree)
    local choice, cases = f:choice(tree), {}
    table.insert(f.around, {})
    for i, child in ipairs(tree.items) do cases[i] = case(f, ("case %d"):format(i - 1), child) end
    cases[#cases + 1] = tree.default and case(f, "default", tree.default) or no_choice(f, tree, choice)
    table.remove(f.around)
    f:add { op = "switch", on = choice, cases = cases, at = tree.default and place_of(tree.text) }
end

return emit_element

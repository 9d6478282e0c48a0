-- The C of bodies that are elements: for each a function with the nesting of the element as its own, before it those of its
-- leaves and of the strands of its WEAVEs.
--
-- A function is straight, or a machine: resumable, it returns LOOPC_MORE before each of its leaves and goes on there when it is
-- called again. Strands are machines in both forms, bodies in the step form only, what SPAWN runs in neither. What a machine
-- has to remember between two calls stands in a struct of its own in the state (`here`): `at`, where it is, then its counters; a
-- straight function has local variables in their place. Who enters a machine sets its `at` to 0.
--
-- A signal of a leaf ends the function at once: return, but for $stop() without a name inside of a REPEAT or LOOP, which is a
-- jump behind that.

local bodies = require "gen.emit_bodies"
local CWriter = require "gen.cwriter"
local ctext = require "gen.ctext"
local cvalue = require "gen.cvalue"

local emit_elements = {}

local Function = {}
Function.__index = Function

local write = {}

local function where(tree) return bodies.where(tree.at) end

-- Facts about trees, each found out once.

-- Whether a tree can give a $stop() that nothing in it takes.
local function stops(tree)
    if tree.stops == nil then
        tree.stops = false
        for _, piece in ipairs(tree.leaf and tree.leaf.pieces or {}) do
            tree.stops = tree.stops or piece.kind == "signal" and piece.word == "stop" and piece.inner
        end
        if tree.op ~= "REPEAT" and tree.op ~= "LOOP" then
            for _, child in ipairs(tree.items or {}) do tree.stops = stops(child) or tree.stops end
            for _, key in ipairs { "el", "default" } do
                tree.stops = tree[key] and stops(tree[key]) or tree.stops
            end
        end
    end
    return tree.stops
end

-- Whether a tree can give anything but a stop that is taken in it. Repetitions can be interrupted, but not in handlers.
local function gives(tree, in_handler)
    local op = tree.op
    if op == "POPEN" or op == "SPAWN" then return true end
    if op == "CHOOSE" and not tree.default or op == "BUFFER_REPEAT" and tree.n.text then return true end
    if tree.leaf then
        for _, piece in ipairs(tree.leaf.pieces) do
            if piece.kind == "signal" and not piece.inner then return true end
        end
        return false
    end
    if tree.el then return not in_handler or gives(tree.el, true) end
    for _, child in ipairs(tree.items) do
        if gives(child, in_handler) then return true end
    end
    return tree.default and gives(tree.default, in_handler) or false
end

-- What a text becomes where the element stands: an expression, on one line.
local function expression(text) return bodies.inline(text) end

local function ctype(field) return field.scalar[2] end

local function field_of(text)
    for _, piece in ipairs(text.pieces) do
        if piece.kind == "field" then return piece.field end
    end
end

-- The lvalue of a text that was written as "$name = 0".
local function lvalue(text) return bodies.first_field(text) end

-- Functions.

local Emitter = {}
Emitter.__index = Emitter

function Emitter:take(wish) return self.unit.names:take(wish) end

-- The function of a leaf, the same one for the same text.
function Emitter:leaf(leaf)
    local same = self.leaf_of[leaf.body.text]
    if same then return same end
    self.leaf_of[leaf.body.text] = leaf
    self.leaf_count = self.leaf_count + 1
    leaf.func = self:take(("%s_%d"):format(self.source.func, self.leaf_count))
    self.leaf_writers[#self.leaf_writers + 1] = leaf
    return leaf
end

function Emitter:new(name, machine)
    local f = setmetatable({ e = self, name = name, machine = machine, w = CWriter.new(1), locals = {}, members = {}, count = {},
        points = 0, stop_labels = {} }, Function)
    return f
end

-- The name of something that lasts from step to step: a member of `f`, or a local variable.
function Function:variable(type, wish)
    self.count[wish] = (self.count[wish] or 0) + 1
    local name = wish .. (self.count[wish] > 1 and "_" .. self.count[wish] or "")
    while not self.machine and self.e.identifiers[name] do name = name .. "_" end
    if self.machine then
        self.members[#self.members + 1] = type .. " " .. name
        return "here->" .. name
    end
    self.locals[#self.locals + 1] = { type, name }
    return name
end

function Function:line(...) self.w:line(...) end

-- The place before a leaf.
function Function:pause()
    if not self.machine then return end
    self.points = self.points + 1
    self:line("here->at = %d;", self.points)
    self:line("return LOOPC_MORE;")
    self.w:outdented("at_%d:", self.points)
end

-- Leaves the function when `test`, an assignment to st or st, is not LOOPC_OK. What `tree` stops is the repetition around it.
function Function:leave(tree, test)
    local label = stops(tree) and self.stop_labels[#self.stop_labels]
    if label then
        label.used = true
        return self:line("if (%s) goto %s;", test, label.name)
    end
    self:line("if (%s) return st;", test)
end

function Function:arguments()
    local out = { "s" }
    for _, loop in ipairs(self.e.source.sites) do out[#out + 1] = loop.name .. "_site" end
    return table.concat(out, ", ")
end

function Function:interruptible()
    if self.e.source.in_handler then return self:line("loopc_beat(&s->loopc);") end
    self.uses_st = true
    self:line("if ((st = loopc_within(&s->loopc))) return st;")
end

function Function:tree(tree) write[tree.op](self, tree) end

function write.SEQ(f, tree)
    for _, child in ipairs(tree.items) do f:tree(child) end
end

function write.CALL(f, tree)
    f:pause()
    local leaf = tree.leaf
    if leaf.inline then return f:line(bodies.inline(leaf)) end
    local shared = f.e:leaf(leaf)
    local call = bodies.call_inside(shared)
    if not leaf.signals then return f:line("%s;", call) end
    f.uses_st = true
    f:leave(tree, ("(st = %s)"):format(call))
end

write.PRINT = write.CALL

-- What the end of a repetition is: the label for those that stop it.
function Function:close_repeat(tree, label)
    table.remove(self.stop_labels)
    self.w:close()
    if not label.used then return end
    self.w:outdented("%s:", label.name)
    self:line("if (st == LOOPC_STOP) st = LOOPC_OK;")
    if gives(tree.el, self.e.source.in_handler) then self:line("if (st) return st;") end
end

function Function:open_repeat(word)
    self.count[word] = (self.count[word] or 0) + 1
    local label = { name = word .. "_" .. self.count[word] .. "_end" }
    self.stop_labels[#self.stop_labels + 1] = label
    return label
end

-- The variables of a repetition: its counter, and its bound as C.
function Function:bound(n, wish)
    local i = self:variable("int64_t", wish)
    if n.constant then return i, tostring(n.constant) end
    local bound = self:variable("int64_t", wish .. "_times")
    self:line("%s = (int64_t)(%s);", bound, expression(n.text))
    return i, bound
end

function write.REPEAT(f, tree)
    f.w:blank_unless_open()
    f:line("/* REPEAT (%s) */", where(tree))
    local i, bound = f:bound(tree.n, "i")
    local after = ""
    if tree.counter then
        local counter, field = lvalue(tree.counter), field_of(tree.counter)
        f:line("%s = 0;", counter)
        after = (", %s = %s"):format(counter, field.type == "i64" and i or ("(%s)%s"):format(ctype(field), i))
    end
    local label = f:open_repeat("repeat")
    f.w:open("for (%s = 0; %s < %s; %s++%s) {", i, i, bound, i, after)
    f:interruptible()
    f:tree(tree.el)
    f:close_repeat(tree, label)
end

function write.LOOP(f, tree)
    f.w:blank_unless_open()
    f:line("/* LOOP (%s) */", where(tree))
    local label = f:open_repeat("loop")
    f.w:open("for (;;) {")
    f:interruptible()
    f:tree(tree.el)
    f:close_repeat(tree, label)
    f.endless = not label.used
end

function write.BUFFER_REPEAT(f, tree)
    local into, value = field_of(tree.into), field_of(tree.value)
    f.w:blank_unless_open()
    f:line("/* BUFFER_REPEAT (%s): %s into %s */", where(tree), value.full, into.full)
    local i, bound = f:bound(tree.n, "i")
    if tree.n.text then
        f:line('if (%s > %d) return loopc_fail(&s->loopc, %s, "%%lld values do not fit into %s: it has room for %d", (long long)%s);',
            bound, into.dims[1], cvalue.string(f.e.source.full), into.full, into.dims[1], bound)
    end
    f.w:open("for (%s = 0; %s < %s; %s++) {", i, i, bound, i)
    f:interruptible()
    f:tree(tree.el)
    local target, from = ("%s[%s]"):format(lvalue(tree.into), i), lvalue(tree.value)
    if #value.dims > 0 then f:line("memcpy(%s, %s, sizeof %s);", target, from, from)
    elseif value.type == into.type then f:line("%s = %s;", target, from)
    else f:line("%s = (%s)%s;", target, ctype(into), from) end
    f.w:close()
end

function write.CHOOSE(f, tree)
    f.w:blank_unless_open()
    f:line("/* CHOOSE (%s) */", where(tree))
    f.uses_choice = true
    f:line("choice = (int64_t)(%s);", expression(tree.text))
    f:line("switch (choice) {")
    for i, child in ipairs(tree.items) do
        f.w:open("case %d:", i - 1)
        f:tree(child)
        f:line("break;")
        f.w.depth = f.w.depth - 1
    end
    f.w:open("default:")
    if tree.default then
        f:tree(tree.default)
        f:line("break;")
    else
        f:line('return loopc_fail(&s->loopc, %s, "choice %%lld is none of the %d there are, from 0", (long long)choice);',
            cvalue.string(f.e.source.full), #tree.items)
    end
    f.w:close()
end

-- Processes.

-- All processes that a tree may have running, as C lvalues of where they stand; known when its functions are written.
local function add_children(tree, out)
    if tree.child then out[#out + 1] = tree.child end
    for _, child in ipairs(tree.items or {}) do add_children(child, out) end
    if tree.default then add_children(tree.default, out) end
    if tree.el and tree.op ~= "SPAWN" then add_children(tree.el, out) end
    return out
end

-- Where a variable of this function is, seen from all functions: nil for a local one.
function Function:global(name)
    return self.machine and name:gsub("^here%->", ("s->%s.%s."):format(self.e.unit.position, self.name)) or nil
end

-- Polls a process until it has ended: a step a poll in a machine; elsewhere the function waits.
function Function:poll(tree, child, call)
    self.uses_st = true
    tree.child = self:global(child)
    if self.machine then
        self:pause()
        return self:line("if ((st = %s) == LOOPC_MORE) return LOOPC_MORE; /* at the same place next time */", call)
    end
    self.w:open("while ((st = %s) == LOOPC_MORE) {", call)
    if self.e.source.in_handler then self:line("loopc_child_wait_handler(&s->loopc, &%s);", child)
    else self:line("if ((st = loopc_child_wait(&s->loopc, &%s))) break;", child) end
    self.w:close()
    self:line("loopc_child_end(&%s);", child)
end

function write.POPEN(f, tree)
    local child = f:variable("struct loopc_child", "process")
    f.w:blank_unless_open()
    f:line("/* POPEN (%s) */", where(tree))
    local words = {}
    for i, argument in ipairs(tree.arguments) do
        words[i] = argument.constant ~= nil and argument.text or expression(argument.text)
    end
    words[#words + 1] = "NULL"
    local call = ("loopc_popen(&s->loopc, &%s, %s, (const char *const[]){%s})"):format(child, cvalue.string(f.e.source.full),
        table.concat(words, ", "))
    f:poll(tree, child, call)
    if tree.into then
        local field = field_of(tree.into)
        f:line("%s = (%s)%s.status;", lvalue(tree.into), ctype(field), child)
    end
    f:leave(tree, "st")
end

-- The fields that an element writes, as a list of memory; site fields are those of the place.
local function written(tree, out, seen)
    local function add(text)
        for _, use in ipairs(text and text.uses or {}) do
            if use.write and not seen[use.field] and use.field.lvalue then
                seen[use.field] = true
                out[#out + 1] = use.field
            end
        end
    end
    add(tree.leaf)
    for _, key in ipairs { "text", "counter", "into", "value" } do add(tree[key]) end
    add(tree.n and tree.n.text)
    for _, child in ipairs(tree.items or {}) do written(child, out, seen) end
    if tree.default then written(tree.default, out, seen) end
    if tree.el then written(tree.el, out, seen) end
    return out
end

function write.SPAWN(f, tree)
    local child = f:variable("struct loopc_child", "process")
    local inner = f.e:new(f.e:take(f.e.source.func .. "_spawned"), false)
    f.e:write_function(inner, tree.el, ("What SPAWN (%s) runs, in a process of its own."):format(where(tree)))
    local fields, members = written(tree.el, {}, {}), {}
    for i, field in ipairs(fields) do
        local text = field.life == "site" and ("%s_site->%s"):format(field.owner.name, field.name) or field.lvalue
        members[i] = ("{&%s, sizeof %s}"):format(text, text)
    end
    f.w:blank_unless_open()
    f:line("/* SPAWN (%s): %s */", where(tree), #fields > 0 and "what it writes comes back" or "it writes nothing")
    local name = "0, NULL"
    if #members > 0 then
        f.count.writes = (f.count.writes or 0) + 1
        local list = "writes" .. (f.count.writes > 1 and "_" .. f.count.writes or "")
        f.lists = f.lists or {}
        table.insert(f.lists, ("const struct loopc_memory %s[] = {%s};"):format(list, table.concat(members, ", ")))
        name = ("%d, %s"):format(#members, list)
    end
    local begin = ("if (loopc_spawn_begin(&s->loopc, &%s, %s)) loopc_spawn_return(&s->loopc, &%s, %s(%s), %s);"):format(child, name,
        child, inner.name, f:arguments(), name)
    tree.child = f:global(child)
    if f.machine then
        f:pause()
        f:line(begin)
        f.uses_st = true
        f:line("if ((st = loopc_spawn_poll(&s->loopc, &%s, %s, %s)) == LOOPC_MORE) return LOOPC_MORE;", child,
            cvalue.string(f.e.source.full), name)
    else
        f:line(begin)
        f:poll(tree, child, ("loopc_spawn_poll(&s->loopc, &%s, %s, %s)"):format(child, cvalue.string(f.e.source.full), name))
    end
    f:leave(tree, "st")
end

-- Weaves.

-- The functions of the strands, and the one that calls them by number.
function Function:strands(tree)
    local e, calls = self.e, {}
    for i, child in ipairs(tree.items) do
        local strand = e:new(e:take(("%s_strand_%d"):format(e.source.func, e:next_strand())), true)
        e:write_function(strand, child, ("Strand %d of the WEAVE at %s."):format(i - 1, where(tree)))
        calls[i] = strand
    end
    local name = e:take(e.source.func .. "_weave")
    local w = CWriter.new()
    w:comment { ("The next step of one strand of the WEAVE at %s."):format(where(tree)) }
    w:line("static int %s(%s, int32_t strand)", name, e:parameters())
    w:open("{")
    w:line("switch (strand) {")
    for i, strand in ipairs(calls) do
        local word = i == #calls and "default:" or ("case %d:"):format(i - 1)
        w:line("%s return %s(%s);", word, strand.name, self:arguments())
    end
    w:line("}")
    w:close()
    w:blank()
    e.functions[#e.functions + 1] = w
    return name, calls
end

function Function:weave_step(weave, name, handler)
    if handler ~= nil then
        if handler then self:line("loopc_beat(&s->loopc);")
        else self:line("if ((st = loopc_within(&s->loopc))) break;") end
    end
    self:line("st = loopc_weave_took(&s->loopc, &%s, %s_done, %s(%s, %s.turn));", weave, weave, name, self:arguments(), weave)
end

function write.WEAVE(f, tree)
    local count = #tree.items
    f.w:blank_unless_open()
    f:line("/* WEAVE (%s): a step of each of %d in turn, until %d have finished */", where(tree), count, tree.required)
    if count == 0 then return end
    local name, strands = f:strands(tree)
    local weave = f:variable("struct loopc_weave", "weave")
    f:variable("bool", weave:gsub("^here%->", "") .. "_done[" .. count .. "]")
    f.uses_st = true
    for _, strand in ipairs(strands) do
        if strand.has_frame then f:line("s->%s.%s.at = 0;", f.e.unit.position, strand.name) end
    end
    f.w:open("for (loopc_weave_enter(&s->loopc, &%s, %d); %s.turn < %d && !st; %s.turn++) {", weave, count, weave, count, weave)
    f:line("%s_done[%s.turn] = false;", weave, weave)
    f:weave_step(weave, name)
    f.w:close()
    local children = add_children(tree, {})
    f.w:open("while (!st && %s.finished < %d) {", weave, tree.required)
    f:line("loopc_weave_turn(&s->loopc, &%s, %s_done, %s);", weave, weave, f.machine and "false" or "true")
    f:pause()
    f:weave_step(weave, name, not f.machine and #children > 0 and (f.e.source.in_handler or false) or nil)
    f.w:close()
    for _, child in ipairs(children) do f:line("loopc_child_end(&%s);", child) end
    if gives(tree, f.e.source.in_handler) or stops(tree) or #children > 0 then f:leave(tree, "st") end
end

-- The whole of a body.

function Emitter:next_strand()
    self.strand_count = self.strand_count + 1
    return self.strand_count
end

function Emitter:parameters()
    local out = { ("struct %s *s"):format(self.unit.struct) }
    for _, loop in ipairs(self.source.sites) do out[#out + 1] = ("struct %s *%s_site"):format(loop.site_struct, loop.name) end
    return table.concat(out, ", ")
end

-- The struct of a machine: `at` and its variables.
function Emitter:frame(f)
    if not f.machine or f.points == 0 and #f.members == 0 then return end
    f.has_frame = true
    table.insert(self.unit.frames, { name = f.name, members = { "int at", table.unpack(f.members) } })
end

local function mentions(lines, word)
    for _, line in ipairs(lines) do
        if line:find("%f[%w_]" .. word .. "%f[^%w_]") and not line:match("^%s*/%*.*%*/$") then return true end
    end
    return false
end

function Emitter:write_function(f, tree, title)
    f:tree(tree)
    self:frame(f)
    local w, body = CWriter.new(), f.w.lines
    local returns = f.machine or self.source.signals or f.name ~= self.source.func
    w:comment { title }
    local storage = f.name == self.source.func and not f.machine and "LOOPC_BODY" or "static"
    w:line("%s %s %s(%s)", storage, returns and "int" or "void", f.name, self:parameters())
    w:open("{")
    if f.has_frame then w:line("struct %s_at_%s *const here = &s->%s.%s;", self.unit.struct, f.name, self.unit.position, f.name) end
    if mentions(body, "st") then w:line("int st = LOOPC_OK;") end
    if f.uses_choice then w:line("int64_t choice = 0;") end
    for _, variable in ipairs(f.locals) do
        local type, name = variable[1], variable[2]
        w:line("%s %s%s;", type, name, (type:match("^struct") or name:match("%[")) and " = {0}" or "")
    end
    for _, list in ipairs(f.lists or {}) do w:line(list) end
    if not mentions(body, "s") and not f.has_frame then w:line("(void)s;") end
    for _, loop in ipairs(self.source.sites) do
        if not mentions(body, loop.name .. "_site") then w:line("(void)%s_site;", loop.name) end
    end
    w:blank()
    if f.points > 0 then
        w:line("switch (here->at) {")
        for i = 1, f.points do w:line("case %d: goto at_%d;", i, i) end
        w:line("default: break;")
        w:line("}")
    end
    for _, text in ipairs(body) do w.lines[#w.lines + 1] = text end
    if returns and not (f.endless and body[#body]:match("^    }$")) then w:line("return LOOPC_OK;") end
    w:close()
    w:blank()
    self.functions[#self.functions + 1] = w
end

local function mark_signals(texts)
    for _, text in ipairs(texts) do
        for _, piece in ipairs(text.pieces) do text.signals = text.signals or piece.kind == "signal" end
    end
end

local function heading(source)
    local doc = (source.kind == "node" and source.doc) and ": " .. CWriter.safe(source.doc) or ""
    return ("%s (%s)%s"):format(source.full, bodies.where(source.at), doc)
end

-- Makes the functions of a source, as writers in source.functions; adds the structs of its machines to unit.frames.
function emit_elements.prepare(unit, source)
    local e = setmetatable({ unit = unit, source = source, functions = {}, leaf_of = {}, leaf_writers = {}, leaf_count = 0,
        strand_count = 0, identifiers = ctext.identifiers(source.body.text) }, Emitter)
    mark_signals(source.texts)
    local f = e:new(source.func, unit.options.step == true)
    e:write_function(f, source.tree, heading(source))
    source.machine = f.has_frame
    source.functions, source.leaf_writers = e.functions, e.leaf_writers
    for _, child in ipairs(add_children(source.tree, {})) do table.insert(unit.children, child) end
end

function emit_elements.write(unit, w, source)
    for _, leaf in ipairs(source.leaf_writers) do
        bodies.write_function(unit, w, leaf, ("A leaf of %s (%s)"):format(leaf.full, bodies.where(leaf.body.at)))
    end
    for _, f in ipairs(source.functions) do
        for _, line in ipairs(f.lines) do w.lines[#w.lines + 1] = line end
    end
end

return emit_elements

-- The C of bodies that are elements: for each a function with the nesting of the element as its own, before it those of its
-- leaves and of the strands of its WEAVEs.
--
-- A function is straight, or a coroutine (`machine`): it returns LOOPC_MORE before each of its leaves and continues there when it is
-- called again. Strands are coroutines in both forms, bodies in the step form and those with strands, those of SPAWN in neither. What a coroutine
-- has to remember between two calls is its frame, a struct of its own in the state (`here`): `at`, where it is, then its counters; a
-- straight function has local variables in their place. Its caller sets `at` to 0 first.
--
-- A signal of a leaf ends the function at once, but for a $stop() that a REPEAT or LOOP of the element takes.
-- The lines of the elements themselves are in element.lua, weave.lua and process.lua.

local bodies = require "gen.emit.bodies"
local ctext = require "gen.c.text"
local emit_element = require "gen.emit.element"
local analysis = require "gen.tree.element_analysis"
local render = require "gen.c.render"
local statements = require "gen.c.statements"

require "gen.emit.process"
require "gen.emit.weave"

local emit_elements = {}

local Emitter = {}
Emitter.__index = Emitter

function Emitter:take(wish) return self.unit.names:take(wish) end

-- The function of a leaf, the same one for the same text. A leaf that has a name is called by it, else by its number.
function Emitter:leaf(leaf)
    local key = (leaf.name or "") .. "\n" .. leaf.body.text
    local same = self.leaf_of[key]
    if same then return same end
    self.leaf_of[key] = leaf
    table.insert(self.leaves, leaf)
    leaf.func = self:take(("%s_%s"):format(self.source.func, leaf.name or #self.leaves))
    return leaf
end

function Emitter:parameters()
    local out = { ("struct %s *s"):format(self.unit.struct) }
    for _, loop in ipairs(self.source.sites) do out[#out + 1] = ("struct %s *%s_site"):format(loop.site_struct, loop.name) end
    return table.concat(out, ", ")
end

-- The struct of a coroutine: `at` and its variables.
function Emitter:frame(f)
    if not (f.machine or f.kept) or #f.points == 0 and #f.members == 0 then return end
    f.has_frame = true
    local members = { "int at", table.unpack(f.members) }
    if f.polls then table.insert(members, 2, "int point") end
    table.insert(self.unit.frames, { name = f.name, members = members })
end

-- The declarations at the top of a function.
function Emitter:declarations(f)
    local out = {}
    if f.has_frame then out[1] = ("struct %s_at_%s *const here = &s->%s.%s;"):format(self.unit.struct, f.name, self.unit.position, f.name) end
    if statements.has_pending(f.body) or f.opening and statements.has_pending { f.opening } then out[#out + 1] = "int st = LOOPC_OK;" end
    for _, line in ipairs(f.top) do out[#out + 1] = line end
    if not f.has_frame and not f.uses_s then out[#out + 1] = "(void)s;" end
    for _, loop in ipairs(self.source.sites) do
        if not f.sites[loop] then out[#out + 1] = ("(void)%s_site;"):format(loop.name) end
    end
    return out
end

-- The way in of a coroutine that is on its way.
local function entry_of(f)
    local function jump(i) return { { op = "leave", leave = { "goto", f.points[i] } } } end
    if #f.points == 1 then return { { op = "if", test = "here->at == 1", block = jump(1) }, { op = "paragraph" } } end
    local cases = {}
    for i = 1, #f.points do cases[i] = { heads = { ("case %d"):format(i) }, block = jump(i) } end
    cases[#cases + 1] = { heads = { "default" }, block = { { op = "leave", leave = { "break" } } } }
    return { { op = "switch", on = "here->at", cases = cases }, { op = "paragraph" } }
end

-- The end of a function that returns a status: the last test for one is its result.
local function finish(f)
    local last, at = statements.last(f.body)
    if f.endless and f.endless == last then return end
    if not last or last.op ~= "exit" or last.leave[1] ~= "return" then return f:add { op = "return", code = "LOOPC_OK" } end
    f.body[at] = { op = "return", code = last.code }
end

function Emitter:write_function(f, tree, title)
    f.body = f.block
    f:tree(tree)
    f.returns = f.machine or self.source.signals or f.name ~= self.source.func
    f.title_text = title
    f.polls = f.name == self.source.func and self.source.resumable ~= nil
    if f.polls and self.unit.options.step then f.opening = f:poll_between(analysis.processes(tree)) end
    if f.returns then finish(f) end
    self:frame(f)
    self.functions[#self.functions + 1] = f
end

local function write_function(e, f, w, place)
    local storage = f.name == e.source.func and not f.machine and "static LOOPC_NOINLINE" or "static"
    local declarations = e:declarations(f)
    w:comment { f.title_text }
    w:line("%s %s %s(%s)", storage, f.returns and "int" or "void", f.name, e:parameters())
    w:open("{")
    for _, line in ipairs(declarations) do w:line(line) end
    if #declarations > 0 then w:blank() end
    if f.opening then render.block(w, { f.opening, { op = "paragraph" } }) end
    if #f.points > 0 then render.block(w, entry_of(f)) end
    render.block(w, f.body, place)
    w:close()
    w:blank()
end

local function mark_signals(texts)
    for _, text in ipairs(texts) do
        text.signals = text.refusals ~= nil
        for _, piece in ipairs(text.pieces) do text.signals = text.signals or piece.kind == "signal" end
    end
end

-- The names that a local variable must not have: the words of the body, and the file scope of the trainer's C.
local function taken(unit, source)
    local out = ctext.identifiers(source.body.text)
    for _, text in ipairs(source.texts) do
        if text.block then out[text.call.block] = true end
    end
    local code = unit.trainer.code
    return code and ctext.identifiers((code.text:gsub("%b{}", " ")), out) or out
end

-- Makes the functions of a source, as writers in source.functions; adds the structs of its machines to unit.frames.
function emit_elements.prepare(unit, source)
    local e = setmetatable({ unit = unit, source = source, functions = {}, leaf_of = {}, leaves = {}, strand_count = 0,
        identifiers = taken(unit, source) }, Emitter)
    mark_signals(source.texts)
    local machine = unit.options.step == true or source.resumable == "steps"
    local f = emit_element.new(e, source.func, machine, source.resumable == "iterations")
    e:write_function(f, source.tree, bodies.heading(unit, source))
    source.machine, source.emitter = f.has_frame and f.machine, e
    for _, child in ipairs(analysis.processes(source.tree)) do table.insert(unit.children, child) end
end

function emit_elements.write(unit, w, source)
    local e = source.emitter
    for _, leaf in ipairs(e.leaves) do
        bodies.write_function(unit, w, leaf, ("A leaf of %s%s"):format(leaf.full, bodies.place(unit, leaf.body.at)))
    end
    for _, f in ipairs(e.functions) do
        if f.write then f:write(w) else write_function(e, f, w, bodies.places(unit)) end
    end
end

return emit_elements

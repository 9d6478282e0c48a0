-- The C of bodies that are elements: for each a function with the nesting of the element as its own, before it those of its
-- leaves and of the strands of its WEAVEs.
--
-- A function is straight, or a machine: resumable, it returns LOOPC_MORE before each of its leaves and goes on there when it is
-- called again. Strands are machines in both forms, bodies in the step form only, what SPAWN runs in neither. What a machine
-- has to remember between two calls stands in a struct of its own in the state (`here`): `at`, where it is, then its counters; a
-- straight function has local variables in their place. Who enters a machine sets its `at` to 0.
--
-- A signal of a leaf ends the function at once, but for a $stop() that a REPEAT or LOOP of the element takes.
-- The lines of the elements themselves are in emit_element.lua, emit_weave.lua and emit_process.lua.

local bodies = require "gen.emit.bodies"
local CWriter = require "gen.c.writer"
local ctext = require "gen.c.text"
local emit_element = require "gen.emit.element"
local analysis = require "gen.tree.element_analysis"

require "gen.emit.process"
require "gen.emit.weave"

local emit_elements = {}

local Emitter = {}
Emitter.__index = Emitter

function Emitter:take(wish) return self.unit.names:take(wish) end

-- The function of a leaf, the same one for the same text.
function Emitter:leaf(leaf)
    local same = self.leaf_of[leaf.body.text]
    if same then return same end
    self.leaf_of[leaf.body.text] = leaf
    table.insert(self.leaves, leaf)
    leaf.func = self:take(("%s_%d"):format(self.source.func, #self.leaves))
    return leaf
end

function Emitter:parameters()
    local out = { ("struct %s *s"):format(self.unit.struct) }
    for _, loop in ipairs(self.source.sites) do out[#out + 1] = ("struct %s *%s_site"):format(loop.site_struct, loop.name) end
    return table.concat(out, ", ")
end

-- A line directive to the place of `text` in the spec, when they are asked for; whether there is one.
function Emitter:mark(w, text)
    if not self.unit.options.line or not text then return false end
    bodies.line_directive(self.unit, w, text.body.at)
    return true
end

-- Back to the emitted file: the number is put in when the line has its place.
local back = "#line back"

function Emitter:unmark(w) w:directive(back) end

-- The struct of a machine: `at` and its variables.
function Emitter:frame(f)
    if not f.machine or f.points == 0 and #f.members == 0 then return end
    f.has_frame = true
    table.insert(self.unit.frames, { name = f.name, members = { "int at", table.unpack(f.members) } })
end

-- What stands above the statements of a function.
function Emitter:declarations(f, w, body)
    if f.has_frame then w:line("struct %s_at_%s *const here = &s->%s.%s;", self.unit.struct, f.name, self.unit.position, f.name) end
    if CWriter.mentions(body, "st") then w:line("int st = LOOPC_OK;") end
    for _, line in ipairs(f.top) do w:line("%s", line) end
    if not f.has_frame and not CWriter.mentions(body, "s") then w:line("(void)s;") end
    for _, loop in ipairs(self.source.sites) do
        if not CWriter.mentions(body, loop.name .. "_site") then w:line("(void)%s_site;", loop.name) end
    end
end

-- The way in of a machine that is on its way.
local function write_entry(f, w)
    if f.points == 0 then return end
    if f.points == 1 then return w:line("if (here->at == 1) goto at_1;") end
    w:line("switch (here->at) {")
    for i = 1, f.points do w:line("case %d: goto at_%d;", i, i) end
    w:line("default: break;")
    w:line("}")
end

-- What follows line i, comments aside.
local function code_behind(lines, i)
    local inside = false
    for at = i + 1, #lines do
        local opens, closes = lines[at]:match("^%s*/%*"), lines[at]:match("%*/$")
        if not (inside or opens) then return lines[at] end
        inside = not closes
    end
    return "}"
end

-- The statements. A label stands before a statement, not before a declaration or the end of a block.
local function write_body(f, w)
    local lines = f.w.lines
    for i, line in ipairs(lines) do
        local next_line = code_behind(lines, i)
        local bare = line:match("^%s*[%a_][%w_]*:$") and not line:match("default:$")
        if bare and (next_line:match("^%s*}") or emit_element.declares(next_line) or next_line == "") then line = line .. ";" end
        w.lines[#w.lines + 1] = line
    end
end

-- The end of a function that returns a status: the last test for one is its result.
local function write_return(f)
    local w = f.w
    if f.endless == #w.lines then return end
    local result = w:last() and w:last():match("^    if %((.*)%) return st;$")
    if not result then return w:line("return LOOPC_OK;") end
    w:drop_last()
    w:line("return %s;", result:match("^%(st = (.*)%)$") or result)
end

function Emitter:write_function(f, tree, title)
    f:tree(tree)
    local returns = f.machine or self.source.signals or f.name ~= self.source.func
    if returns then write_return(f) end
    self:frame(f)
    local w = CWriter.new()
    w:comment { title }
    local storage = f.name == self.source.func and not f.machine and "LOOPC_BODY" or "static"
    w:line("%s %s %s(%s)", storage, returns and "int" or "void", f.name, self:parameters())
    w:open("{")
    local head = #w.lines
    self:declarations(f, w, f.w.lines)
    if #w.lines > head then w:blank() end
    write_entry(f, w)
    if f.points > 0 then w:blank() end
    write_body(f, w)
    w:close()
    w:blank()
    self.functions[#self.functions + 1] = w
end

local function mark_signals(texts)
    for _, text in ipairs(texts) do
        text.signals = text.refusals ~= nil
        for _, piece in ipairs(text.pieces) do text.signals = text.signals or piece.kind == "signal" end
    end
end

local function heading(source)
    local doc = (source.kind == "node" and source.doc) and ": " .. CWriter.safe(source.doc) or ""
    return ("%s (%s)%s"):format(source.full, bodies.where(source.at), doc)
end

-- What a local variable may not be called: the words of the body, and what the trainer's C has at file scope.
local function taken(unit, source)
    local out = ctext.identifiers(source.body.text)
    local code = unit.trainer.code
    return code and ctext.identifiers((code.text:gsub("%b{}", " ")), out) or out
end

-- Makes the functions of a source, as writers in source.functions; adds the structs of its machines to unit.frames.
function emit_elements.prepare(unit, source)
    local e = setmetatable({ unit = unit, source = source, functions = {}, leaf_of = {}, leaves = {}, strand_count = 0,
        identifiers = taken(unit, source) }, Emitter)
    mark_signals(source.texts)
    local f = emit_element.new(e, source.func, unit.options.step == true)
    e:write_function(f, source.tree, heading(source))
    source.machine = f.has_frame
    source.functions, source.leaf_writers = e.functions, e.leaves
    for _, child in ipairs(analysis.processes(source.tree)) do table.insert(unit.children, child) end
end

function emit_elements.write(unit, w, source)
    for _, leaf in ipairs(source.leaf_writers) do
        bodies.write_function(unit, w, leaf, ("A leaf of %s (%s)"):format(leaf.full, bodies.where(leaf.body.at)))
    end
    for _, f in ipairs(source.functions) do
        for _, line in ipairs(f.lines) do
            if line == back then bodies.line_back(unit, w) else w.lines[#w.lines + 1] = line end
        end
    end
end

return emit_elements

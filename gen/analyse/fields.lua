-- analyse_fields: resolves each `$name` of a body or an expression, and finds the fields that each step reads and writes.
--
-- In:  unit.list (flattened). Out: on every source (node or listener with a body) and expression that is reached:
--   .pieces     ctext's pieces; a field piece gains .field
--   .sites      loops whose site fields it uses: the function takes a pointer to the instance for each
--   .uses       list of { field, read, write } in order of first mention
--   .stateful   whether it needs the state at all
-- A body may be inlined at many sites; a name must refer to the same field at all of them.

local ctext = require "gen.c.text"
local results = require "gen.analyse.results"
local nearest = require "gen.base.nearest"
local reader = require "gen.spec.reader"
local known_functions = require "gen.tree.known_functions"
local spec_tree = require "gen.tree.spec_tree"
local vocabulary = require "gen.spec.vocabulary"

local analyse_fields = {}

local Resolver = {}
Resolver.__index = Resolver

local function field_of(owner, name)
    owner.field_named = owner.field_named or {}
    if not owner.field_named[1] then
        owner.field_named[1] = true
        for _, field in ipairs(owner.fields) do
            if not field.hidden then owner.field_named[field.name] = field end
        end
    end
    return owner.field_named[name]
end

-- Visits the scopes around a text, inside out: its callback, the loops around it, the trainer. Returns the first result that is not
-- nil or false.
function Resolver:search(source, instance, visit)
    local found = source.callback and visit(source.callback)
    while not found and instance do
        found, instance = visit(instance.loop), instance.parent
    end
    return found or visit(self.unit.trainer)
end

-- Fields of that very name that other loops and callbacks have: "$schedule.eta" where $eta is not in scope.
function Resolver:elsewhere(name)
    local out = {}
    for _, member in ipairs(self.unit.trainer.members) do
        local field = field_of(member, name)
        if field then out[#out + 1] = "$" .. field.full end
    end
    return #out > 0 and nearest.question(out) or nil
end

-- "$fial(...)": a signal that it is near to, or nil.
local function misspelt_signal(source, piece)
    for i, other in ipairs(source.pieces) do
        local behind = other == piece and source.pieces[i + 1]
        if behind and behind.kind == "text" and behind.text:match("^%s*%(") and not piece.member then
            local near = nearest.names(piece.name, vocabulary.names(vocabulary.signals))
            return near[1] and nearest.question { "$" .. near[1] }
        end
    end
end

function Resolver:unknown(source, piece, name, owners)
    local names, seen = {}, {}
    for _, owner in ipairs(owners) do
        for _, field in ipairs(owner.fields) do
            if not (field.hidden or seen[field.name]) then
                seen[field.name] = true
                names[#names + 1] = field.name
            end
        end
    end
    table.sort(names)
    self.unit.diags:add("unknown_field", reader.line_in(source.body, piece.line), "$" .. name, "$" .. name, source.title,
        not name:find(".", 1, true) and (self:elsewhere(name) or misspelt_signal(source, piece)) or nearest.suggest(name:match("[^.]*$"), names),
        #names > 0 and "in scope: " .. table.concat(names, ", ", 1, math.min(#names, 10)) or "no field is in scope here")
end

-- `restarting` is a field of every repeating loop, made when it is named.
local function restarting_of(owner, name)
    if name == "restarting" and owner.kind == "loop" and owner.repeats then return spec_tree.restarting(owner) end
end

-- The result of a loop, read from outside of it; results.lua finds the place.
function Resolver:read_result(source, piece, field)
    if piece.access ~= "r" then
        self.unit.diags:add("result_assigned", reader.line_in(source.body, piece.line), "$" .. piece.name, field.full, source.title)
    end
    source.result_of = source.result_of or {}
    for _, loop in ipairs(source.result_of) do
        if loop == field.owner then return field end
    end
    table.insert(source.result_of, field.owner)
    return field
end

-- $Loop.name
function Resolver:qualified(source, piece, owner, instance)
    local field = field_of(owner, piece.member) or restarting_of(owner, piece.member)
    if not field then
        self:unknown(source, piece, piece.name .. "." .. piece.member, { owner })
    elseif field.life == "site" and not self:search(source, instance, function(scope) return scope == owner end) then
        if field.result and source.kind ~= "hook" then return self:read_result(source, piece, field) end
        self.unit.diags:add("unknown_field", reader.line_in(source.body, piece.line), piece.member, "$" .. field.full, source.title, "",
            "a site field exists only inside its loop")
        return nil
    end
    return field
end

-- $loopc, in scope everywhere: a pointer to the runtime's record of the run ($loopc->seed).
local run_field = { kind = "field", name = "loopc", full = "loopc", lvalue = "s->loopc", life = "state", aggregate = true,
    dims = {}, type = "run" }

-- $outer.name: the field of the nearest loop around the own one that has it, whatever that loop is called.
function Resolver:outer(source, piece, instance)
    local owners = {}
    instance = instance and instance.parent
    while instance do
        local field = field_of(instance.loop, piece.member)
        piece.outer = true
        if field then return field end
        owners[#owners + 1], instance = instance.loop, instance.parent
    end
    self:unknown(source, piece, "outer." .. piece.member, owners)
end

function Resolver:lookup(source, piece, instance)
    if piece.name == "loopc" then return run_field end
    local owner = piece.member and self.owners[piece.name]
    if not owner and piece.name == "outer" and piece.member then return self:outer(source, piece, instance) end
    if owner then return self:qualified(source, piece, owner, instance) end
    local field = self:search(source, instance, function(scope) return field_of(scope, piece.name) end)
        or self:search(source, instance, function(scope) return restarting_of(scope, piece.name) end)
    if field then return field end
    local owners = {}
    self:search(source, instance, function(scope) owners[#owners + 1] = scope end)
    self:unknown(source, piece, piece.name, owners)
end

-- Whether a use by address, or of an array, is of one that the function it is given to only reads.
function Resolver:is_only_read(piece)
    if not piece.callee or piece.assigned or piece.access == "rw" then return false end
    self.reads_only = self.reads_only or known_functions.reads_only(self.unit)
    return self.reads_only(piece.callee, piece.argument)
end

function Resolver:note_use(source, piece)
    local field = piece.field
    if field == run_field then return end
    local use = source.use_of[field]
    if not use then
        use = { field = field }
        source.use_of[field] = use
        source.uses[#source.uses + 1] = use
    end
    local member = field.type == "dataset" and piece.through and piece.access == "r" -- $train->rows
    local opaque = field.aggregate and not member or piece.access == "a" or (#field.dims > piece.indices and not piece.assigned)
    use.read = use.read or opaque or piece.access ~= "w"
    use.write = use.write or (opaque or piece.access ~= "r") and not self:is_only_read(piece)
end

local function note_site(source, field)
    if field.life ~= "site" or source.site_of[field.owner] then return end
    source.site_of[field.owner] = true
    source.sites[#source.sites + 1] = field.owner
end

function Resolver:check_const(source, piece)
    if piece.field.const and piece.assigned then
        self.unit.diags:add("const_assigned", reader.line_in(source.body, piece.line), "$" .. piece.name, piece.field.full,
            source.title)
    end
end

-- A field's name with that of its owner, which a trainer's fields can do without.
local function full_name(field) return field.owner.name .. "." .. field.name end

-- One field piece at one place of its text.
function Resolver:piece(source, piece, instance)
    local field = self:lookup(source, piece, instance)
    if not field then return end
    if not piece.field then
        piece.field = field
        piece.qualified = piece.outer or piece.member ~= nil and self.owners[piece.name] ~= nil
        self:note_use(source, piece)
        note_site(source, field)
        self:check_const(source, piece)
    elseif piece.field ~= field then
        self.unit.diags:add("ambiguous_field", reader.line_in(source.body, piece.line), "$" .. piece.name, piece.name,
            source.title, full_name(piece.field), full_name(field))
    end
end

-- Takes a text apart, once.
function Resolver:scan(source, title)
    local pieces, problems = ctext.scan(source.body.text)
    source.pieces, source.title, source.uses, source.use_of = pieces, title, {}, {}
    source.sites, source.site_of, source.stateful = {}, {}, false
    for _, piece in ipairs(pieces) do source.stateful = source.stateful or piece.kind ~= "text" end
    self:report(source.body, problems, source.expression)
end

-- Reports the problems that ctext found in a text. A signal in an expression is an error anyway: analyse_signals reports it. So is a
-- bracket without a counterpart there, which a body may have through its macros.
function Resolver:report(code, problems, expression)
    for _, problem in ipairs(problems) do
        if not (expression and problem[1] == "bad_signal") then
            local row = self.unit.diags:add(problem[1], reader.line_in(code, problem[2]), table.unpack(problem, 3))
            if row and expression then self.unit.diags:raise(row) end
        end
    end
end

-- Numbers the chains of loops around occurrences: equal chains, equal numbers. Outer occurrences come first.
function Resolver:enter(instance)
    local outer = self.chain_of[instance.parent or false] or 0
    self.chains[outer] = self.chains[outer] or {}
    local inner = self.chains[outer]
    if not inner[instance.loop] then
        self.chain_count = self.chain_count + 1
        inner[instance.loop] = self.chain_count
    end
    self.chain_of[instance] = inner[instance.loop]
end

-- A text at one site: the same chain of loops gives the same result, so each chain is examined once.
function Resolver:text(source, instance)
    source.seen = source.seen or {}
    local chain = self.chain_of[instance]
    if source.seen[chain] then return end
    source.seen[chain] = true
    for _, piece in ipairs(source.pieces) do
        if piece.kind == "field" then self:piece(source, piece, instance) end
    end
end

-- Reports a name in an expression that only a field has: its dollar was forgotten. A body may have a variable of that name, and
-- headers may declare one.
function Resolver:check_dollars(source, instance)
    local trainer = self.unit.trainer
    if #trainer.include > 0 then return end
    self.in_code = self.in_code or ctext.identifiers(trainer.code and trainer.code.text or "")
    for _, word in ipairs(ctext.bare_names(source.body.text)) do
        local field = not self.in_code[word] and self:search(source, instance, function(scope) return field_of(scope, word) end)
        if field then self.unit.diags:add("no_dollar", source.body.at, word, word, source.title) end
    end
end

-- The expressions of a loop are texts like bodies; loop.texts[key] holds the analysis of each.
function Resolver:expressions(instance)
    local loop = instance.loop
    loop.texts = loop.texts or {}
    for _, key in ipairs(spec_tree.expression_keys) do
        local body = loop[key]
        if type(body) == "table" then
            if not loop.texts[key] then
                loop.texts[key] = { body = body, expression = true }
                self:scan(loop.texts[key], ("%s of loop '%s'"):format(key, loop.name))
                self:check_dollars(loop.texts[key], instance)
            end
            self:text(loop.texts[key], instance)
        end
    end
end

-- Merges the results for the texts of a tree into those of its source.
local function merge(source)
    source.title, source.pieces, source.uses, source.use_of = nil, {}, {}, {}
    source.sites, source.site_of = {}, {}
    for _, text in ipairs(source.texts) do
        table.move(text.pieces, 1, #text.pieces, #source.pieces + 1, source.pieces)
        for _, use in ipairs(text.uses) do
            local known = source.use_of[use.field]
            if not known then
                known = { field = use.field }
                source.use_of[use.field] = known
                table.insert(source.uses, known)
            end
            known.read, known.write = known.read or use.read, known.write or use.write
        end
        for _, owner in ipairs(text.sites) do
            if not source.site_of[owner] then table.insert(source.sites, owner) end
            source.site_of[owner] = true
        end
    end
    source.stateful = true
end

-- A body of elements: its texts have the scopes of the body. A $stop() without a name inside a repetition of elements ends that
-- repetition; it is not a signal of the body.
function Resolver:tree(source, instance)
    for _, text in ipairs(source.texts) do
        if not text.pieces then
            self:scan(text, text.title)
            if text.expression and not text.lvalue then self:check_dollars(text, instance) end
        end
        self:text(text, instance)
        for _, piece in ipairs(text.pieces) do
            piece.inner = text.in_repeat and piece.word == "stop" and piece.argument == "" or nil
        end
    end
    if not source.pieces then merge(source) end
end

local function owners_of(trainer)
    local owners = { [trainer.name] = trainer }
    for _, member in ipairs(trainer.members) do owners[member.name] = member end
    return owners
end

function Resolver:check_file_scope(trainer)
    if not trainer.code then return end
    local pieces, problems = ctext.scan(trainer.code.text)
    for _, piece in ipairs(pieces) do
        if piece.kind ~= "text" then
            local name = piece.name or piece.word
            self.unit.diags:add("file_scope_field", reader.line_in(trainer.code, piece.line), "$" .. name, name)
        end
    end
    self:report(trainer.code, problems)
end

-- A hook has no place in the run: it sees the fields of its own loop or callback, and the trainer's.
function Resolver:hook(source)
    self:scan(source, ("%s of %s '%s'"):format(source.key, source.owner.kind, source.owner.name))
    local instance = source.owner.kind == "loop" and { loop = source.owner } or nil
    for _, piece in ipairs(source.pieces) do
        if piece.kind == "field" then self:piece(source, piece, instance) end
        if piece.field and piece.field.life == "site" then
            self.unit.diags:add("unknown_field", reader.line_in(source.body, piece.line), "$" .. piece.name, "$" .. piece.field.full,
                source.title, "", "a site field exists only inside its loop")
        end
    end
end

function analyse_fields.run(unit)
    local resolver = setmetatable({ unit = unit, owners = owners_of(unit.trainer), chains = {}, chain_of = {}, chain_count = 0 },
        Resolver)
    resolver:check_file_scope(unit.trainer)
    for _, item in ipairs(unit.list) do
        if item.op == "loop" then
            resolver:enter(item.instance)
            resolver:expressions(item.instance)
        elseif item.op == "step" and item.source.tree then resolver:tree(item.source, item.instance)
        elseif item.op == "step" then
            local source = item.source
            if not source.pieces then resolver:scan(source, ("body '%s'"):format(source.full)) end
            resolver:text(source, item.instance)
        end
    end
    for _, hook in ipairs(spec_tree.hooks(unit.trainer)) do resolver:hook(hook) end
    results.run(unit)
end

return analyse_fields

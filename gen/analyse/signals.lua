-- analyse_signals: the signals that each step may raise, and whether they are allowed there.
--
-- In:  unit.list with pieces (analyse_fields). Out: on every step item
--   .signals   set of status names: FAILED, RECOVERED, CANCEL, STOP, or CANCEL_<Loop>_<phase>, STOP_<Loop>
-- and unit.targets, the named ones in order of first use; unit.targets.of["CANCEL Loop.phase"] is the status of a target;
-- unit.measures_rows: some text may take more rows of a data set than an array has room for: "arrays", or "arrays of arrays" where
-- there may be some.

local Names = require "gen.c.names"
local ctext = require "gen.c.text"
local analysis = require "gen.tree.element_analysis"
local nearest = require "gen.base.nearest"
local net_functions = require "gen.tree.net_functions"
local reader = require "gen.spec.reader"
local row_calls = require "gen.analyse.row_calls"
local spec_tree = require "gen.tree.spec_tree"

local analyse_signals = {}

local NONE = {}

local Signals = {}
Signals.__index = Signals

local function at_of(item, piece) return reader.line_in(item.source.body, piece.line) end

-- Walks outwards over the brackets of `op` (phase or repeat) around an item: visit(name, handler) until it returns true.
-- `handler` is the first phase on the way whose failed or finally part would be left, with that part; it is returned when
-- visit never did.
function Signals:outwards(item, op, visit)
    local handler
    while item.parent do
        local bracket = self.list[item.parent]
        if bracket.op == "phase" and item.part ~= "try" then handler = handler or { phase = bracket.phase, part = item.part }
        elseif bracket.op == op and visit(op == "phase" and bracket.phase.full or bracket.instance.loop.name, handler) then return nil end
        item = bracket
    end
    return handler
end

local what_encloses = { phase = "phase", ["repeat"] = "repeating loop" }

local function hint_for_target(op, names, name)
    if #names == 0 and name ~= "" then return "nothing around it could be its target" end
    if #names == 0 then return op == "phase" and "only handlers enclose it" or "a loop repeats when it has done or times" end
    return "around it: " .. table.concat(names, ", ") .. nearest.suggest(name, names)
end

-- Reports an error of a signal once, however many sites the body has.
function Signals:report(item, piece, id, ...)
    if not piece.reported then self.unit.diags:add(id, at_of(item, piece), "$" .. piece.word, ...) end
    piece.reported = true
end

function Signals:no_target(item, piece, op)
    local names = {}
    self:outwards(item, op, function(name) names[#names + 1] = name end)
    local where = item.instance.on and (", inserted on '%s'"):format(item.instance.on.full) or ""
    local name = piece.argument ~= "" and " '" .. piece.argument .. "'" or ""
    self:report(item, piece, "signal_target", ("$%s(%s)"):format(piece.word, piece.argument),
        ("no %s%s encloses '%s'%s"):format(what_encloses[op], name, item.source.full, where),
        hint_for_target(op, names, piece.argument))
end

function Signals:left_handler(item, piece, handler)
    self:report(item, piece, "signal_place", ("$%s(%s)"):format(piece.word, piece.argument),
        "'" .. item.source.full .. "'", ("it would leave the %s part of phase '%s'"):format(handler.part, handler.phase.full),
        "cancel and stop may leave try parts only")
end

-- Finds the target of $cancel or $stop, or reports why it has no target. `op` is phase or repeat.
function Signals:target(item, piece, op)
    local found, left
    local handler = self:outwards(item, op, function(name, handler)
        found = piece.argument == "" or name == piece.argument
        left = handler
        return found
    end)
    if found and not left then return true end
    if found or handler and piece.argument == "" then self:left_handler(item, piece, left or handler)
    else self:no_target(item, piece, op) end
    return false
end

-- The status of a named target. A_b.c and A.b_c have the same spelling in C: the second one gets a number.
function Signals:named(word, full)
    local targets, key = self.unit.targets, word .. " " .. full
    if not targets.of[key] then
        local status = self.names:take(word .. "_" .. full:gsub("%.", "_"))
        targets.of[key] = status
        table.insert(targets, status)
    end
    return targets.of[key]
end

local raise = {}

function raise.fail() return "FAILED" end

-- A recovery belongs to the failed part that the body itself is in.
function raise.recover(self, item, piece)
    if item.part == "failed" and self.list[item.parent].op == "phase" then return "RECOVERED" end
    self:report(item, piece, "signal_place", "$recover()", "'" .. item.source.full .. "'",
        "it is not in a failed part", "recover in a failed_ node or in a callback's body on one")
end

function raise.cancel(self, item, piece)
    if not self:target(item, piece, "phase") then return nil end
    if piece.argument == "" then return "CANCEL" end
    piece.status = self:named("CANCEL", piece.argument)
    return piece.status
end

function raise.stop(self, item, piece)
    if piece.inner or not self:target(item, piece, "repeat") then return nil end
    if piece.argument == "" then return "STOP" end
    piece.status = self:named("STOP", piece.argument)
    return piece.status
end

-- Steps without a signal share the empty set.
function Signals:step(item)
    item.signals = NONE
    if #item.source.signal_pieces == 0 and not item.source.implied then return end
    item.signals = {}
    for _, piece in ipairs(item.source.signal_pieces) do
        local status = raise[piece.word](self, item, piece)
        if status then item.signals[status] = true end
    end
    for status in next, item.source.implied or {} do item.signals[status] = true end
end

-- Signals that elements raise themselves: a choice out of range, a failed process; and an interruption where they wait or repeat,
-- except in handlers, which run to their end.
local implies = {}

function implies.CHOOSE(tree, out) out.FAILED = out.FAILED or not tree.default or nil end

function implies.BUFFER_REPEAT(tree, out)
    out.FAILED = out.FAILED or tree.n.text ~= nil or nil
    out.INTERRUPTED = true
end

function implies.REPEAT(_, out) out.INTERRUPTED = true end

implies.LOOP = implies.REPEAT

function implies.POPEN(_, out) out.FAILED, out.INTERRUPTED = true, true end

implies.SPAWN = implies.POPEN

local function add_implied(tree, out)
    if implies[tree.op] then implies[tree.op](tree, out) end
    analysis.each_child(tree, function(child) add_implied(child, out) end)
    return out
end

-- Whether an item is in a failed or finally part, at any distance.
local function in_handler(list, item)
    while item do
        if item.part and item.part ~= "try" then return true end
        item = list[item.parent]
    end
    return false
end

local function imply(unit)
    for _, item in ipairs(unit.list) do
        local source = item.op == "step" and item.source
        if source and source.tree then
            source.implied = source.implied or add_implied(source.tree, {})
            if in_handler(unit.list, item) then source.in_handler, source.implied.INTERRUPTED = true, nil end
        end
    end
end

-- The functions that may refuse a limit, by name, then the nets and the data sets whose functions may refuse their rows:
-- { { kind = "limit", name, field }, { kind = "rows", field }, { kind = "take" } }.
local function refusals_of(unit, refusing, doubtful, text)
    local found, refusals = {}, {}
    for name in next, ctext.identifiers(text.body.text) do
        if refusing[name] then found[#found + 1] = name end
    end
    table.sort(found)
    for i, name in ipairs(found) do refusals[i] = { kind = "limit", name = name, field = refusing[name] } end
    local nets, takes = row_calls.of_text(unit, doubtful, text)
    for _, field in ipairs(nets) do refusals[#refusals + 1] = { kind = "rows", field = field } end
    if takes then
        refusals[#refusals + 1] = { kind = "take" }
        unit.measures_rows = unit.measures_rows or row_calls.has_arrays_of_arrays(unit) and "arrays of arrays" or "arrays"
    end
    return refusals
end

-- A text that calls a function which may refuse its argument fails at its end: text.refusals.
local function add_refusals(unit, refusing, doubtful, source)
    for _, text in ipairs(source.tree and source.texts or { source }) do
        local refusals = not text.expression and refusals_of(unit, refusing, doubtful, text) or {}
        if #refusals > 0 then
            text.refusals, source.implied = refusals, source.implied or {}
            source.implied.FAILED = true
        end
    end
end

local function signal_pieces(source)
    local out = {}
    for _, piece in ipairs(source.pieces) do
        if piece.kind == "signal" then out[#out + 1] = piece end
    end
    return out
end

-- Signals are statements of bodies: in an expression, of a loop or of an element, they are errors.
function Signals:check_expressions(texts)
    for _, text in ipairs(texts) do
        for _, piece in ipairs(text.expression and text.pieces or {}) do
            if piece.kind == "signal" then
                self.unit.diags:add("signal_place", text.body.at, "$" .. piece.word, "$" .. piece.word, text.title,
                    "it is an expression", "signals are statements of bodies")
            end
        end
    end
end

-- A hook may fail, and no more: there is nothing around it to leave.
function Signals:hook(source)
    for _, piece in ipairs(source.pieces) do
        if piece.kind == "signal" and piece.word == "fail" then source.signals = true
        elseif piece.kind == "signal" then
            self.unit.diags:add("signal_place", reader.line_in(source.body, piece.line), "$" .. piece.word, "$" .. piece.word .. "()",
                source.title, "it is not in the run", "the only signal of a checkpoint hook is $fail")
        end
    end
end

function analyse_signals.run(unit)
    unit.targets = { of = {} }
    imply(unit)
    local signals = setmetatable({ unit = unit, list = unit.list, names = Names.new() }, Signals)
    local refusing, doubtful = net_functions.refusing(unit.trainer), row_calls.doubtful(unit)
    for _, item in ipairs(unit.list) do
        if item.op == "loop" then signals:check_expressions(spec_tree.expressions(item.instance.loop))
        elseif item.op == "step" then
            if item.source.tree and not item.source.signal_pieces then signals:check_expressions(item.source.texts) end
            if not item.source.signal_pieces then
                item.source.signal_pieces = signal_pieces(item.source)
                if next(refusing) or next(doubtful) then add_refusals(unit, refusing, doubtful, item.source) end
            end
            signals:step(item)
        end
    end
    for _, hook in ipairs(spec_tree.hooks(unit.trainer)) do
        signals:hook(hook)
        local refusals = refusals_of(unit, refusing, doubtful, hook)
        if #refusals > 0 then hook.refusals, hook.signals = refusals, true end
    end
end

return analyse_signals

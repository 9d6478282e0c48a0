-- Not a pass. The functions of nets and data sets whose calls may be given more rows than there is room for: such a function looks at
-- its rows, and the body that has called it fails.
--
-- In:  a unit whose fields are resolved (analyse_fields) and whose net functions are fed (analyse_feeds).
-- Out: row_calls.doubtful(unit): name of a function -> { field, kind }, for functions of nets ("net") and for those that copy rows
--      of a data set ("take"); name of a function of `code` -> { callees = { name, ... } } when it calls some of them.
--
-- A number of rows that is a constant of the spec is checked by analyse_feeds. Any other mention of a function is in doubt.

local calls = require "gen.c.calls"
local ctext = require "gen.c.text"
local definitions = require "gen.c.definitions"
local function_values = require "gen.c.function_values"
local net_functions = require "gen.tree.net_functions"
local spec_tree = require "gen.tree.spec_tree"

local row_calls = {}

local takes = { "loopc_dataset_take", "loopc_dataset_take_targets", "loopc_dataset_take_weights" }

-- Whether a data set is held to the width of a net, or says its own: rows of it fit into arrays that analyse_feeds has checked.
local function is_measured(unit, data)
    if data.parameters.columns then return true end
    for _, net in ipairs(spec_tree.fields_of_type(unit.trainer, "mlp")) do
        for _, feed in ipairs(net.parameters.feeds) do
            if feed.data == data and feed.sees then return true end
        end
    end
    return false
end

-- The functions that are given rows: name -> { field, kind, place, room }.
local function rows_functions(unit)
    local out = {}
    for _, field in ipairs(spec_tree.fields_of_type(unit.trainer, "mlp")) do
        for name, place in next, net_functions.rows_places(field) do
            out[name] = { field = field, kind = "net", place = place, room = field.parameters.batch }
        end
    end
    if not unit.options.device and #spec_tree.fields_of_type(unit.trainer, "dataset") > 0 then
        for _, name in ipairs(takes) do out[name] = { kind = "take", place = 4, room = math.maxinteger } end
    end
    return out
end

-- The most rows that are assigned by an expression of a text, or nil: a constant, or as many as a data set had of a constant number,
-- `loopc_dataset_take($data, key, first, ROWS, ...)`.
local function assigned_rows(known, pieces, text, value)
    local name = value:match "^%s*(loopc_dataset_take[%w_]*)%s*%b()%s*$"
    if not name then return calls.constant(value, known) end
    local most
    for _, call in ipairs(calls.of(pieces, text)) do
        if call.name == name then
            local rows = call.arguments[4] and calls.constant(call.arguments[4].text, known)
            if not rows then return nil end
            most = math.max(most or 0, rows)
        end
    end
    return most
end

-- The most rows that a body assigns to a field; nil where that is not known, 0 where it only reads it.
local function rows_by_body(known, source, text, field)
    local most = 0
    for i, piece in ipairs(source.pieces) do
        if piece.field == field and piece.access ~= "r" then
            local value = piece.access == "w" and text:match("%$" .. i .. "%s*=%s*([^=;][^;]*);")
            local rows = value and assigned_rows(known, source.pieces, text, value)
            if not rows then return nil end
            most = math.max(most, rows)
        end
    end
    return most
end

-- The most rows of fields that every body which writes them sets to so many: field -> number. Others are not in it.
local function bounded_fields(unit, known)
    local most, open, seen = {}, {}, {}
    local function visit(source)
        local text
        for _, use in ipairs(not seen[source] and source.uses or {}) do
            local field = use.field
            if use.write then
                text = text or source.tree and "" or calls.text(source.pieces)
                local rows = not source.tree and not field.flag and not field.settable and rows_by_body(known, source, text, field)
                if rows and rows > 0 then most[field] = math.max(most[field] or math.tointeger(field.default or 0) or math.maxinteger, rows)
                else open[field] = true end
            end
        end
        seen[source] = true
    end
    spec_tree.each_source(unit, visit)
    for field in next, open do most[field] = nil end
    return most
end

-- The most rows that an argument can mean, or nil: what is assigned to a local constant of its name, `const int32_t rows = ...`, or to
-- its field; or a constant itself. facts: { constants, bounded }.
local function most_rows(facts, code, pieces, argument)
    if argument.whole then return facts.bounded[argument.whole.field] end
    local text = argument.text
    local value = calls.constant(text, facts.constants)
    if value or not text:match "^[%a_][%w_]*$" then return value end
    local set = code:match("%f[%w_]const%s+int[%w_]*%s+" .. text .. "%s*=%s*([^;]*);")
    return set and assigned_rows(facts.constants, pieces, code, set)
end

-- Whether analyse_feeds has looked at the room of an array: it is a field, or declared beside the call.
local function is_checked(facts, code, argument, type)
    if not argument or argument.whole or argument.text == "NULL" then return true end
    return calls.declared(code, argument.text, type, facts.constants) ~= nil
end

-- Whether a call is known to be given rows that fit.
local function is_safe(unit, facts, entry, call, code, pieces)
    local argument = call.arguments[entry.place]
    local rows = argument and most_rows(facts, code, pieces, argument)
    if not rows or rows > entry.room then return false end
    if entry.kind ~= "take" then return true end
    local data, answers = call.arguments[1] and call.arguments[1].fields[1], call.name == "loopc_dataset_take" and "int32_t" or "float"
    if not is_checked(facts, code, call.arguments[5], "float") or not is_checked(facts, code, call.arguments[6], answers) then return false end
    return data ~= nil and data.field ~= nil and is_measured(unit, data.field)
end

-- Adds the functions that a text mentions other than in safe calls.
local function add_text(unit, facts, all, pieces, out)
    local named, safe, text = {}, {}, calls.text(pieces)
    for name in text:gmatch "[%a_][%w_]*" do
        if all[name] then named[name] = (named[name] or 0) + 1 end
    end
    if not next(named) then return end
    for _, call in ipairs(calls.of(pieces, text)) do
        local entry = all[call.name]
        if entry and is_safe(unit, facts, entry, call, text, pieces) then safe[call.name] = (safe[call.name] or 0) + 1 end
    end
    for name, count in next, named do
        if count > (safe[name] or 0) then out[name] = all[name] end
    end
end

-- The functions and macros of `code` that mention some of them, at any distance.
local function add_helpers(code, out)
    local helpers = definitions.of(code.text)
    for name, macro in pairs(function_values.macros(code.text)) do helpers[name] = helpers[name] or macro end
    local grew = true
    while grew do
        grew = false
        for name, helper in pairs(helpers) do
            for callee in next, ctext.identifiers(helper.body) do
                local through = out[callee] and out[callee].callees or out[callee] and { [callee] = true } or {}
                for reached in next, through do
                    out[name] = out[name] or { callees = {} }
                    if out[name].callees and not out[name].callees[reached] then out[name].callees[reached], grew = true, true end
                end
            end
        end
    end
end

function row_calls.doubtful(unit)
    local all, out, code, seen = rows_functions(unit), {}, unit.trainer.code, {}
    if not next(all) then return out end
    local known = code and calls.constants(code.text) or {}
    local facts = { constants = known, bounded = bounded_fields(unit, known) }
    spec_tree.each_source(unit, function(source)
        for _, text in ipairs(not seen[source] and (source.texts or { source }) or {}) do add_text(unit, facts, all, text.pieces, out) end
        seen[source] = true
    end)
    if code then
        add_text(unit, facts, all, { { kind = "text", text = code.text } }, out)
        add_helpers(code, out)
    end
    for name, entry in next, out do
        if entry.kind == "net" then
            entry.field.parameters.doubtful = entry.field.parameters.doubtful or {}
            entry.field.parameters.doubtful[name] = true
        end
    end
    return out
end

-- Whether a text of C has arrays of arrays: a pointer to an element of them may mean the whole.
function row_calls.has_arrays_of_arrays(unit)
    local found = unit.trainer.code and unit.trainer.code.text:find "%]%s*%["
    spec_tree.each_source(unit, function(source)
        for _, text in ipairs(source.texts or { source }) do found = found or text.body and text.body.text:find "%]%s*%[" end
    end)
    return found ~= nil
end

-- What a text can be given too many rows of, through the functions that it names: net fields, in the order of the trainer, and
-- whether rows of data sets.
function row_calls.of_text(unit, doubtful, text)
    local nets, takes_rows = {}, false
    local function add(name)
        local entry = doubtful[name]
        if entry.kind == "net" then nets[entry.field] = true else takes_rows = true end
    end
    for name in next, ctext.identifiers(text.body.text) do
        local entry = doubtful[name]
        if entry and entry.callees then
            for callee in next, entry.callees do add(callee) end
        elseif entry then add(name) end
    end
    local list = {}
    for _, field in ipairs(spec_tree.fields_of_type(unit.trainer, "mlp")) do
        if nets[field] then list[#list + 1] = field end
    end
    return list, takes_rows
end

return row_calls

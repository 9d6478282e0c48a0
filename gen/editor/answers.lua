-- The answers of the language server, by the method that asks: answers[method](server, document, parameters) -> result, or nil and a
-- message. Which documents are open, and what is sent of its own accord, is server.lua.

local bodies = require "gen.editor.bodies"
local completion = require "gen.editor.completion"
local hover = require "gen.editor.hover"
local message = require "gen.editor.message"
local names = require "gen.editor.names"
local positions = require "gen.editor.positions"
local document = require "gen.editor.document"
local shown_c = require "gen.editor.shown_c"
local structure = require "gen.editor.structure"
local uris = require "gen.editor.uris"
local vocabulary = require "gen.spec.vocabulary"

local answers = {}

local function range(file, first, behind)
    return { start = positions.of(file.text, file.lines, first), ["end"] = positions.of(file.text, file.lines, behind) }
end

local function offset_of(doc, parameters) return positions.offset(doc.text, doc.lines, parameters.position) end

local function location(place)
    return { uri = uris.of_path(place.file.path), range = range(place.file, place.symbol.first, place.symbol.last + 1) }
end

answers["textDocument/completion"] = function(server, doc, parameters)
    local index, offset = server:index(doc), offset_of(doc, parameters)
    local items = message.list()
    for i, entry in ipairs(completion.at(index, offset)) do
        items[i] = { label = entry.label, kind = entry.kind, detail = entry.detail, sortText = ("%05d"):format(i),
            documentation = entry.text ~= "" and entry.text or nil,
            textEdit = { range = range(doc, entry.first, offset), newText = entry.label } }
    end
    return { isIncomplete = false, items = items }
end

answers["textDocument/hover"] = function(server, doc, parameters)
    local text, first, last = hover.at(server:index(doc), offset_of(doc, parameters))
    if not text then return message.null end
    return { contents = { kind = "markdown", value = text }, range = range(doc, first, last + 1) }
end

answers["textDocument/definition"] = function(server, doc, parameters)
    local index = server:index(doc)
    local symbol, target = index:at(offset_of(doc, parameters))
    if not symbol or not target then return message.null end
    local out = message.list()
    for i, place in ipairs((index:find(target))) do out[i] = location(place) end
    local declared = #out == 0 and index:declared(target)
    if declared then
        local at = { line = declared.line - 1, character = 0 }
        out[1] = { uri = uris.of_path(declared.path), range = { start = at, ["end"] = at } }
    end
    return out
end

local function places_of(index, doc, parameters, with_definitions)
    local _, target = index:at(offset_of(doc, parameters))
    if not target then return nil end
    local definitions, uses = index:find(target)
    local out = with_definitions and definitions or {}
    for _, place in ipairs(uses) do out[#out + 1] = place end
    return out, target
end

answers["textDocument/references"] = function(server, doc, parameters)
    local out = message.list()
    for i, place in ipairs(places_of(server:index(doc), doc, parameters, parameters.context and parameters.context.includeDeclaration)
        or {}) do
        out[i] = location(place)
    end
    return out
end

answers["textDocument/documentHighlight"] = function(server, doc, parameters)
    local out = message.list()
    for _, place in ipairs(places_of(server:index(doc), doc, parameters, true) or {}) do
        if place.file.path == doc.path then out[#out + 1] = { range = location(place).range } end
    end
    return out
end

answers["textDocument/prepareRename"] = function(server, doc, parameters)
    local index = server:index(doc)
    local symbol, target = index:at(offset_of(doc, parameters))
    if not target or #(index:find(target)) == 0 then return message.null end
    return { range = range(doc, symbol.first, symbol.last + 1), placeholder = symbol.name }
end

-- A text with the names at `places` replaced; these are in ascending order.
local function replaced(text, places, name)
    local out, at = {}, 1
    for _, place in ipairs(places) do
        out[#out + 1] = text:sub(at, place.symbol.first - 1) .. name
        at = place.symbol.last + 1
    end
    return table.concat(out) .. text:sub(at)
end

local function by_file(places)
    local list, of = {}, {}
    table.sort(places, function(a, b)
        if a.file.path ~= b.file.path then return a.file.path < b.file.path end
        return a.symbol.first < b.symbol.first
    end)
    for _, place in ipairs(places) do
        local entry = of[place.file.path]
        if not entry then
            entry = { file = place.file }
            of[place.file.path], list[#list + 1] = entry, entry
        end
        if #entry == 0 or entry[#entry].symbol.first ~= place.symbol.first then entry[#entry + 1] = place end
    end
    return list
end

local function first_error(unit)
    for _, row in ipairs(unit.diags:sorted()) do
        if row.severity == "error" then return row.text end
    end
end

-- Why the spec cannot be renamed so, or nil: it would no longer compile, or a name would mean something else than before.
local function refusal(server, doc, files, target, name, count)
    local texts = server:texts()
    for _, entry in ipairs(files) do texts[entry.file.path] = replaced(entry.file.text, entry, name) end
    local trial = document.new(doc.path, texts[doc.path])
    local unit, why = document.try(trial, texts, "analyse_fields")
    why = why or first_error(unit)
    if why then return why end
    trial.good = unit
    local definitions, uses = names.index(trial, texts):find { kind = target.kind, owner = target.owner, name = name }
    if #definitions + #uses ~= count then return ("'%s' has a meaning there already"):format(name) end
end

-- What names mean in the newest text: while it changes it is compiled as far as they need. Returns whether it is without an error, too.
local function newest_index(server, doc)
    if not server.dirty[doc.path] then return server:index(doc), doc.unit and doc.unit.diags.errors == 0 end
    local unit = document.try(doc, server:texts(), "flatten")
    local good = unit.diags.errors == 0
    return names.index(doc, server:texts(), good and unit or nil), good
end

answers["textDocument/rename"] = function(server, doc, parameters)
    local index, good = newest_index(server, doc)
    local places, target = places_of(index, doc, parameters, true)
    local name = parameters.newName
    if not places or #places == 0 then return nil, "there is no loop, node or field here" end
    if target.kind == "node" and not target.owner then return nil, ("several loops have a node %s"):format(target.name) end
    local why = vocabulary.bad_name(name)
    if why then return nil, ("'%s' cannot be a name: %s"):format(name, why) end
    if target.kind == "node" and not structure.is_node(name) then
        return nil, "a node's name begins with before_, on_, after_, failed_ or finally_"
    end
    local files = by_file(places)
    if good then
        why = refusal(server, doc, files, target, name, #places)
        if why then return nil, why end
    end
    local changes = {}
    for _, entry in ipairs(files) do
        local edits = message.list()
        for i, place in ipairs(entry) do edits[i] = { range = location(place).range, newText = name } end
        changes[uris.of_path(entry.file.path)] = edits
    end
    return { changes = changes }
end

local symbol_kinds = { loop = 5, callback = 11, trainer = 2, node = 6, field = 8 }

-- The outline: loops, callbacks and the trainer with their nodes and fields.
answers["textDocument/documentSymbol"] = function(_, doc)
    local out, of_frame = message.list(), {}
    for _, symbol in ipairs(document.structure(doc).symbols) do
        if symbol.role == "definition" then
            local owner = structure.owner(symbol.frame)
            local entry = { name = symbol.name, kind = symbol_kinds[symbol.kind], children = message.list(),
                selectionRange = range(doc, symbol.first, symbol.last + 1), detail = symbol.kind }
            if of_frame[owner] then
                entry.range = entry.selectionRange
                table.insert(of_frame[owner].children, entry)
            elseif owner then
                entry.range = range(doc, math.min(symbol.first, owner.first), owner.last + 1)
                of_frame[owner], out[#out + 1] = entry, entry
            end
        end
    end
    return out
end

answers["textDocument/formatting"] = function(_, doc)
    local edits, why = bodies.edits(doc.text, document.structure(doc))
    if not edits then return nil, why end
    local out = message.list()
    for i, edit in ipairs(edits) do out[i] = { range = range(doc, edit.first, edit.last + 1), newText = edit.text } end
    return out
end

-- The loop at a place: the one named there, or the one around it.
local function loop_at(server, doc, position)
    local offset = positions.offset(doc.text, doc.lines, position)
    local _, target = server:index(doc):at(offset)
    if target and target.kind == "loop" then return target.name end
    local owner = structure.owner(structure.frame_at(document.structure(doc), offset))
    return owner and owner.head == "loop" and not owner.name:find "^%?" and owner.name or nil
end

answers["textDocument/codeAction"] = function(server, doc, parameters)
    local loop = loop_at(server, doc, parameters.range.start)
    if not loop then return message.list() end
    local title = "Show the C of " .. loop
    return message.list { { title = title, kind = "source",
        command = { title = title, command = "loopc.showC", arguments = message.list { uris.of_path(doc.path), loop } } } }
end

-- The C of a loop: arguments { uri, name }.
answers["loopc.showC"] = function(_, doc, loop)
    local c = document.c(doc)
    if not c then return nil, "the spec does not compile yet" end
    local text = shown_c.of(c, loop)
    if not text then return nil, ("there is no C of '%s'"):format(tostring(loop)) end
    return text
end

return answers

-- The language server: documents that are open, diagnostics, requests; messages of the Language Server Protocol 3.17 over standard
-- input and output.

local answers = require "gen.editor.answers"
local document = require "gen.editor.document"
local host = require "host"
local json_read = require "gen.base.json_read"
local message = require "gen.editor.message"
local names = require "gen.editor.names"
local pipeline = require "gen.pipeline"
local positions = require "gen.editor.positions"
local uris = require "gen.editor.uris"

local server = {}
server.__index = server

-- Milliseconds without a further change until a text is compiled.
local REST = 30

local errors = { parse = -32700, invalid = -32600, method = -32601, parameters = -32602, failed = -32803, not_ready = -32002 }

function server.new()
    return setmetatable({ documents = {}, order = {}, dirty = {}, published = {}, bytes = "", revision = 0 }, server)
end

-- What is open: path -> text.
function server:texts()
    local out = {}
    for path, doc in next, self.documents do out[path] = doc.text end
    return out
end

-- What the names of a document mean, read again after a change of any.
function server:index(doc)
    if not doc.index or doc.index_of ~= self.revision then doc.index, doc.index_of = names.index(doc, self:texts()), self.revision end
    return doc.index
end

function server.send(value)
    value.jsonrpc = "2.0"
    host.stdout(message.frame(value))
    host.flush()
end

local function reply(id, result) server.send { id = id, result = result == nil and message.null or result } end

local function refuse(id, code, text) server.send { id = id or message.null, error = { code = errors[code], message = text } } end

-- Diagnostics.

local severities = { error = 1, warning = 2 }

local function diagnostic(unit, row)
    local place = unit.diags:place(row)
    local line = (place.line or 1) - 1
    local first, last = 0, 0
    if place.source and place.column then
        local lines = positions.lines(place.source)
        first = positions.of(place.source, lines, place.column).character
        last = positions.of(place.source, lines, place.last + 1).character
    end
    return place.path, { range = { start = { line = line, character = first }, ["end"] = { line = line, character = last } },
        severity = severities[row.severity] or 2, code = row.id, source = "loopc",
        message = row.text .. (row.hint and "\n" .. row.hint or "") }
end

-- Sends what a unit has to say, and empties the files of which it no longer says anything.
function server:publish(doc)
    local of_file, before = { [doc.path] = message.list() }, self.published[doc.path] or {}
    for path in next, before do of_file[path] = message.list() end
    for _, row in ipairs(doc.unit and doc.unit.diags:sorted() or {}) do
        local path, entry = diagnostic(doc.unit, row)
        of_file[path] = of_file[path] or message.list()
        table.insert(of_file[path], entry)
    end
    self.published[doc.path] = of_file
    local paths = {}
    for path in next, of_file do paths[#paths + 1] = path end
    table.sort(paths)
    for _, path in ipairs(paths) do
        server.send { method = "textDocument/publishDiagnostics", params = { uri = uris.of_path(path), diagnostics = of_file[path] } }
    end
end

function server:compile(doc, bodies)
    self.revision = self.revision + 1
    if not document.is_spec(doc) then
        doc.unit = nil
        return self:publish(doc)
    end
    local _, why = document.compile(doc, self:texts())
    if why then host.stderr(("loopc lsp: %s\n"):format(why)) end
    if bodies then document.check_bodies(doc) end
    self:publish(doc)
end

-- A change of a module changes the specs that are open and read it.
function server:touch(path, bodies)
    self.revision = self.revision + 1
    for _, other in ipairs(self.order) do
        local doc = self.documents[other]
        local reads = other == path
        for _, file in ipairs(doc.good and doc.good.files or {}) do reads = reads or file == path end
        if reads then self.dirty[other] = bodies and "bodies" or self.dirty[other] or "text" end
    end
end

function server:compile_all()
    for _, path in ipairs(self.order) do
        local how = self.dirty[path]
        self.dirty[path] = nil
        if how then self:compile(self.documents[path], how == "bodies") end
    end
end

-- Notifications.

local notices = {}

function notices:initialized() pipeline.prepare() end -- luacheck: no unused

function notices:exit() self.ended = true end

notices["textDocument/didOpen"] = function(self, parameters)
    local path = uris.path(parameters.textDocument.uri)
    if not path then return end
    if not self.documents[path] then self.order[#self.order + 1] = path end
    self.documents[path] = document.new(path, parameters.textDocument.text)
    self:touch(path, true)
end

local function apply(doc, change)
    if not change.range then return document.change(doc, change.text) end
    local first = positions.offset(doc.text, doc.lines, change.range.start)
    local behind = positions.offset(doc.text, doc.lines, change.range["end"])
    document.change(doc, doc.text:sub(1, first - 1) .. change.text .. doc.text:sub(behind))
end

notices["textDocument/didChange"] = function(self, parameters)
    local path = uris.path(parameters.textDocument.uri)
    local doc = path and self.documents[path]
    if not doc then return end
    for _, change in ipairs(parameters.contentChanges) do apply(doc, change) end
    self:touch(path)
end

notices["textDocument/didSave"] = function(self, parameters)
    local path = uris.path(parameters.textDocument.uri)
    if path and self.documents[path] then self:touch(path, true) end
end

notices["textDocument/didClose"] = function(self, parameters)
    local path = uris.path(parameters.textDocument.uri)
    local doc = path and self.documents[path]
    if not doc then return end
    doc.unit = nil
    self:publish(doc)
    self.documents[path], self.published[path], self.dirty[path] = nil, nil, nil
    for i, other in ipairs(self.order) do
        if other == path then table.remove(self.order, i) end
    end
end

-- Requests.

local requests = {}

function requests:initialize()
    self.ready = true
    return { serverInfo = { name = "loopc", version = host.version }, capabilities = {
        textDocumentSync = { openClose = true, change = 2, save = true },
        completionProvider = { triggerCharacters = message.list { "$", ".", '"', "(" } },
        hoverProvider = true, definitionProvider = true, referencesProvider = true, documentHighlightProvider = true,
        documentSymbolProvider = true, documentFormattingProvider = true, codeActionProvider = true,
        renameProvider = { prepareProvider = true },
        executeCommandProvider = { commands = message.list { "loopc.showC" } } } }
end

function requests:shutdown()
    self.closing = true
    return message.null
end

-- arguments: { uri, loop }
requests["workspace/executeCommand"] = function(self, parameters)
    local uri, loop = table.unpack(parameters.arguments or {})
    local doc = type(uri) == "string" and self.documents[uris.path(uri) or ""]
    if parameters.command ~= "loopc.showC" then return nil, "there is no command " .. tostring(parameters.command) end
    if not doc then return nil, "the document is not open" end
    if self.dirty[doc.path] then self:compile_all() end
    return answers["loopc.showC"](self, doc, loop)
end

function server:answer(id, method, parameters)
    local own = requests[method]
    if own then
        local result, why = own(self, parameters)
        if why then return refuse(id, "failed", why) end
        return reply(id, result)
    end
    local doc = parameters.textDocument and self.documents[uris.path(parameters.textDocument.uri) or ""]
    if not answers[method] then return refuse(id, "method", "there is no request " .. tostring(method)) end
    if not doc then return refuse(id, "parameters", "the document is not open") end
    if self.dirty[doc.path] and not doc.good then self:compile_all() end
    local result, why = answers[method](self, doc, parameters)
    if why then return refuse(id, "failed", why) end
    reply(id, result)
end

local function no_parameters() return setmetatable({}, { __index = function() return nil end }) end

function server:handle(value)
    local parameters = json_read.is_object(value.params) and value.params or no_parameters()
    if value.id == nil then
        if notices[value.method] then notices[value.method](self, parameters) end
    elseif value.method then
        if not self.ready and value.method ~= "initialize" then return refuse(value.id, "not_ready", "initialize comes first") end
        self:answer(value.id, value.method, parameters)
    end
end

-- A fault of ours in one request ends no session.
function server:take(text)
    local value, why = json_read.parse(text)
    if not json_read.is_object(value) then return refuse(nil, why and "parse" or "invalid", why or "not an object") end
    local ok, problem = xpcall(self.handle, debug.traceback, self, value)
    if ok then return end
    host.stderr(("loopc lsp: %s\n"):format(problem))
    if value.id ~= nil then refuse(value.id, "failed", (tostring(problem):match "^[^\n]*")) end
end

-- Garbage is collected while the client is silent, not while it waits for an answer.
local GARBAGE_MOST = 64 * 1024 -- KiB in use since the last collection

local function collect(before)
    if collectgarbage "count" < before + GARBAGE_MOST then return before end
    collectgarbage()
    return collectgarbage "count"
end

-- Serves until the client says exit, or is gone. Returns the exit code: 0 when it said shutdown before.
function server:run()
    local used = collectgarbage "count"
    while not self.ended do
        collectgarbage "stop"
        local text, why
        text, self.bytes, why = message.take(self.bytes)
        if why then refuse(nil, "parse", why)
        elseif text then self:take(text)
        else
            local more = host.receive(next(self.dirty) and REST or -1)
            if not more then break end
            if more == "" then
                self:compile_all()
                used = collect(used)
            end
            self.bytes = self.bytes .. more
        end
    end
    return self.closing and 0 or 1
end

return server

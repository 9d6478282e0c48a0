-- The text of `loopc explain`: the execution order, one line per loop, phase and step; what a step reads and
-- writes, and where its failure and its other signals land.

local ctext = require "gen.c.text"
local nearest = require "gen.base.nearest"

local spec_tree = require "gen.tree.spec_tree"

local explain = {}

local Listing = {}
Listing.__index = Listing

local function where(at) return ("%s:%d"):format(at.file, at.line) end

explain.where = where

-- A line: text on the left, remarks on the right in a column of their own.
function Listing:add(depth, text, remark)
    self[#self + 1] = { text = ("  "):rep(depth) .. text, remark = remark or "" }
end

function Listing:text()
    local width = 0
    for _, row in ipairs(self) do width = math.max(width, utf8.len(row.text) or #row.text) end
    width = math.min(width, 60)
    local out = {}
    for i, row in ipairs(self) do
        local gap = math.max(2, width + 2 - (utf8.len(row.text) or #row.text))
        out[i] = row.remark ~= "" and row.text .. (" "):rep(gap) .. row.remark or row.text
    end
    return table.concat(out, "\n") .. "\n"
end

-- An expression on one line, the first part of a long one.
local function short(code)
    local text = ctext.one_line(code.text)
    return #text <= 60 and text or text:sub(1, utf8.offset(text, 0, 58) - 1) .. "..."
end

local function repetition(loop)
    local out = {}
    if loop.times then out[1] = "times " .. (type(loop.times) == "table" and short(loop.times) or tostring(loop.times)) end
    if loop.done then out[#out + 1] = "until " .. short(loop.done) end
    if loop.skip then out[#out + 1] = "skipped when " .. short(loop.skip) end
    return #out > 0 and ", " .. table.concat(out, ", ") or ""
end

-- The fields that a step reads ("read") or writes ("write"), by their full names, each once.
function explain.fields(uses, kind)
    local names = {}
    for _, use in ipairs(uses) do
        if use[kind] then names[#names + 1] = use.field.full end
    end
    return names
end

local function list_uses(uses, kind)
    local names = explain.fields(uses, kind)
    return #names > 0 and table.concat(names, ", ") or nil
end

local function use_remark(source)
    local reads, writes = list_uses(source.uses, "read"), list_uses(source.uses, "write")
    local out = {}
    if reads then out[#out + 1] = "reads " .. reads end
    if writes then out[#out + 1] = "writes " .. writes end
    return table.concat(out, "; ")
end

-- The innermost bracket of that op around an item: the phase that $cancel() leaves, the repetition that $stop() ends.
local function bracket_around(list, item, op)
    while item.parent do
        item = list[item.parent]
        if item.op == op then return item end
    end
end

-- Where the failure of a step goes first: the handlers that run because of it.
local function landing(list, item)
    if not item.signals or not item.signals.FAILED then return nil end
    if item.part == "failed" then return "a failure is kept as suppressed" end
    if item.part == "finally" then return "a failure leaves its phase" end
    local bracket = bracket_around(list, item, "phase")
    if not bracket then return "a failure ends the trainer" end
    local phase = bracket.phase
    local handlers = {}
    for _, part in ipairs { "failed", "finally" } do
        if phase[part] then handlers[#handlers + 1] = phase[part].name end
    end
    return "a failure lands at the end of " .. phase.full .. (#handlers > 0 and ": " .. table.concat(handlers, ", ") or "")
end

-- Where the other signals of a step land: "$cancel leaves Fit.epoch", "$stop ends Fit".
local function signal_landings(list, item, remarks)
    local seen = {}
    for _, piece in ipairs(item.source.signal_pieces or {}) do
        local text
        if piece.word == "cancel" then
            local bracket = bracket_around(list, item, "phase")
            text = "$cancel leaves " .. (piece.argument ~= "" and piece.argument or bracket.phase.full)
        elseif piece.word == "stop" and not piece.inner then
            local bracket = bracket_around(list, item, "repeat")
            text = "$stop ends " .. (piece.argument ~= "" and piece.argument or bracket.instance.loop.name)
        elseif piece.word == "stop" then text = "$stop ends the repetition around it" end
        if text and not seen[text] then remarks[#remarks + 1] = text end
        seen[text or ""] = true
    end
end

explain.dead = "never runs: nothing here can fail"

-- What there is to say of a step, a text each, without its place: for editors.
function explain.remarks(list, item)
    local remarks = {}
    local uses = use_remark(item.source)
    if uses ~= "" then remarks[1] = uses end
    remarks[#remarks + 1] = landing(list, item)
    signal_landings(list, item, remarks)
    return remarks
end

local function step_remark(list, item)
    local remarks = explain.remarks(list, item)
    table.insert(remarks, 1, where(item.source.at))
    if item.dead then remarks[#remarks + 1] = explain.dead end
    return table.concat(remarks, "; ")
end

local function order_of(item)
    local source = item.source
    return source.kind == "listener" and ("insertion %d"):format(source.order) or ("%d"):format(source.order)
end

-- What an item of the step list is called.
explain.titles = {}

function explain.titles.step(item)
    local source = item.source
    return ("%s [%s]"):format(source.kind == "listener" and "+ " .. source.full or source.name, order_of(item))
end

function explain.titles.loop(item)
    local instance = item.instance
    local on = instance.on and (", on %s [insertion %d]"):format(instance.on.full, instance.loop.order) or ""
    return "loop " .. instance.loop.name .. on .. repetition(instance.loop)
end

function explain.titles.phase(item) return "phase " .. item.phase.name end

function explain.titles.failed() return "on failure" end

function explain.titles.finally() return "finally" end

function explain.titles.skip() return "when skipped" end

explain.titles["repeat"] = function() return "each iteration" end

local write = setmetatable({}, { __index = function(_, op)
    return function(listing, item, depth) listing:add(depth, explain.titles[op](item)) end
end })

function write.step(listing, item, depth)
    listing.steps = listing.steps + 1
    listing:add(depth, ("%d. %s"):format(listing.steps, explain.titles.step(item)), step_remark(listing.list, item))
end

function write.loop(listing, item, depth) listing:add(depth, explain.titles.loop(item), where(item.instance.loop.at)) end

function write.failed(listing, item, depth) listing:add(depth - 1, explain.titles.failed(item)) end

function write.finally(listing, item, depth) listing:add(depth - 1, explain.titles.finally(item)) end

-- Whether a node without a body is an event for callbacks: not one that only marks the place of a loop.
local function is_event(node)
    if node.body then return false end
    for _, insertion in ipairs(node.insertions) do
        if insertion.kind ~= "loop" then return true end
    end
    return node.doc ~= nil or #node.insertions == 0
end

-- The events: the purpose of each and its listeners in order. An event without listeners leaves no trace in the C.
local function add_event(listing, node)
    local names = {}
    for _, insertion in ipairs(node.insertions) do names[#names + 1] = insertion.what.full or insertion.what.name end
    listing:add(1, ("%s [%d]"):format(node.full, node.order), (node.doc and node.doc .. "; " or "")
        .. (#names > 0 and "listeners: " .. table.concat(names, ", ") or "no listeners"))
    listing.events = listing.events + 1
end

-- The events of a loop and of the loops on its nodes, in execution order; each loop once.
local function add_events(listing, loop)
    if listing.seen[loop] then return end
    listing.seen[loop] = true
    for _, node in ipairs(loop.nodes) do
        if is_event(node) then add_event(listing, node) end
        for _, insertion in ipairs(node.insertions) do
            if insertion.kind == "loop" then add_events(listing, insertion.what) end
        end
    end
end

-- All nodes of the trainer by their full names, and these names in execution order; each loop once.
local function collect_nodes(loop, nodes, names)
    if nodes[loop] then return end
    nodes[loop] = true
    for _, node in ipairs(loop.nodes) do
        nodes[node.full], names[#names + 1] = node, node.full
        for _, insertion in ipairs(node.insertions) do
            if insertion.kind == "loop" then collect_nodes(insertion.what, nodes, names) end
        end
    end
end

-- The full names that a name means: itself, or all "LOOP.NAME".
local function matching(name, nodes, names)
    if nodes[name] then return { name } end
    local out = {}
    for _, full in ipairs(names) do
        if full:match "%.([^.]*)$" == name then out[#out + 1] = full end
    end
    return out
end

local function listener_kind(insertion) return insertion.kind == "loop" and "loop" or "callback" end

-- One event, or another node, in full: its purpose, and its listeners in the order in which they run. Returns nil
-- and a message when the name means none or several.
function explain.event(unit, name)
    local nodes, names = {}, {}
    collect_nodes(unit.trainer.root, nodes, names)
    local found = matching(name, nodes, names)
    if #found == 0 then return nil, ("there is no event '%s'%s"):format(name, nearest.suggest(name, names)) end
    if #found > 1 then return nil, ("'%s' is in several loops: %s"):format(name, table.concat(found, ", ")) end
    local node = nodes[found[1]]
    local listing = setmetatable({}, Listing)
    listing:add(0, ("%s [%d]"):format(node.full, node.order), where(node.at) .. (node.body and "; has a body" or ""))
    if node.doc then listing:add(1, node.doc) end
    for i, insertion in ipairs(node.insertions) do
        local what = insertion.what
        listing:add(1, ("%d. %s %s"):format(i, listener_kind(insertion), what.full or what.name), where(what.at))
    end
    if #node.insertions == 0 then listing:add(1, "no listeners") end
    return listing:text()
end

-- "net learns labels from it; its inputs are scaled as these": what a net does with the rows of a data set.
local function feed_remark(net, data, out)
    local parameters = net.parameters
    for _, feed in ipairs(parameters.feeds) do
        if feed.data == data then
            local does = feed.learns and "learns" or feed.sees and "reads" or "is compared with"
            local what = feed.answers and " " .. feed.answers or ""
            local link = feed.learns and " from" or what ~= "" and " of" or ""
            out[#out + 1] = ("%s %s%s%s it"):format(net.full, does, what, link)
            if feed.loop then out[#out + 1] = ("%s takes %d rows at a time"):format(feed.loop, feed.each) end
        end
    end
    if parameters.data == data then out[#out + 1] = "its inputs are scaled as these" end
end

-- The data sets with the nets that read them; then the nets of which that is not known.
local function add_data(listing, unit)
    local nets = spec_tree.fields_of_type(unit.trainer, "mlp")
    for _, data in ipairs(spec_tree.fields_of_type(unit.trainer, "dataset")) do
        local remarks = {}
        for _, net in ipairs(nets) do feed_remark(net, data, remarks) end
        listing:add(1, data.full, #remarks > 0 and table.concat(remarks, "; ") or "no net is known to read it")
    end
    for _, net in ipairs(nets) do
        if net.parameters.untold then
            listing:add(1, net.full .. ": which data set feeds it is not told: predict and export refuse it")
        end
    end
end

function explain.text(unit)
    local listing = setmetatable({ steps = 0, events = 0, list = unit.list }, Listing)
    local depth = 0
    for _, item in ipairs(unit.list) do
        if item.op:match("^end_") then depth = depth - 1
        else
            write[item.op](listing, item, depth)
            if item.matching then depth = depth + 1 end
        end
    end
    local events = setmetatable({ events = 0, seen = {} }, Listing)
    add_events(events, unit.trainer.root)
    local text = listing:text()
    if events.events > 0 then text = text .. "\nevents (nodes without a body)\n" .. events:text() end
    local data = setmetatable({}, Listing)
    add_data(data, unit)
    if #data > 0 then text = text .. "\ndata sets and the nets that read them\n" .. data:text() end
    return text .. ("\n%d steps\n"):format(listing.steps)
end

return explain

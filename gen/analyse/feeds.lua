-- analyse_feeds: which data set feeds which net, as far as the calls of bodies say it, and whether the two go together.
--
-- In:  unit.list with fields resolved (analyse_fields).
-- Out: on the parameters of every net:
--   .data       the data set that its inputs come from, a field, or nil
--   .untold     whether there are data sets, and nothing says if one of them feeds the net
--   .feeds      list of { data, answers ("labels", "targets" or nil), sees, learns, each, loop, unweighed }: the data sets
--               whose rows it reads; `each`: the loop runs rows / each times and leaves the rest of the rows out;
--               `unweighed`: the function that learns from them without the weights of rows
-- Errors: arrays of another type or too short; answers of another kind; data sets that are scaled apart from each other.
--
-- loopc_dataset_take puts rows into arrays, and NET_train, NET_forward and the like read arrays: fields, or local variables of
-- one body. An array is known by its field, or by its name within the body. The functions of `code` that bodies call are
-- followed, through pointers and macros as well, with what they are given; other C functions are not looked at.

local array_places = require "gen.analyse.array_places"
local calls = require "gen.c.calls"
local feed_outcomes = require "gen.analyse.feed_outcomes"
local followed_texts = require "gen.analyse.followed_texts"
local net_calls = require "gen.analyse.net_calls"
local mlp = require "gen.tree.mlp"
local reader = require "gen.spec.reader"
local spec_tree = require "gen.tree.spec_tree"

local analyse_feeds = {}

local Feeds = {}
Feeds.__index = Feeds

-- The roles of the arguments of a net's functions; `learns`: the net is trained by it.
local functions = {
    train = { x = 3, answers = 4, rows = 5, learns = true }, train_from = { data = 3, rows = 6, learns = true },
    forward = { x = 2, rows = 3 }, forward_train = { x = 2, rows = 3, learns = true }, predict = { x = 2, rows = 3 },
    loss = { answers = 2, rows = 3, learns = true },
    correct = { labels = 2, rows = 3 },
}

local takes = { loopc_dataset_take = "labels", loopc_dataset_take_targets = "targets" }

local function size_of(field)
    local count = 1
    for _, size in ipairs(field.dims) do count = count * size end
    return count
end

function Feeds:put(place, data, what)
    if not place then return end
    local list = self.contents[place] or {}
    self.contents[place] = list
    for _, entry in ipairs(list) do
        if entry.data == data and entry.what == what then return end
    end
    list[#list + 1] = { data = data, what = what }
end

-- What is in the array that an expression means: a list of { data, what }.
function Feeds:inside(text, value)
    local place, own = array_places.place(text, value)
    return own and { own } or place and self.contents[place] or {}
end

-- Errors.

-- Of a call that may be another one nothing is said.
function Feeds:refuse(text, call, name, what, hint)
    if call.maybe or text.maybe then return end
    if text.bound then name = call.name end
    self.unit.diags:add("bad_feed", reader.line_in(text.body, call.line), name, what, hint)
end

local c_types = { f32 = "float", i32 = "int32_t" }

-- An array that a body declares: how many values it has room for, where that is known.
function Feeds:check_local(text, call, argument, type, values)
    local from, given = array_places.given(text, argument)
    local code = from.helper and from.helper.body or calls.text(from.pieces)
    local room = calls.declared(code, given.text, c_types[type], self.known)
    if room and room < values then
        self:refuse(from, call, given.text, ("%s puts %d values into '%s', which has room for %d"):format(call.name, values, given.text,
            room), ("declare it as %s %s[%d]"):format(c_types[type], given.text, values))
    end
end

-- An array of a call: its type and, where both are known, its size. `rows` and `width` may be nil.
function Feeds:check_array(text, call, argument, type, rows, width)
    local piece = argument and select(2, array_places.given(text, argument)).whole
    local field = piece and piece.field
    if argument and not field and rows and width then return self:check_local(text, call, argument, type, rows * width) end
    if not field then return end
    if not array_places.is_array(field) or field.type ~= type then
        return self:refuse(text, call, "$" .. piece.name, ("%s takes an array of %s, and '%s' is of type %s"):format(call.name, type,
            field.full, field.type .. (#field.dims > 0 and "[" .. table.concat(field.dims, "][") .. "]" or "")),
            ("declare it as %s = %s[%s]"):format(field.name, type, rows and width and rows * width or "..."))
    end
    if rows and width and size_of(field) < rows * width then
        self:refuse(text, call, "$" .. piece.name, ("%s puts %d values into '%s', which has room for %d"):format(call.name,
            rows * width, field.full, size_of(field)), ("declare it as %s = %s[%d]"):format(field.name, type, rows * width))
    end
end

-- Calls.

function Feeds:constant(text, argument)
    return argument and calls.constant(select(2, array_places.given(text, argument)).text, self.known)
end

local function target_count(data)
    local targets = data.parameters.targets
    return type(targets) == "table" and #targets or math.tointeger(targets)
end

-- Whether rows come in an order of the key's: it is not 0.
local function is_shuffled(text, key) return select(2, array_places.given(text, key)).text ~= "0" end

function Feeds:take(text, call, instances)
    local what = takes[call.name]
    local data = call.arguments[1] and array_places.datasets(text, call.arguments[1]) or {}
    local x, answers = call.arguments[5], call.arguments[6]
    local rows = self:constant(text, call.arguments[4])
    if not answers then return end
    self:check_array(text, call, x, "f32", rows, data[1] and data[1].parameters.columns)
    if data[1] and not data[1].parameters.columns then table.insert(self.unmeasured, { text, call, x, "f32", rows, data = data[1] }) end
    self:check_array(text, call, answers, what == "labels" and "i32" or "f32", rows,
        what == "labels" and 1 or data[1] and target_count(data[1]))
    for _, field in ipairs(data) do
        self:put(array_places.place(text, x), field, "x")
        self:put(array_places.place(text, answers), field, what)
        self:note_loops(field, instances, is_shuffled(text, call.arguments[2]))
    end
end

-- A net that a data set feeds says how wide its rows are, to all arrays that they go to.
function Feeds:check_unmeasured()
    if self.unit.diags.errors > 0 then return end
    for _, net in ipairs(self.nets) do
        for _, feed in ipairs(net.parameters.feeds) do
            for _, taken in ipairs(self.unmeasured) do
                if feed.data == taken.data and feed.sees and not taken.seen then
                    taken.seen = true
                    taken[6] = net.parameters.inputs_from and mlp.layers(net.parameters)[1].room or net.parameters.layers[1]
                    self:check_array(table.unpack(taken, 1, 6))
                end
            end
        end
    end
end

-- Which loops take rows of a data set, and whether always in the order of the file.
function Feeds:note_loops(data, instances, shuffled)
    for _, instance in ipairs(instances) do
        while instance do
            local seen = self.taken[instance.loop] or {}
            self.taken[instance.loop] = seen
            seen[data] = { shuffled = shuffled or seen[data] and seen[data].shuffled or false }
            instance = instance.parent
        end
    end
end

-- The row about a data set of a net, made when it is first asked for.
local function feed_of(net, data)
    for _, feed in ipairs(net.parameters.feeds) do
        if feed.data == data then return feed end
    end
    local feed = { data = data }
    table.insert(net.parameters.feeds, feed)
    return feed
end

local nouns = { labels = "classes", targets = "values", values = "values" }

-- The kind of a data set's answers: "labels", "targets", or nil if the command line decides.
local function said(data)
    if data.parameters.targets then return "targets" end
    return data.parameters.label and "labels" or nil
end

-- How to give a data set the answers that a net learns.
local function way_out(net, data, what)
    if what == "labels" then return ('label = "..." of %s names the column of the class'):format(data.name) end
    return ('targets = { "...", ... } of %s names the columns, %d of them'):format(data.name, net.layers[#net.layers])
end

function Feeds:check_answers(text, call, net, entry)
    local wanted = mlp.targets(net.parameters) == "labels" and "labels" or "targets"
    local has, data = said(entry.data), entry.data
    local function refuse(what, hint) self:refuse(text, call, call.name, what, hint) end
    if has and has ~= wanted then
        return refuse(("'%s' learns %s, and data set '%s' has %s"):format(net.name, nouns[wanted], data.name, has),
            way_out(net.parameters, data, wanted) .. ", or give the net another loss and output")
    end
    local outputs, count = net.parameters.layers[#net.parameters.layers], target_count(data)
    local values = mlp.target_count(net.parameters)
    local classes = data.parameters.classes
    if wanted == "labels" and classes and classes > outputs then
        refuse(("'%s' has %d outputs, and data set '%s' %d classes"):format(net.name, outputs, data.name, classes),
            ("the last size of the net is the number of classes: %d"):format(classes))
    end
    if wanted == "targets" and count and count ~= values then
        refuse(("'%s' has %d output%s, and data set '%s' %d target%s"):format(net.name, outputs, outputs == 1 and "" or "s",
            data.name, count, count == 1 and "" or "s"), ("the last size of the net is the number of targets: %d"):format(count))
    end
end

-- How many nets a call has rows for.
local function shares(call, net) return call.kind == "train" and net.parameters.replicas or 1 end

-- Inputs from a data set and answers from nowhere are a mistake. Other code that mentions the array may fill it.
function Feeds:use_answers(text, call, net, argument, learns)
    local labels = mlp.targets(net.parameters) == "labels"
    local outputs = mlp.target_count(net.parameters)
    local rows = self:constant(text, call.arguments[functions[call.kind].rows])
    self:check_array(text, call, argument, labels and "i32" or "f32", rows, (labels and 1 or outputs) * shares(call, net))
    local whole = select(2, array_places.given(text, argument)).whole
    local field = whole and whole.field
    local fed = call.arguments[functions[call.kind].x or 0]
    local forgotten = learns and fed and #self:inside(text, fed) > 0 and #self:inside(text, argument) == 0
    if forgotten and field and array_places.is_array(field) and not self.mentions[field] then
        return self:refuse(text, call, "$" .. whole.name, ("%s learns from '%s', and nothing is ever put there"):format(
            call.name, field.full), labels and "loopc_dataset_take(data, key, first, rows, x, labels) fills it"
            or "loopc_dataset_take_targets(data, key, first, rows, x, y) fills it")
    end
    for _, entry in ipairs(self:inside(text, argument)) do
        if entry.what ~= "x" then
            self:check_answers(text, call, net, entry)
            feed_of(net, entry.data).answers = labels and "labels" or "targets"
        end
    end
end

function Feeds:check_columns(text, call, net, data)
    local columns, inputs = data.parameters.columns, net.parameters.layers[1]
    if not columns or net.parameters.inputs_from or columns == inputs then return end
    self:refuse(text, call, call.name, ("'%s' has %d inputs, and data set '%s' %d columns"):format(net.name, inputs, data.name,
        columns), ("the first size of the net is the number of columns: %d"):format(columns))
end

-- Learning by NET_train, or by NET_backward in the same body, knows no weights of rows.
function Feeds:check_weights(text, call, net, feed)
    local prefix = mlp.prefix_of(net)
    local learner = call.kind == "train" and call.name or text.names[prefix .. "_backward"] and prefix .. "_backward"
    if not learner or self.weighed[feed.data] then return end
    feed.unweighed = feed.unweighed or learner
    if feed.data.parameters.weight and not feed.refused then
        feed.refused = true
        self:refuse(text, call, call.name, ("data set '%s' has weights of rows, and %s takes none"):format(feed.data.name, learner),
            ("%s_train_from does, and bodies by loopc_dataset_take_weights"):format(prefix))
    end
end

function Feeds:use_inputs(text, call, net, argument, learns)
    local rows = self:constant(text, call.arguments[functions[call.kind].rows])
    self:check_array(text, call, argument, "f32", rows, mlp.input_room(net.parameters) * shares(call, net))
    for _, entry in ipairs(self:inside(text, argument)) do
        if entry.what == "x" then
            local feed = feed_of(net, entry.data)
            feed.sees, feed.learns = true, feed.learns or learns
            self:check_columns(text, call, net, entry.data)
            self:check_weights(text, call, net, feed)
        end
    end
end

function Feeds:train_from(text, call, net, instances)
    for _, data in ipairs(array_places.datasets(text, call.arguments[3])) do
        local feed = feed_of(net, data)
        feed.sees, feed.learns = true, true
        feed.answers = mlp.targets(net.parameters) == "labels" and "labels" or "targets"
        self:check_answers(text, call, net, { data = data })
        self:check_columns(text, call, net, data)
        self:note_loops(data, instances, is_shuffled(text, call.arguments[4]))
    end
end

-- The arrays of a net have room for its batch: whether that is so.
function Feeds:check_room(text, call, net, argument)
    local rows, room = self:constant(text, argument), net.parameters.batch
    if not rows or not room or rows <= room then return true end
    self:refuse(text, call, call.name, ("%s is given %d rows, and net '%s' has room for %d"):format(call.name, rows, net.name, room),
        ("batch = %d of the net is the most rows of a call"):format(rows))
end

-- A call of a function of a net.
function Feeds:use(text, call, instances)
    local net, kind = self.offers[call.name].net, self.offers[call.name].kind
    local places = functions[kind]
    call.kind = kind
    if not call.arguments[places.rows] then return end
    if not self:check_room(text, call, net, call.arguments[places.rows]) then return end
    if places.data then return self:train_from(text, call, net, instances) end
    if places.x and not net.parameters.trunk then self:use_inputs(text, call, net, call.arguments[places.x], places.learns) end
    local answers = call.arguments[places.answers or places.labels]
    if not answers then return end
    if places.labels then self:check_array(text, call, answers, "i32", self:constant(text, call.arguments[places.rows]), 1)
    else self:use_answers(text, call, net, answers, places.learns) end
end

-- How often a function of `code` names its parameter, and how often as an argument of a net's functions.
local function is_for_nets(helper, name, offers)
    local named, given = 0, 0
    for _ in helper.body:gmatch("%f[%w_]" .. name .. "%f[^%w_]") do named = named + 1 end
    for _, call in ipairs(helper.calls) do
        for _, argument in ipairs(offers[call.name] and call.arguments or {}) do
            if argument.text == name then given = given + 1 end
        end
    end
    return named == given
end

-- Which fields are mentioned elsewhere than in calls of nets.
function Feeds:count_mentions(text)
    local in_nets = {}
    for _, call in ipairs(text.calls) do
        local helper = self.helpers[call.name]
        for i, argument in ipairs((self.offers[call.name] or helper) and call.arguments or {}) do
            local alone = not helper or is_for_nets(helper, helper.parameters[i] or "", self.offers)
            for _, piece in ipairs(alone and argument.fields or {}) do in_nets[piece] = true end
        end
    end
    for _, piece in ipairs(text.pieces) do
        if piece.field and not in_nets[piece] then self.mentions[piece.field] = true end
    end
end

local function offers_of(nets)
    local out = {}
    for _, net in ipairs(nets) do
        for kind in pairs(functions) do out[mlp.prefix_of(net) .. "_" .. kind] = { net = net, kind = kind } end
    end
    return out
end

-- Visits the calls of the functions in a set of names.
function Feeds:each_call(texts, known, visit)
    for _, text in ipairs(texts) do
        for _, call in ipairs(text.calls) do
            if known[call.name] then visit(self, text, call, text.instances) end
        end
    end
end

function Feeds:read(texts)
    for _, text in ipairs(texts) do
        if not text.bound then self:count_mentions(text) end
        for _, data in ipairs(followed_texts.weighed(text)) do self.weighed[data] = true end
    end
    self:each_call(texts, takes, self.take)
    self:each_call(texts, self.offers, self.use)
    self:check_unmeasured()
    local wrong = net_calls.wrong(self.unit.trainer, self.nets, texts)
    self:each_call(texts, wrong, function(_, text, call) self:refuse(text, call, call.name, table.unpack(wrong[call.name])) end)
end

function analyse_feeds.run(unit)
    local nets = spec_tree.fields_of_type(unit.trainer, "mlp")
    local texts, helpers = followed_texts.of(unit)
    local self = setmetatable({ unit = unit, nets = nets, offers = offers_of(nets), helpers = helpers,
        contents = {}, taken = {}, unmeasured = {}, mentions = {}, weighed = {} }, Feeds)
    self.known = unit.trainer.code and calls.constants(unit.trainer.code.text) or {}
    for _, net in ipairs(nets) do net.parameters.feeds = {} end
    self:read(texts)
    for _, net in ipairs(nets) do feed_outcomes.settle(unit, net) end
    for _, net in ipairs(nets) do -- what goes into the net that another one begins in goes into that, too
        local trunk = net.parameters.trunk
        if trunk then net.parameters.data, net.parameters.untold = trunk.parameters.data, trunk.parameters.untold end
    end
    for _, loop in ipairs(unit.trainer.loops) do feed_outcomes.check_loop(self, loop) end
end

return analyse_feeds

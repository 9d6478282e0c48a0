-- check_elements: from the elements of a spec to the trees that the later passes walk.
--
-- In:  bodies with .element (check_loop), as the spec or optimize left them. Out: on every node and listener with such a body
--   .tree     the element as { op, at, ... }, see `build`; nil when nothing is left of it: then its body is nil as well
--   .texts    all C texts of the tree in the order of the text: { body, title, expression?, leaf?, in_repeat?, ... }
--   .leaves   how many steps the tree has, each counted once
-- An element that a spec uses twice is built twice: each occurrence has its own position.

local ctext = require "gen.c.text"
local cvalue = require "gen.c.value"
local dsl = require "gen.spec.dsl"
local nearest = require "gen.base.nearest"
local reader = require "gen.spec.reader"
local spec_tree = require "gen.tree.spec_tree"
local vocabulary = require "gen.spec.vocabulary"

local check_elements = {}

local Builder = {}
Builder.__index = Builder

local function usage(op) return vocabulary.find(vocabulary.elements, op)[2] end

function Builder:wrong(value, what, hint)
    self.unit.diags:add("bad_element", dsl.at(value, self.source.at), value.op, value.op, what, hint or "write " .. usage(value.op))
end

-- A C text of the tree, in the form of a source.
function Builder:text(value, text, more)
    local out = more or {}
    out.body = reader.code(self.unit, text, dsl.at(value, self.source.at))
    out.kind, out.full, out.callback, out.source = "leaf", self.source.full, self.source.callback, self.source
    out.title = ("%s of '%s'"):format(value.op, self.source.full)
    out.in_repeat = self.repeats > 0
    table.insert(self.texts, out)
    return out
end

function Builder:expression(value, text)
    if text:gsub('"[^"]*"', ""):gsub("'[^']*'", ""):gsub("/%*.-%*/", ""):find(";", 1, true) then
        self:wrong(value, "takes a C expression, without ';'")
    end
    return self:text(value, text, { expression = true })
end

-- The text of a field's name, used as `use` says: "%s = 0" for one that is written.
function Builder:field(value, key, use, element)
    local name = value[key]
    value = element or value
    local plain = type(name) == "string" and name:match("^%$?([%a_][%w_]*)$") or type(name) == "string"
        and name:match("^%$?([%a_][%w_]*%.[%a_][%w_]*)$")
    if not plain then
        self:wrong(value, ("takes the name of a field as %s, not %s"):format(key, reader.what(name)))
        return nil
    end
    return self:text(value, use:format("$" .. plain), { expression = true, lvalue = true, name = plain })
end

-- n: a whole number or an expression. Returns { constant } or { text }.
function Builder:count(value)
    local n = value.n
    local whole = type(n) == "number" and math.tointeger(n)
    if whole then return { constant = whole } end
    if type(n) == "string" and not ctext.is_blank(n) then return { text = self:expression(value, n) } end
    self:wrong(value, "repeats a whole number of times or a C expression, not " .. reader.what(n))
    return { constant = 0 }
end

function Builder:child(value, child)
    if dsl.kind(child) == "element" then return self:build(child) end
    self:wrong(value, "takes an element, not " .. reader.what(child))
    return nil
end

-- The elements at 1, 2, ...
function Builder:children(value)
    local out = {}
    for i, child in ipairs(value) do out[i] = self:child(value, child) or { op = "SEQ", at = dsl.at(value) } end
    return out
end

local known = { CALL = { text = true, into = true, name = true, block = true },
    REPEAT = { n = true, el = true, counter = true }, LOOP = { el = true },
    CHOOSE = { expression = true, default = true }, WEAVE = { required = true, steps = true },
    BUFFER_REPEAT = { n = true, el = true, value = true, into = true }, POPEN = { into = true }, SPAWN = { el = true }, SEQ = {},
    PRINT = {} }

local lists = { CALL = true, SEQ = true, CHOOSE = true, WEAVE = true, POPEN = true, PRINT = true }

function Builder:check_keys(value)
    local names, entries = {}, 0
    for name in next, known[value.op] do names[#names + 1] = name ~= "n" and name ~= "el" and name or nil end
    table.sort(names)
    for key in next, value do
        if math.type(key) == "integer" then entries = entries + 1 end
        if type(key) == "string" and key ~= "op" and key ~= "surplus" and key ~= "lacks" and not known[value.op][key] then
            self:wrong(value, ("has no entry '%s'%s"):format(key, nearest.suggest(key, names)))
        end
    end
    if value.surplus then self:wrong(value, "is given more than it takes") end
    if entries ~= #value or entries > 0 and not lists[value.op] then self:wrong(value, "has an entry too many, or one that is nil") end
end

-- Every name of a field, for telling fields from texts in arguments.
local function names_of_fields(trainer)
    local names = {}
    for _, field in ipairs(spec_tree.fields(trainer)) do
        if not field.hidden then names[field.name], names[field.full] = true, true end
    end
    return names
end

-- An argument of CALL, PRINT, POPEN: { text = C, constant? = its value, field? = name }.
function Builder:argument(value, argument)
    if type(argument) == "number" or type(argument) == "boolean" then
        if argument ~= argument then return { text = "NAN", constant = argument } end
        local kind = type(argument) == "boolean" and "bool" or math.type(argument) == "integer" and "i64" or "f64"
        local text = kind == "i64" and argument >= -0x7fffffff and argument <= 0x7fffffff and tostring(argument)
            or cvalue.of(kind, argument)
        return { text = text, constant = argument }
    end
    if type(argument) ~= "string" then
        self:wrong(value, "takes fields, numbers, bools and texts as arguments, not " .. reader.what(argument))
        return { text = "0", constant = 0 }
    end
    local name = argument:match("^%$?([%a_][%w_.]*)$")
    if name and (argument:sub(1, 1) == "$" or self.names[name]) then return { text = "$" .. name, field = name } end
    if argument:find("$", 1, true) == 1 then return { text = argument } end
    return { text = cvalue.string(argument), constant = argument }
end

local build = {}

function build.SEQ(self, value) return { items = self:children(value) } end

local function call_of_function(self, value)
    local name = value[1]
    if vocabulary.bad_name(name) and not (type(name) == "string" and name:match("^loopc_[%w_]+$")) then
        self:wrong(value, "calls a C function by its name, not " .. reader.what(name))
        return nil
    end
    local arguments, texts = {}, {}
    for i = 2, #value do
        arguments[i - 1] = self:argument(value, value[i])
        texts[i - 1] = arguments[i - 1].text
    end
    local text = ("%s(%s);"):format(name, table.concat(texts, ", "))
    local into
    if value.into ~= nil then
        into = type(value.into) == "string" and value.into:match("^%$?([%a_][%w_.]*)$")
        if not into then self:wrong(value, "puts its result into a field, not " .. reader.what(value.into)) end
        if into then text = ("$%s = %s"):format(into, text) end
    end
    local leaf = self:text(value, text, { leaf = true, inline = true })
    leaf.call = { name = name, arguments = arguments, into = into }
    return leaf
end

-- The function that does several calls of this one at once: only a repetition of nothing else has several.
function Builder:block_of(value)
    if value.block == nil then return nil end
    if vocabulary.bad_name(value.block) then
        self:wrong(value, "names as block a C function, not " .. reader.what(value.block))
    elseif value.text ~= nil then self:wrong(value, "has a block for a function, not for C text")
    elseif self.repeated ~= value then
        self:wrong(value, "has a block, and does not stand right inside a REPEAT or BUFFER_REPEAT",
            'write REPEAT(n, CALL { "f", block = "f_block" })')
    end
    return value.block
end

-- The name of a step, for its function in C.
function Builder:name_of(value)
    if value.name == nil or not vocabulary.bad_name(value.name) then return value.name end
    self:wrong(value, "has a name of letters, digits and _, not " .. reader.what(value.name))
end

function build.CALL(self, value)
    local leaf
    local block = self:block_of(value)
    if value.text ~= nil then
        if type(value.text) ~= "string" then
            self:wrong(value, "takes C text or { function, arguments }, not " .. reader.what(value.text))
        elseif value.into ~= nil then self:wrong(value, "puts the result of a function into a field, not that of C text")
        elseif not ctext.is_blank(value.text) then leaf = self:text(value, value.text, { leaf = true, name = self:name_of(value) }) end
    elseif value.name ~= nil then self:wrong(value, "gives a name to C text: CALL { name = \"step\", [[ C ]] }")
    else leaf = call_of_function(self, value) end
    if not leaf then return { op = "SEQ", items = {} } end
    if leaf.call then leaf.call.block = block end
    self.leaves = self.leaves + 1
    return { leaf = leaf }
end

function build.PRINT(self, value)
    if type(value[1]) ~= "string" then
        self:wrong(value, "takes a format, not " .. reader.what(value[1]))
        return { op = "SEQ", items = {} }
    end
    local leaf = self:text(value, "", { leaf = true, inline = true })
    leaf.print = { format = value[1], arguments = {} }
    local texts = {}
    for i = 2, #value do
        leaf.print.arguments[i - 1] = self:argument(value, value[i])
        texts[i - 1] = leaf.print.arguments[i - 1].text
    end
    leaf.body.text = ("printf(%s);"):format(table.concat({ cvalue.string(value[1]), table.unpack(texts) }, ", "))
    self.leaves = self.leaves + 1
    return { leaf = leaf }
end

function build.REPEAT(self, value)
    local out = { n = self:count(value) }
    if value.counter ~= nil then out.counter = self:field(value, "counter", "%s = 0") end
    self.repeats = self.repeats + 1
    self.repeated = value.el
    out.el = self:child(value, value.el)
    self.repeats = self.repeats - 1
    return out
end

-- Whether a tree always ends at its entry: a WEAVE that waits for no strand, a REPEAT of 0 times.
local function takes_no_step(tree)
    if tree.op == "WEAVE" and tree.required == 0 then return true end
    if tree.n and tree.n.constant and tree.n.constant <= 0 then return true end
    if tree.leaf or tree.op == "POPEN" or tree.op == "SPAWN" then return false end
    local none, children = true, { tree.el, tree.default, table.unpack(tree.items or {}) }
    for _, child in next, children do none = none and takes_no_step(child) end
    return none
end

function build.LOOP(self, value)
    self.repeats = self.repeats + 1
    local leaves = self.leaves
    local out = { el = self:child(value, value.el) }
    self.repeats = self.repeats - 1
    if self.leaves == leaves or out.el and takes_no_step(out.el) then self:wrong(value, "has no step in it: it would never end") end
    return out
end

function build.CHOOSE(self, value)
    local out = {}
    if type(value.expression) == "string" and not ctext.is_blank(value.expression) then
        out.text = self:expression(value, value.expression)
    elseif math.type(value.expression) == "integer" then out.text = self:expression(value, tostring(value.expression))
    else self:wrong(value, "takes a C expression, not " .. reader.what(value.expression)) end
    if value.lacks then self:wrong(value, "has no elements to choose from") end
    out.items = self:children(value)
    if value.default ~= nil then out.default = self:child(value, value.default) end
    return out
end

-- How many steps each element of a WEAVE takes in its turn, or nil: one each.
local function steps_of(self, value, count)
    local steps = value.steps
    if steps == nil then return nil end
    local whole = type(steps) == "table" and #steps == count
    for i = 1, whole and count or 0 do whole = whole and math.type(steps[i]) == "integer" and steps[i] >= 1 and steps[i] < 1 << 31 end
    for key in next, type(steps) == "table" and steps or {} do whole = whole and math.type(key) == "integer" and key <= count end
    if whole then return steps end
    self:wrong(value, ("takes as steps a whole number from 1 for each of its %d elements"):format(count), "write steps = { 3, 1 }")
end

function build.WEAVE(self, value)
    local out = { items = self:children(value), required = math.tointeger(value.required) }
    local count = #out.items
    out.steps = steps_of(self, value, count)
    if not out.required or out.required < -1 then
        self:wrong(value, "takes how many must finish: a whole number, or -1 for all, not " .. reader.what(value.required))
        out.required = 0
    elseif out.required > count then
        self:wrong(value, ("wants %d elements to finish and has %d"):format(out.required, count), "-1 means all of them")
    end
    if out.required == -1 then out.required = count end
    return out
end

-- The names of fields in a list, or a name by itself.
local function names_in(entry) return type(entry) == "table" and dsl.kind(entry) == nil and entry or { entry } end

-- buffers: which value goes into which array, { value, into } each.
function build.BUFFER_REPEAT(self, value)
    local out = { n = self:count(value), buffers = {} }
    local values, arrays = names_in(value.value), names_in(value.into)
    if #values ~= #arrays and (values == value.value or arrays == value.into) then
        self:wrong(value, ("puts %d values into %d arrays"):format(#values, #arrays), 'write value = { "x", "y" }, into = { "xs", "ys" }')
    end
    for i = 1, math.max(1, math.min(#values, #arrays)) do
        out.buffers[i] = { value = self:field({ op = value.op, value = values[i] }, "value", "%s", value),
            into = self:field({ op = value.op, into = arrays[i] }, "into", "%s[0] += 0", value) }
    end
    self.repeated = value.el
    out.el = self:child(value, value.el)
    return out
end

function build.POPEN(self, value)
    local out = { arguments = {} }
    if #value == 0 then self:wrong(value, "names no program")
    elseif type(value[1]) ~= "string" then self:wrong(value, "names its program by a text, not " .. reader.what(value[1])) end
    for i, argument in ipairs(value) do
        local made = self:argument(value, type(argument) == "number" and tostring(argument) or argument)
        out.arguments[i] = made
        if made.constant == nil then made.text = self:expression(value, made.text) end
    end
    if value.into ~= nil then out.into = self:field(value, "into", "%s = 0") end
    self.leaves = self.leaves + 1
    return out
end

function build.SPAWN(self, value)
    local leaves = self.leaves
    local out = { el = self:child(value, value.el) }
    self.leaves = leaves + 1
    return out
end

-- Elements that need an operating system, or turns that a device does not have.
local not_on_device = {
    POPEN = { "it has no processes", "call a C function of the firmware: CALL [[ f(); ]]" },
    SPAWN = { "it has no processes", "run the element in its place, without SPAWN" },
    WEAVE = { "it has no coroutines", "SEQ does one element after the other" },
}

function Builder:check_device(value)
    local why = self.unit.options.device and not_on_device[value.op]
    if why then self.unit.diags:add("not_on_device", dsl.at(value), value.op, value.op, why[1], why[2]) end
end

function Builder:build(value)
    if self.trail[value] then
        self:wrong(value, "contains itself")
        return { op = "SEQ", items = {}, at = dsl.at(value) }
    end
    self.trail[value] = true
    self:check_keys(value)
    self:check_device(value)
    local out = build[value.op](self, value)
    self.trail[value] = nil
    out.op, out.at = out.op or value.op, dsl.at(value)
    return out
end

-- Builds the tree of one element of a source. Returns the builder and the tree.
local function build_tree(unit, source, names, element)
    local builder = setmetatable({ unit = unit, source = source, names = names, texts = {}, leaves = 0, repeats = 0, trail = {} },
        Builder)
    return builder, builder:build(element)
end

-- Builds the tree of one source's element; for other passes the text of its body is the C of all its texts. Errors are found in
-- the element as the spec gave it: parts that optimize removed may have some as well.
local function read_source(unit, source, names)
    local body, errors = source.body, unit.diags.errors
    local builder, tree = build_tree(unit, source, names, body.given or body.element)
    if body.given and unit.diags.errors == errors then builder, tree = build_tree(unit, source, names, body.element) end
    source.tree, source.texts, source.leaves = tree, builder.texts, builder.leaves
    local all = {}
    for i, text in ipairs(source.texts) do all[i] = text.body.text end
    body.text = table.concat(all, "\n")
    if #source.texts == 0 and source.leaves == 0 then source.tree, source.body = nil, nil end
end

function check_elements.run(unit)
    local names
    for _, source in ipairs(spec_tree.sources(unit.trainer)) do
        if source.body.element then
            names = names or names_of_fields(unit.trainer)
            read_source(unit, source, names)
        end
    end
end

return check_elements

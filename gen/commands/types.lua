-- loopc types: the words of a spec for editors and linters, made from the tables that the checker uses
-- (gen/spec/vocabulary.lua) and from the environment that a spec gets (gen/spec/sandbox.lua).

local dsl = require "gen.spec.dsl"
local host = require "host"
local sandbox = require "gen.spec.sandbox"
local vocabulary = require "gen.spec.vocabulary"

local types = {
    name = "types",
    summary = "Prints the words of a spec for editors and linters",
    usage = "[--luacheck]",
    text = "For Lua language servers: loopc types > loopc.meta.lua, in a folder that the server reads.\n" ..
        'For luacheck: loopc types --luacheck >> .luacheckrc, and std = "loopc" for the specs.',
    options = {
        { "--luacheck", nil, 'print a luacheck standard, stds.loopc, instead' },
    },
}

local function sorted_keys(values)
    local out = {}
    for key in next, values do out[#out + 1] = key end
    table.sort(out)
    return out
end

-- The classes of the meta file: the tables that each word takes.
local classes = {
    { "loopc.node_table", "the keys of node { ... }", vocabulary.node_keys, "[integer] string the body, C statements" },
    { "loopc.loop", "a loop: its nodes are named before_, on_, after_, failed_ or finally_ and their phase", vocabulary.loop_keys,
        "[string] loopc.node\n"
        .. "---@field connect fun(self: loopc.loop, children: table): loopc.loop puts loops on places: { on_step = Inner }\n"
        .. "---@field replace fun(self: loopc.loop, others: table): loopc.loop exchanges loops below it: { Inner = Other }" },
    { "loopc.body_table", "the value of a callback's key: a body with an order", vocabulary.listener_keys,
        "[integer] string the body, C statements" },
    { "loopc.callback", "bodies that attach to nodes by name", vocabulary.callback_keys, "[string] string|loopc.body_table" },
    { "loopc.trainer", "the root loop first, then the loops and callbacks that attach themselves", vocabulary.trainer_keys,
        "[integer] loopc.loop|loopc.callback" },
}

local function write_class(out, name, doc, entries, more)
    out[#out + 1] = ("---%s\n---@class %s"):format(doc, name)
    for _, entry in ipairs(entries) do out[#out + 1] = ("---@field %s? %s %s"):format(entry[1], entry[2], entry[3]) end
    if more then out[#out + 1] = "---@field " .. more end
    out[#out + 1] = ""
end

-- A field's type is a value: f32(0.5), f32 { 0.5, option = true }, f32[10].
local function write_type(out, name, doc, parameters)
    local keys = { table.unpack(vocabulary.field_keys) }
    for _, entry in ipairs(parameters or {}) do keys[#keys + 1] = entry end
    write_class(out, ("loopc.%s_table"):format(name), "the default of a field, and its properties", keys,
        "[integer] any")
    out[#out + 1] = ("---%s\n---@class loopc.%s: loopc.field\n---@field [integer] loopc.%s"):format(doc, name, name)
    out[#out + 1] = "---@overload fun(default: any, ...: any): loopc.field"
    out[#out + 1] = ("---@overload fun(field: loopc.%s_table): loopc.field"):format(name)
    out[#out + 1] = ("%s = {}\n"):format(name)
end

local function write_named(out, word, class, doc)
    out[#out + 1] = ("---%s\n---@param name string\n---@return fun(body: %s): %s\nfunction %s(name) end\n"):format(doc, class,
        class, word)
end

local element_class = [[
---An element of control flow: the body of a node or of a callback.
---@class loopc.element
---@field copy fun(self: loopc.element): loopc.element
---@field find fun(self: loopc.element, pattern: any): loopc.element[]
---@field replace fun(self: loopc.element, pattern: any, with: any): loopc.element, integer
]]

local function write_elements(out)
    out[#out + 1] = element_class
    for _, entry in ipairs(vocabulary.elements) do
        out[#out + 1] = ("---%s: %s\n---@return loopc.element\nfunction %s(...) end\n"):format(entry[2], entry[3], entry[1])
    end
end

-- A layer of a net: dense { 64, "gelu", bias = false }.
local function write_layers(out)
    out[#out + 1] = "---A layer of a net.\n---@class loopc.layer\n"
    for _, entry in ipairs(vocabulary.layers) do
        write_class(out, ("loopc.%s_table"):format(entry[1]), entry[3], entry[4], "[integer] any")
        out[#out + 1] = ("---%s: %s\n---@param values loopc.%s_table\n---@return loopc.layer\nfunction %s(values) end\n"):format(entry[2],
            entry[3], entry[1], entry[1])
    end
end

local node_word = [[
---A node of a loop: its order and its body.
---@param order integer
---@param body? string|loopc.element
---@return loopc.node
---@overload fun(node: loopc.node_table): loopc.node
function node(order, body) end
]]

local function meta()
    local out = { "---@meta", "-- The words of a loopc spec.", "", "---@class loopc.node", "", "---@class loopc.field", "" }
    for _, class in ipairs(classes) do write_class(out, table.unpack(class)) end
    out[#out + 1] = node_word
    write_named(out, "loop", "loopc.loop", "Phases, run once or repeated.")
    write_named(out, "callback", "loopc.callback", "A bundle of bodies that attach to nodes by name.")
    write_named(out, "trainer", "loopc.trainer", "The value that a spec returns.")
    write_elements(out)
    write_layers(out)
    for _, entry in ipairs(vocabulary.scalars) do write_type(out, entry[1], entry[4]) end
    for _, entry in ipairs(vocabulary.aggregates) do write_type(out, entry[1], entry[2], entry[3]) end
    return table.concat(out, "\n")
end

local function luacheck()
    local words = dsl.words(sandbox.environment())
    words.require = true
    local out = { "-- The global names of a loopc spec.", "stds.loopc = {", "    read_globals = {" }
    for _, name in ipairs(sorted_keys(words)) do
        if type(_G[name]) == "table" and name ~= "_G" then
            local fields = {}
            for i, field in ipairs(sorted_keys(words[name])) do fields[i] = field .. " = {}" end
            out[#out + 1] = ("        %s = { fields = { %s } },"):format(name, table.concat(fields, ", "))
        elseif dsl.is_type(words[name]) then -- f32[10]
            out[#out + 1] = ('        %s = { other_fields = true },'):format(name)
        else
            out[#out + 1] = ('        %s = {},'):format(name)
        end
    end
    out[#out + 1] = "    },\n}\n"
    return table.concat(out, "\n")
end

function types.run(arguments)
    host.stdout(arguments.luacheck and luacheck() or meta())
    return 0
end

return types

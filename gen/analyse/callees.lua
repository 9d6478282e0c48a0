-- Not a pass. The functions that calls through pointers, tables, members, parameters and macros may reach.
--
-- In:  a text as gen/analyse/followed_texts.lua has it; the functions of `code` (helpers) and its text.
-- Out: callees.add(self, text): adds a call of each such function to text.calls, with the arguments of the original. `maybe`: there are
--      several that it may be.

local calls = require "gen.c.calls"
local function_values = require "gen.c.function_values"

local callees = {}

function callees.new(code, helpers)
    return { helpers = helpers, values = code and function_values.of(code.text) or {} }
end

local resolve

local function resolve_all(self, text, names, found)
    for _, name in ipairs(names) do resolve(self, text, name, found) end
end

-- Whether a name of a text was looked at before: names may stand for each other.
local function is_known(found, text, name)
    found.seen[text] = found.seen[text] or {}
    local known = found.seen[text][name]
    found.seen[text][name] = true
    return known
end

-- What the functions of `code` return.
local function returned(self, name)
    local helper = self.helpers[name]
    local out = {}
    for value in (helper and helper.body or ""):gmatch("%f[%w_]return%s+([^;]*);") do
        for _, one in ipairs(function_values.names(value)) do out[#out + 1] = one end
    end
    return out
end

-- Adds the functions that a name may mean to the list and set `found`.
function resolve(self, text, name, found)
    if is_known(found, text, name) then return end
    local maker = name:match("^(.*)%(%)$")
    if maker then return resolve_all(self, text, returned(self, maker), found) end
    local bound = text.bound and text.bound[name]
    if bound then return resolve_all(self, bound.text, function_values.names(bound.value.text), found) end
    local assigned = text.assigned[name] and function_values.names(text.assigned[name].text)
    local values = text.pointers[name] or assigned or not self.helpers[name] and self.values[name]
    if values then return resolve_all(self, text, values, found) end
    if not found[name .. "()"] then found[name .. "()"], found[#found + 1] = true, name end
end

-- Pointers that a text declares itself. Two brackets in a row are rare, and to look for all else takes time.
local function pointers_of(code)
    return code:find("%)%s*%(") and function_values.of(code) or {}
end

function callees.add(self, text, pieces)
    text.code = text.code or calls.text(pieces)
    text.pointers = pointers_of(text.code)
    local direct = #text.calls
    local function add(call, names)
        local found = { seen = {} }
        resolve_all(self, text, names, found)
        for _, name in ipairs(found) do
            if name ~= call.name then
                table.insert(text.calls, { name = name, line = call.line, arguments = call.arguments, maybe = #found > 1 })
            end
        end
    end
    for i = 1, direct do add(text.calls[i], { text.calls[i].name }) end
    for _, call in ipairs(calls.indirect(pieces, text.code)) do add(call, call.names) end
end

return callees

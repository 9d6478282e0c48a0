-- Writes an abstract graph (graph.lua) as the text of a spec in the language of LANGUAGE.md.

local graph = require "tests.differential.graph"

local write = {}

local function reference(field) return "$" .. (field.loop and field.loop .. "." or "") .. field.name end

local function expression(e)
    if type(e) == "number" then return tostring(e) end
    if e.name then return reference(e) end
    local function operand(x)
        local text = expression(x)
        return (type(x) == "table" and not x.name) and "(" .. text .. ")" or text
    end
    return ("%s %s %s"):format(operand(e[2]), e[1], operand(e[3]))
end

-- The format and the arguments that follow it, for text and fields: "text n=%lld", ", (long long)$n".
local function format_of(text, fields)
    local words, arguments = { (text:gsub("%%", "%%%%"):gsub('"', '\\"')) }, {}
    for i, field in ipairs(fields or {}) do
        words[#words + 1] = field.name .. "=%lld"
        arguments[i] = ", (long long)" .. reference(field)
    end
    return table.concat(words, " "), table.concat(arguments)
end

local statements = {}

function statements.count(statement) return reference(statement.field) .. "++;" end

function statements.print(statement)
    if not statement.fields or #statement.fields == 0 then return ('puts("%s");'):format(statement.text) end
    local format, arguments = format_of(statement.text, statement.fields)
    return ('printf("%s\\n"%s);'):format(format, arguments)
end

-- Ways to write a signal in C; `before` is the statement before it.
local styles = {}

styles["for"] = function(text) return "for (int i = 0; i < 2; i++) { " .. text .. " }" end
styles["do"] = function(text) return "do { " .. text .. " } while (0);" end

function styles.comment(text) return text .. " /* $stop(); */ // $cancel();" end

styles["else"] = function(text, before)
    local follows = before and before.op == "signal" and before.when and (before.style or "plain") == "plain"
    return follows and "else " .. text or text
end

function statements.signal(statement, before)
    local arguments = statement.target or ""
    if statement.kind == "fail" then
        local format, values = format_of(statement.message, statement.fields)
        arguments = ('"%s"%s'):format(format, values)
    end
    local call = ("$%s(%s);"):format(statement.kind, arguments)
    local text = statement.when and ("if (%s) %s"):format(expression(statement.when), call) or call
    local style = styles[statement.style]
    return style and style(text, before) or text
end

-- The C text of a body, as a Lua long string.
local function body_text(body, indent)
    local lines = {}
    for i, statement in ipairs(body) do lines[i] = statements[statement.op](statement, body[i - 1]) end
    if #lines == 0 or (#lines == 1 and body[1].style ~= "comment") then return "[[ " .. (lines[1] or "/* nothing */") .. " ]]" end
    return "[[\n" .. indent .. "    " .. table.concat(lines, "\n" .. indent .. "    ") .. "\n" .. indent .. "]]"
end

local function fields_text(fields)
    local words = {}
    for i, field in ipairs(fields) do words[i] = ("%s = i32(%d)"):format(field.name, field.initial) end
    return "{ " .. table.concat(words, ", ") .. " }"
end

local function nodes_text(list)
    local words = {}
    for i, entry in ipairs(list) do words[i] = entry.loop .. "." .. entry.node end
    return "{ " .. table.concat(words, ", ") .. " }"
end

-- "    key = value," for a value that is there.
local function line(out, key, value)
    if value then out[#out + 1] = ("    %s = %s,"):format(key, value) end
end

local function quoted(e) return e and '"' .. expression(e) .. '"' end

local function node_text(node)
    local body = node.body and body_text(node.body, "    ")
    if node.long then return ('node { order = %d, doc = "a node"%s }'):format(node.order, body and ", " .. body or "") end
    return ("node(%d%s)"):format(node.order, body and ", " .. body or "")
end

local function scopes(out, owner)
    for _, scope in ipairs { "state", "site", "batch" } do
        if owner[scope] and #owner[scope] > 0 then line(out, scope, fields_text(owner[scope])) end
    end
end

local function loop_text(loop)
    local out = { ('local %s = loop "%s" {'):format(loop.name, loop.name) }
    if loop.call_on and #loop.call_on > 0 then line(out, "call_on", nodes_text(loop.call_on)) end
    line(out, "order", loop.order)
    line(out, "times", type(loop.times) == "number" and loop.times or quoted(loop.times))
    line(out, "done", quoted(loop.done))
    line(out, "skip", quoted(loop.skip))
    scopes(out, loop)
    for _, node in ipairs(loop.nodes) do line(out, graph.node_name(node), node_text(node)) end
    out[#out + 1] = "}"
    return table.concat(out, "\n")
end

local function callback_text(callback)
    local out = { ('local %s = callback "%s" {'):format(callback.name, callback.name) }
    line(out, "order", callback.order)
    if callback.within then line(out, "within", nodes_text(callback.within)) end
    scopes(out, callback)
    for _, key in ipairs(callback.keys) do
        local name = key.key:match("^[%w_]+$") or ('["%s"]'):format(key.key)
        local body = body_text(key.body, "    ")
        line(out, name, key.order and ("{ order = %d, %s }"):format(key.order, body) or body)
    end
    out[#out + 1] = "}"
    return table.concat(out, "\n")
end

function write.spec(g)
    local out = {}
    for _, loop in ipairs(g.loops) do out[#out + 1] = loop_text(loop) end
    for _, callback in ipairs(g.callbacks) do out[#out + 1] = callback_text(callback) end
    local state = #g.state > 0 and ", state = " .. fields_text(g.state) or ""
    out[#out + 1] = ('return trainer "%s" { %s%s }\n'):format(g.name, table.concat(g.entries, ", "), state)
    return table.concat(out, "\n\n")
end

return write

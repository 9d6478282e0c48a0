-- What is said of a name when somebody points at it: hover.at(index, offset) -> text in Markdown, first, last; or nil.

local documentation = require "gen.editor.documentation"
local explain = require "gen.views.explain"
local spec_tree = require "gen.tree.spec_tree"
local structure = require "gen.editor.structure"
local vocabulary = require "gen.spec.vocabulary"

local hover = {}

local function code(text) return "```c\n" .. text .. "\n```" end

local function join(parts) return table.concat(parts, "\n\n") end

-- Who reads and who writes a field, in the order of the trainer.
local function uses_of(unit, field, out)
    local readers, writers = {}, {}
    for _, source in ipairs(spec_tree.sources(unit.trainer)) do
        for _, use in ipairs(source.uses or {}) do
            if use.field == field and use.read then readers[#readers + 1] = source.full end
            if use.field == field and use.write then writers[#writers + 1] = source.full end
        end
    end
    if #writers > 0 then out[#out + 1] = "written by " .. table.concat(writers, ", ") end
    if #readers > 0 then out[#out + 1] = "read by " .. table.concat(readers, ", ") end
end

local function of_field(index, field)
    local sizes = {}
    for i, size in ipairs(field.dims) do sizes[i] = ("[%d]"):format(size) end
    local out = { code(("%s%s %s"):format(field.type, table.concat(sizes), field.full)) }
    out[#out + 1] = field.doc
    local remarks = {}
    if field.flag then remarks[#remarks + 1] = "option --" .. field.flag end
    for _, key in ipairs { "settable", "report", "const" } do
        if field[key] then remarks[#remarks + 1] = key end
    end
    if field.life ~= "state" then remarks[#remarks + 1] = ("a field of `%s`"):format(field.life) end
    if type(field.default) == "number" then remarks[#remarks + 1] = ("%.9g at the start"):format(field.default) end
    if #remarks > 0 then out[#out + 1] = table.concat(remarks, "; ") end
    uses_of(index.unit, field, out)
    return join(out)
end

local function name_of(item) return item.source.full end

-- The steps of a unit in their order, with the index of each in the list.
local function steps_of(unit)
    local out = {}
    for i, item in ipairs(unit.list) do
        if item.op == "step" then out[#out + 1] = { item = item, index = i } end
    end
    return out
end

local function of_node(index, node)
    local out = { ("**%s** order %d"):format(node.full, node.order), node.doc }
    local steps = steps_of(index.unit)
    for k, step in ipairs(steps) do
        if step.item.source == node then
            local before, after = steps[k - 1], steps[k + 1]
            out[#out + 1] = ("step %d of %d%s%s"):format(k, #steps, before and ", after " .. name_of(before.item) or "",
                after and ", before " .. name_of(after.item) or "")
            for _, remark in ipairs(explain.remarks(index.unit.list, step.item)) do out[#out + 1] = remark end
        end
    end
    for i, insertion in ipairs(node.insertions) do
        out[#out + 1] = ("%d. %s %s runs on it"):format(i, insertion.kind == "loop" and "loop" or "callback",
            insertion.what.full or insertion.what.name)
    end
    return join(out)
end

local function expression(value) return type(value) == "table" and value.text or tostring(value) end

local function of_loop(index, loop)
    local out = { ("**%s %s**"):format(loop.kind, loop.name), loop.doc }
    if loop.times then out[#out + 1] = "times " .. expression(loop.times) end
    if loop.done then out[#out + 1] = "until " .. expression(loop.done) end
    local seen, places = {}, {}
    for _, item in ipairs(index.unit.list) do
        local instance = item.instance
        if instance and instance.loop == loop and not seen[instance] then
            seen[instance] = true
            places[#places + 1] = instance.on and instance.on.full
        end
    end
    if #places > 0 then out[#out + 1] = "runs on " .. table.concat(places, ", ") end
    return join(out)
end

-- The steps whose body is the C text around an offset.
local function steps_at(index, offset)
    local file, unit, out = index.files[1], index.unit, {}
    local text = unit and structure.text_at(file.structure, offset)
    if not text then return out end
    for _, item in ipairs(unit.list) do
        local body = item.op == "step" and item.source.body
        if body and body.text == text.value:gsub("^\r?\n", "") then out[#out + 1] = item end
    end
    return out
end

local function of_signal(index, offset, word)
    local entry = vocabulary.find(vocabulary.signals, word)
    local out, seen = { entry[2] }, {}
    for _, item in ipairs(steps_at(index, offset)) do
        for _, text in ipairs(explain.remarks(index.unit.list, item)) do
            local wanted = word == "fail" and text:find "^a failure" or text:find("$" .. word, 1, true)
            if wanted and not seen[text] then
                out[#out + 1] = ("%s: %s"):format(item.source.full, text)
                seen[text] = true
            end
        end
    end
    return join(out)
end

local function of_word(index, word, frame)
    for _, entry in ipairs(frame and documentation.keys(frame) or {}) do
        if entry[1] == word then return ("**%s** %s\n\n%s"):format(entry[1], entry[2], entry[3]) end
    end
    local entry = documentation.word(word)
    if entry then return code(entry[2]) .. "\n\n" .. entry[3] end
    for _, known in ipairs(documentation.functions(index.unit)) do
        if known.name == word then return code(known.declaration) .. "\n\n" .. known.doc end
    end
end

local function of_target(index, target)
    local object = target and index.unit and index:object(target)
    if not object then return nil end
    if target.kind == "field" then return of_field(index, object) end
    return target.kind == "node" and of_node(index, object) or of_loop(index, object)
end

function hover.at(index, offset)
    local file = index.files[1]
    local symbol, target = index:at(offset)
    if symbol then
        local text = of_target(index, target)
        if text then return text, symbol.first, symbol.last end
    end
    local first = #file.text:sub(1, offset - 1):match "^(.-)[%w_]*$" + 1
    local word = file.text:match("^[%a_][%w_]*", first)
    if not word then return nil end
    local last = first + #word - 1
    if file.text:sub(first - 1, first - 1) == "$" and vocabulary.find(vocabulary.signals, word) then
        return of_signal(index, offset, word), first - 1, last
    end
    return of_word(index, word, structure.frame_at(file.structure, offset)), first, last
end

return hover

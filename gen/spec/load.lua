-- load: runs the spec in the sandbox.
--
-- In:  unit.path. Out: unit.spec, the trainer as the words of the spec made it (see dsl.lua), unit.sources, the Lua
-- files that were read: name -> { path, text, index }, unit.files, their paths in order.
-- Files are named from the spec's folder ("digits.lua", "lib/passes.lua"), so that the emitted text does not depend
-- on the path by which the spec was reached.

local constants = require "gen.spec.constants"
local dsl = require "gen.spec.dsl"
local host = require "host"
local nearest = require "gen.base.nearest"
local other_names = require "gen.spec.other_names"
local sandbox = require "gen.spec.sandbox"
local source = require "gen.spec.source"
local vocabulary = require "gen.spec.vocabulary"

local load = {}

local function add_source(unit, name, path, text)
    unit.files[#unit.files + 1] = path
    unit.sources[name] = { path = path, text = text, index = #unit.files }
end

-- A file as an editor has it, not saved yet; else as it is on the disk.
local function read(unit, path)
    local open = unit.options.open_files and unit.options.open_files[path]
    if open then return open end
    return host.read(path)
end

-- A text without the mark that some editors put at the beginning of a UTF-8 file.
local function without_mark(text) return (text:gsub("^\239\187\191", "")) end

-- The text of a module: beside the spec, or loopc's own (`loopc.x` is gen/lib/x.lua). Our own is not a source of the spec: what
-- goes wrong in it is shown where the spec calls it.
local function find_module(unit, module)
    local name = module:gsub("%.", "/") .. ".lua"
    local own = module:match("^loopc%.(.+)$")
    if own then
        local path = "gen/lib/" .. own:gsub("%.", "/") .. ".lua"
        return host.script(path), "@" .. path
    end
    local path = unit.folder .. name
    local text = read(unit, path)
    if text then add_source(unit, name, path, text) end
    return text, "=" .. name
end

-- Errors of `require` travel through the spec as values of ours: value -> { id, at, name, ... }.
local raised = setmetatable({}, { __mode = "k" })

-- The line of `name` in the file that is being loaded. Of a tail call (return require "x") nothing is left on the stack:
-- then it is looked for in the text.
local function place_in(unit, file, name)
    local at = dsl.here()
    if at.file == file then return at end
    local line, lines = source.line_of(unit.sources[file], name, 1)
    return lines and { file = file, line = line } or unit.sources[at.file] and at or { file = file, line = 1 }
end

local function raise(id, at, name, ...)
    local value = {}
    raised[value] = { id, at, name, ... }
    error(value)
end

local function is_module_name(module)
    return type(module) == "string" and ("." .. module):match("^[%w_%-%.]+$") and not ("." .. module .. "."):find("..", 1, true)
end

-- The spec's `require`: each module once, in the spec's own environment. `trail` lists the files that are being loaded, as modules and as
-- files.
local function requirer(unit, environment)
    local loaded, trail, files = {}, { (unit.name:gsub("%.lua$", "")) }, { unit.name }
    local function fail(id, module, ...) raise(id, place_in(unit, files[#files], module), module, ...) end
    local function check_circle(module)
        for i, name in ipairs(trail) do
            if name == module then fail("require_cycle", module, table.concat(trail, " -> ", i) .. " -> " .. module) end
        end
    end
    return function(module)
        if not is_module_name(module) then fail("require_name", tostring(module), tostring(module)) end
        if loaded[module] ~= nil then return loaded[module] end
        check_circle(module)
        local text, chunk = find_module(unit, module)
        if not text then fail("require_missing", module, module) end
        trail[#trail + 1], files[#files + 1] = module, chunk:sub(2)
        local ok, value = host.sandbox(without_mark(text), chunk, environment)
        trail[#trail], files[#files] = nil, nil
        if not ok then error(value) end
        loaded[module] = value == nil and true or value
        return loaded[module]
    end
end

-- Names of Lua that a spec lacks: testing for them is not an error.
local absent = {}
for name in ("arg bit32 collectgarbage coroutine debug dofile io jit load loadfile loadstring module newproxy os package "
    .. "setfenv getfenv unpack warn"):gmatch("%S+") do absent[name] = true end

-- Notes the first place at which the spec asks for each global that does not exist.
local function note_unknown(environment)
    local asked = {}
    return asked, setmetatable(environment, { __metatable = false, __index = function(_, name)
        if type(name) ~= "string" or absent[name] or asked[name] then return nil end
        asked[name] = dsl.here()
        asked[#asked + 1] = name
    end })
end

-- Types as C calls them -> ours.
local types_of_c = { int = "i32", long = "i64", unsigned = "u32", size_t = "u64", char = "str" }
for _, scalar in ipairs(vocabulary.scalars) do types_of_c[scalar[2]] = scalar[1] end

-- Visits the names of local variables in a text; those of functions, too.
local function each_local(file, visit)
    for names in (file and file.text or ""):gmatch("%f[%w_]local%s+([%w_,%s]+)[=(]") do
        for name in names:gsub("^function%s", ""):gmatch("[%a_][%w_]*") do visit(name) end
    end
end

-- "; did you mean 'loop'?": words of a spec, and variables of the file.
local function suggest(environment, name, file)
    if types_of_c[name] then return nearest.question { types_of_c[name] } end
    local names = {}
    for word in next, environment do names[#names + 1] = word end
    each_local(file, function(word) names[#names + 1] = word ~= name and word or nil end)
    table.sort(names)
    return nearest.suggest(name, names)
end

local function warn_unknown(unit, environment, asked)
    for _, name in ipairs(asked) do
        if asked[name] then
            unit.diags:add("unknown_global", asked[name], name, name, suggest(environment, name, unit.sources[asked[name].file]), types_of_c[name]
                and "fields are f32, f64, i32, i64, u32, u64, bool or str"
                or "the name of a local variable counts only below its `local`")
        end
    end
end

-- The last line of a text that is not blank.
local function last_line(text)
    local _, count = text:gsub("%s+$", ""):gsub("\n", "\n")
    return count + 1
end

-- The place of an error: for an unclosed construct, its beginning. The place of a tail call is unknown: it is the spec's last
-- line, return trainer "name" { ... }.
local function place_of(unit, failure)
    if failure.line and unit.sources[failure.file] then
        local begun = failure.syntax and failure.text:match("^unfinished .*%(starting at line (%d+)%)")
        return { file = failure.file, line = math.tointeger(begun) or failure.line }
    end
    return { file = unit.name, line = last_line(unit.sources[unit.name].text) }
end

local function report_limit(unit, failure)
    local bound = failure.limit == "memory" and failure.bound >> 20 or failure.bound
    unit.diags:add("limit_" .. failure.limit, place_of(unit, failure), nil, bound)
end

local statements = { ["return"] = true, ["local"] = true, ["function"] = true, ["end"] = true }

-- C such as $w[$index[0]] ends the Lua text around it. The nearest line with it, from the one of an error on upwards, or nil.
local function index_in_index(unit, failure)
    local file, lines = unit.sources[failure.file], {}
    if not file or not failure.line then return nil end
    for line in (file.text .. "\n"):gmatch("([^\n]*)\n") do lines[#lines + 1] = line end
    for number = failure.line, math.max(1, failure.line - 3), -1 do
        if (lines[number] or ""):find("%$[%w_.]+%s*%[[^%[%]]*%[[^%]]*%]%]") then return number end
    end
end

local habits_of_c = { ["//"] = "a comment of Lua begins with --", ["!"] = "Lua writes ~= and not",
    ["}"] = "is a ) or a value missing before it?" }

-- "puts("x");": the second quote ends the string.
local function quote_in_quotes(unit, failure, near)
    local text = unit.sources[failure.file] and unit.sources[failure.file].text
    return text and near and near:find("^[%w_]+$") and text:find('"[%w_%s]+%("' .. near)
end

-- Reports a syntax error: the token that is missing, and the name under the caret.
local function report_syntax(unit, failure, first)
    local near = first:match("near '(.*)'$")
    local missing = first:match("^'([%)}])' expected")
    local hint, ended = first:find("^unexpected symbol") and habits_of_c[near] or "the spec is a Lua 5.4 file", index_in_index(unit, failure)
    if ended then
        return unit.diags:add("syntax", { file = failure.file, line = ended }, "]]", first,
            "]] ends the text that [[ begins: write [=[ ... ]=] around C in which an index has an index")
    end
    if quote_in_quotes(unit, failure, near) then hint = "C with quotes is written in [[ ... ]]"
    elseif first:find("^unfinished long") then near, hint = "[[", "it ends with ]]"
    elseif missing == "}" and near and near:match("^[%a_]") and not statements[near] then hint = "is a comma missing before it?"
    elseif missing then hint = ("is a %s missing before it?"):format(missing) end
    unit.diags:add("syntax", place_of(unit, failure), near, first, hint)
end

-- A local variable is not there yet in its own line: local A = loop "A" { call_on = { A.on_x } }.
local function is_declared_here(file, name)
    local found = false
    each_local(file, function(word) found = found or word == name end)
    return found
end

local function hint_for_global(file, global)
    if absent[global] then return "of Lua's libraries a spec has string, table, math and utf8; require takes modules beside it" end
    if file and file.text:find("%f[%w_]" .. global .. ":%s") then return ("an entry of a table is written %s = value"):format(global) end
    return other_names.of("global", global)
        or is_declared_here(file, global) and "the name of a local variable counts only below its `local`" or ""
end

-- The spec did not end well. A name without a value that the error is about is named in it, and needs no warning.
local function report(unit, environment, asked, failure)
    if failure.limit then return report_limit(unit, failure) end
    local ours = raised[failure.value]
    if ours then return unit.diags:add(table.unpack(ours)) end
    local first = failure.text:match("^[^\n]*")
    if failure.syntax then return report_syntax(unit, failure, first) end
    local global = first:match("%(global '([%w_]+)'%)$")
    local name, file = global or first:match("'([%w_]+)'"), unit.sources[failure.file]
    unit.diags:add("lua_error", place_of(unit, failure), name, first, global
        and suggest(environment, global, file) or "", global and hint_for_global(file, global) or "")
    if global then asked[global] = nil end
end

function load.run(unit)
    local text, why = read(unit, unit.path)
    if not text then
        unit.diags:add("no_file", { file = unit.path }, nil, why:match(": (.*)$") or why)
        return
    end
    text = assert(constants.set(text, unit.options.constants or {}))
    add_source(unit, unit.name, unit.path, text)
    local environment = dsl.words(sandbox.environment())
    environment.require = requirer(unit, environment)
    local asked = note_unknown(environment)
    local ok, result = host.sandbox(without_mark(text), "=" .. unit.name, environment, unit.options.limits or {})
    if not ok then report(unit, environment, asked, result) end
    warn_unknown(unit, environment, asked)
    if not ok then return end
    sandbox.make_plain({ result, dsl.about }, dsl.metatables)
    if dsl.kind(result) ~= "trainer" then
        local what = dsl.kind(result) and "a " .. dsl.kind(result) or result == nil and "nothing" or "a " .. type(result)
        return unit.diags:add("no_trainer", { file = unit.name, line = last_line(text) }, "return", what)
    end
    unit.spec = result
end

return load

-- The Python package of `loopc build --python`: a folder with the step form as a shared library, and the modules of templates/python.
--
-- A spec with one data set that it requires, of which it learns classes or values, has a classifier or a regressor for scikit-learn,
-- too: that runs the trainer, which is a program in the folder.
--
--   python_package.options(unit options)       those with which the spec is compiled: a library in the step form
--   python_package.write(unit, arguments, folder, recompile, program)   whether it compiled; prints the errors. program() is the same
--                                              spec, compiled to a program

local cli = require "gen.cli.cli"
local host = require "host"
local spec_tree = require "gen.tree.spec_tree"
local toolchain = require "gen.build.toolchain"

local python_package = {}

-- Words of Python that no module may be called; `state` is a module of the package itself.
local reserved = {}
for word in ("False None True and as assert async await break class continue def del elif else except finally for from global if import " ..
    "in is lambda nonlocal not or pass raise return try while with yield"):gmatch "%S+" do reserved[word] = true end

function python_package.check_name(folder)
    local name = folder:match "([^/]*)/*$"
    if not name:match "^[%a_][%w_]*$" or reserved[name] then
        cli.usage(("'%s' cannot be imported: it is no name in Python"):format(name), "-o FOLDER names the package")
    end
    return name
end

-- The names of fields that can be set and read, the first of many.
local function fields_of(unit)
    local out, most = {}, 12
    for _, field in ipairs(unit.trainer.fields or {}) do out[#out + 1] = field.name end
    local more = #out > most and ", ..." or ""
    return #out == 0 and "none" or table.concat(out, ", ", 1, math.min(#out, most)) .. more
end

local function put(path, text)
    local ok, message = host.write(path, text)
    if not ok then cli.fail(message, nil, 1) end
end

-- Backslashes and quotes would end the text of a module.
local function plain(text) return (text:gsub('[\\"]', "'")) end

local function init_of(unit, name)
    local holes = { NAME = name, STRUCT = unit.struct, FIELDS = fields_of(unit),
        DOC = plain(unit.trainer.doc or ("The trainer %s."):format(unit.trainer.name)) }
    return (assert(host.template "python/init.py.in"):gsub("@(%u+)@", holes))
end

local function all_names(columns)
    for _, column in ipairs(columns) do
        if type(column) ~= "string" then return false end
    end
    return true
end

-- Names of the columns that are predicted, in the tables that fit writes: those of the spec, or any with the flag that says so.
local function answers_of(data)
    local label, targets = data.parameters.label, data.parameters.targets
    if type(targets) == "table" and all_names(targets) then return targets end
    if not targets and type(label) == "string" and label ~= "last" and label ~= "first" then return { label } end
    local out = {}
    for i = 1, not targets and 0 or type(targets) == "table" and #targets or targets do out[i] = "y" .. i end
    if targets then return out, ("--%s-targets=%s"):format(data.flag, table.concat(out, ",")) end
    return { "label" }, ("--%s-label=label"):format(data.flag)
end

-- The estimator of a spec, { kind, data, answers, role }: of the only data set that is required, with a label or targets, of which a net is
-- trained. Else nil.
local function estimator_of(trainer)
    local data
    for _, field in ipairs(spec_tree.fields_of_type(trainer, "dataset")) do
        if field.parameters.required then
            if data or not field.flag or field.parameters.label == false then return nil end
            data = field
        end
    end
    local kind = data and (data.parameters.targets and "Regressor" or "Classifier")
    for _, net in ipairs(data and spec_tree.fields_of_type(trainer, "mlp") or {}) do
        if net.parameters.data == data and (kind == "Regressor" or net.parameters.loss ~= "squared_error") then
            local answers, role = answers_of(data)
            return { kind = kind, data = data, answers = answers, role = role }
        end
    end
end

-- The options of the trainer as parameters: { name, flag, doc }; the seed first.
local function parameters_of(trainer, data)
    local out, seen = { { name = "seed", flag = "seed", doc = "of all random streams" } }, { seed = true }
    for _, field in ipairs(spec_tree.fields(trainer)) do
        local name = field.flag and field.flag:gsub("%W", "_")
        if name and field ~= data and field.scalar and #field.dims == 0 and not seen[name] and not reserved[name] then
            seen[name] = true
            out[#out + 1] = { name = name, flag = field.flag, doc = field.doc }
        end
    end
    return out
end

local function joined(parameters, form, between)
    local out = {}
    for i, one in ipairs(parameters) do
        out[i] = form:gsub("@(%l+)", { name = one.name, flag = one.flag, doc = one.doc and (" (%s)"):format(plain(one.doc)) or "" })
    end
    return table.concat(out, between)
end

local function quoted(names)
    local out = {}
    for i, name in ipairs(names) do out[i] = ('"%s"'):format((name:gsub('[\\"]', "\\%0"))) end
    return table.concat(out, ", ")
end

local function learner_of(unit, name, estimator)
    local data, parameters = estimator.data, parameters_of(unit.trainer, estimator.data)
    local holes = { NAME = name, STRUCT = unit.struct, PROGRAM = unit.trainer.name, DATA = data.flag,
        ANSWERS = quoted(estimator.answers), ROLE = quoted { estimator.role },
        KIND = estimator.kind, LOWER = estimator.kind:lower(),
        ARGUMENTS = joined(parameters, "@name=None", ", "), FLAGS = joined(parameters, '"@name": "@flag"', ", "),
        STORE = joined(parameters, "        self.@name = @name", "\n"),
        PARAMETERS = joined(parameters, "@name@doc", ", "), DOC = plain(unit.trainer.doc or ("The trainer %s."):format(unit.trainer.name)) }
    return (assert(host.template "python/learner.py.in"):gsub("@(%u+)@", holes))
end

-- The trainer beside the library, and the modules of the estimator. Returns whether it compiled.
local function add_estimator(unit, arguments, folder, name, estimator, program)
    put(folder .. "/estimator.py", assert(host.template "python/estimator.py"))
    put(folder .. "/learner.py", learner_of(unit, name, estimator))
    arguments.shared = nil
    local place = assert(host.tempdir())
    local path = ("%s/_%s_trainer"):format(folder, unit.struct)
    local ok = toolchain.build(program, arguments, ("%s/%s.c"):format(place, unit.struct), path, function() return program.text end)
    host.remove(place)
    return ok
end

function python_package.options(options)
    options.step, options.lib, options.header = true, true, "library.h"
    return options
end

-- The class is imported when it is asked for.
local function import_of(name, estimator)
    local holes = { NAME = name, KIND = estimator.kind, LOWER = estimator.kind:lower() }
    return (assert(host.template "python/estimator.py.in"):gsub("@(%u+)@", holes))
end

function python_package.write(unit, arguments, folder, recompile, program)
    local name = python_package.check_name(folder)
    local place, message = host.tempdir()
    if not place then cli.fail(message, nil, 1) end
    put(place .. "/library.h", unit.header)
    arguments.shared = place
    local library = place .. "/library.so"
    local ok = toolchain.build(unit, arguments, place .. "/library.c", library, function(again, options)
        return recompile(again, python_package.options(options))
    end)
    if ok then
        local made, why = host.mkdirs(folder)
        if not made then cli.fail(why, nil, 1) end
        put(("%s/_%s.so"):format(folder, unit.struct), assert(host.read(library)))
        local estimator = estimator_of(unit.trainer)
        put(folder .. "/__init__.py", init_of(unit, name) .. (estimator and import_of(name, estimator) or ""))
        if estimator then ok = add_estimator(unit, arguments, folder, name, estimator, program()) end
        put(folder .. "/state.py", assert(host.template "python/state.py"))
    end
    host.remove(place)
    return ok
end

return python_package

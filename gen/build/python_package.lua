-- The Python package of `loopc build --python`: a folder with the step form as a shared library, and the modules of templates/python.
--
-- A spec with one data set that it requires, of which it learns classes, has a classifier for scikit-learn, too: that runs the trainer,
-- which is a program in the folder.
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

-- The data set of a classifier: the only one that is required, with a label, of which a net is trained. Else nil.
local function classified(trainer)
    local data
    for _, field in ipairs(spec_tree.fields_of_type(trainer, "dataset")) do
        if field.parameters.required then
            if data or not field.flag or field.parameters.targets or field.parameters.label == "none" then return nil end
            data = field
        end
    end
    for _, net in ipairs(data and spec_tree.fields_of_type(trainer, "mlp") or {}) do
        if net.parameters.data == data and net.parameters.loss ~= "squared_error" then return data end
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

-- The label's column in the tables that fit writes: the one that the spec names, or any.
local function label_of(data)
    local label = data.parameters.label
    return type(label) == "string" and label ~= "last" and label ~= "first" and label or "label"
end

local function classifier_of(unit, name, data)
    local parameters = parameters_of(unit.trainer, data)
    local holes = { NAME = name, STRUCT = unit.struct, PROGRAM = unit.trainer.name, DATA = data.flag, LABEL = label_of(data), ARGUMENTS = joined(parameters, "@name=None", ", "),
        FLAGS = joined(parameters, '"@name": "@flag"', ", "), STORE = joined(parameters, "        self.@name = @name", "\n"),
        PARAMETERS = joined(parameters, "@name@doc", ", "), DOC = plain(unit.trainer.doc or ("The trainer %s."):format(unit.trainer.name)) }
    return (assert(host.template "python/classifier.py.in"):gsub("@(%u+)@", holes))
end

-- The trainer beside the library, and the modules of the classifier. Returns whether it compiled.
local function add_classifier(unit, arguments, folder, name, data, program)
    put(folder .. "/estimator.py", assert(host.template "python/estimator.py"))
    put(folder .. "/classifier.py", classifier_of(unit, name, data))
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

local function estimator_of(name) return (assert(host.template "python/estimator.py.in"):gsub("@NAME@", name)) end

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
        local data = classified(unit.trainer)
        put(folder .. "/__init__.py", init_of(unit, name) .. (data and estimator_of(name) or ""))
        if data then ok = add_classifier(unit, arguments, folder, name, data, program()) end
        put(folder .. "/state.py", assert(host.template "python/state.py"))
    end
    host.remove(place)
    return ok
end

return python_package

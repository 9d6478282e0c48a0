-- The Python package of `loopc build --python`: a folder with the step form as a shared library, and the modules of templates/python.
--
--   python_package.options(unit options)       those with which the spec is compiled: a library in the step form
--   python_package.write(unit, arguments, folder, recompile)   whether it compiled; prints the errors

local cli = require "gen.cli.cli"
local host = require "host"
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

function python_package.options(options)
    options.step, options.lib, options.header = true, true, "library.h"
    return options
end

function python_package.write(unit, arguments, folder, recompile)
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
        put(folder .. "/__init__.py", init_of(unit, name))
        put(folder .. "/state.py", assert(host.template "python/state.py"))
    end
    host.remove(place)
    return ok
end

return python_package

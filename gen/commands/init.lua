-- loopc init: a commented spec and a Makefile to begin with, from templates/init.

local cli = require "gen.cli.cli"
local host = require "host"
local vocabulary = require "gen.spec.vocabulary"

local init = {
    name = "init",
    summary = "Writes a commented spec and a Makefile to begin with",
    usage = "NAME [FOLDER]",
    least = 1,
    most = 2,
    text = "Writes NAME.lua and Makefile in FOLDER (default: the working folder); files that are there stay as they are.",
}

-- Replaces the holes of a template: @NAME@.
local function fill(template, name) return (assert(host.template(template)):gsub("@NAME@", name)) end

function init.run(arguments)
    local name, folder = arguments[1], arguments[2] and arguments[2] .. "/" or ""
    local why = vocabulary.bad_name(name)
    if why then cli.usage(("'%s' is not a valid name for a trainer: %s"):format(name, why), "letters, digits and _, not beginning with a digit") end
    local files = { { folder .. name .. ".lua", fill("init/spec.lua", name) },
        { folder .. "Makefile", fill("init/Makefile", name) } }
    for _, file in ipairs(files) do
        if host.exists(file[1]) then cli.fail(("'%s' exists already"):format(file[1]), "loopc init overwrites nothing", 1) end
    end
    local ok, message = true, nil
    if folder ~= "" then ok, message = host.mkdirs(folder) end
    for _, file in ipairs(files) do
        if ok then ok, message = host.write(file[1], file[2]) end
        if not ok then cli.fail(message, nil, 1) end
        cli.note("wrote " .. file[1])
    end
    cli.note(("next: loopc run %s"):format(files[1][1]))
    return 0
end

return init

-- loopc init: a commented spec and a Makefile to begin with, from templates/init.

local cli = require "gen.cli.cli"
local host = require "host"
local json_read = require "gen.base.json_read"
local table_spec = require "gen.views.table_spec"
local vocabulary = require "gen.spec.vocabulary"

local init = {
    name = "init",
    summary = "Writes a commented spec and a Makefile to begin with",
    usage = "NAME [FOLDER]",
    least = 1,
    most = 2,
    text = "Writes NAME.lua and Makefile in FOLDER (default: the working folder); files that are there stay as they are.\n" ..
        "With --data the spec learns the rows of a file, and is ready to run: --label names the column\n" ..
        "of a class (default: the last one), --target columns of values.",
    options = {
        { "--data", "FILE", "a table: CSV in its dialects, .npy, .npz, IDX, libsvm; or samples and answers, FILE,FILE" },
        { "--label", "COLUMN", "the class: a name of the header, or a number from 1" },
        { "--target", "COLUMN,...", "the values: names, or numbers from 1" },
        { "--ignore", "COLUMN,...", "columns that are left out" },
    },
}

-- The output of loopc-read for a file, or nil and its message.
local function read_table(file, options)
    local program = assert(host.exe()):gsub("[^/]*$", "loopc-read")
    if not host.exists(program) then cli.fail("loopc-read is not there: it belongs beside loopc", nil, 1) end
    local status, out, message = host.run { program, file, table.unpack(options) }
    if status ~= 0 then return nil, message or out end
    return assert(json_read.parse(out))
end

-- A message of loopc-read in our form: its second line is a hint.
local function refuse(message)
    local text, hint = message:match("^(.-)\n(.*)$")
    local function in_our_words(words)
        return (words:gsub("%s+$", ""):gsub("%-%-DATA%-targets", "--target"):gsub("%-%-DATA%-", "--"):gsub("%-%-DATA", "--data"))
    end
    hint = in_our_words((hint or ""):gsub("^hint: ", ""))
    cli.fail(in_our_words(text or message), hint ~= "" and hint or nil)
end

-- Text that is not a class of its own is looked at as numbers: the plan decides how it is used. A file in which answers
-- are missing is read without their rows.
local function look_at(arguments)
    local options = { "text=number" }
    for _, key in ipairs { "label", "ignore" } do
        if arguments[key] then options[#options + 1] = key .. "=" .. arguments[key] end
    end
    if arguments.target then options[#options + 1] = "targets=" .. arguments.target end
    options[#options + 1] = "missing=median"
    local found, message = read_table(arguments.data, options)
    if found then return found end
    options[#options] = "missing=drop"
    found = read_table(arguments.data, options)
    if not found then refuse(message) end
    found.dropped = true
    return found
end

-- A label with as many values as this and no name is more likely a measurement.
local most_classes = 30

local function check_classes(arguments, found)
    for _, column in ipairs(arguments.label and {} or found.table.columns) do
        if column.role == "label" and column.kind == "number" and #found.counts > most_classes then
            cli.fail(("the last column, '%s', has %d different values"):format(column.name, #found.counts),
                ("--target %s predicts values; --label %s takes them for classes"):format(column.name, column.name))
        end
    end
end

-- The spec for a table.
local function spec_for(arguments, name)
    if arguments.label and arguments.target then cli.usage("either --label or --target", "a class, or values") end
    local found = look_at(arguments)
    check_classes(arguments, found)
    found.name, found.file = name, arguments.data
    local holes, why, hint = table_spec.holes(found)
    if not holes then cli.fail(why, hint) end
    for _, text in ipairs(holes.NOTES) do cli.note(text) end
    return table_spec.text(assert(host.template("init/table.lua.in")), holes)
end

-- Replaces the holes of a template: @NAME@.
local function fill(template, name) return (assert(host.template(template)):gsub("@NAME@", name)) end

function init.run(arguments)
    local name, folder = arguments[1], arguments[2] and arguments[2] .. "/" or ""
    local why = vocabulary.bad_name(name)
    if why then cli.usage(("'%s' is not a valid name for a trainer: %s"):format(name, why), "letters, digits and _, not beginning with a digit") end
    if not arguments.data and (arguments.label or arguments.target or arguments.ignore) then
        cli.usage("--label, --target and --ignore are about the file of --data", "--data FILE")
    end
    local files = { { folder .. name .. ".lua", arguments.data and spec_for(arguments, name) or fill("init/spec.lua", name) },
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

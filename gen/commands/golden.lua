-- loopc golden: runs the command lines of a folder of cases and compares their output with the files kept there.
--
-- A case is a folder with a file `cmd`; each of its lines is a command line and the file that keeps its output:
--     loopc gen spec.lua > spec.c
-- It runs in that folder, without a shell (words are split at blanks). The file holds standard output; if there is
-- any, a line "--- standard error" and standard error; if it is not 0, a line "--- exit code N". A command line that is to fail
-- has a "!" in front; of any other --update keeps no failure, unless the file has one already.
-- Whatever else lies in the folder must be an input (a .lua or .h file, or a word of a command line): files that no command line
-- keeps, folders of files without cmd, and command lines without their spec are orphans and fail.

local cli = require "gen.cli.cli"
local diff = require "gen.base.diff"
local host = require "host"

local golden = {
    name = "golden",
    summary = "Compares the output of loopc with golden files, or updates them",
    usage = "FOLDER... [--update]",
    least = 1,
    most = math.huge,
    options = {
        { "--update", nil, "write the present output into the files; refused when CI is set" },
    },
    text = [[
A case is a folder with a file "cmd" of lines such as
  loopc gen spec.lua > spec.c
Each is run in its folder and compared with the file it names; "! loopc ..." is to fail. Files that no line keeps or names are an error.]],
}

-- One line of a cmd file: { words = argv behind "loopc", file = where the output is kept, fails = whether
-- it is to fail }, or nil.
local function parse_line(line)
    local fails, command, file = line:match("^%s*(!?)%s*loopc%s+(.-)%s*>%s*(%S+)%s*$")
    if not command then return nil end
    local words = {}
    for word in command:gmatch("%S+") do words[#words + 1] = word end
    return { words = words, file = file, fails = fails == "!" }
end

local function read_case(folder)
    local case = { folder = folder, runs = {}, problems = {} }
    local number = 0
    for line in (host.read(folder .. "/cmd") .. "\n"):gmatch("(.-)\r?\n") do
        number = number + 1
        local run = parse_line(line)
        if run then case.runs[#case.runs + 1] = run
        elseif line:match("^%s*[^%s#]") then
            table.insert(case.problems, ("cmd:%d is not of the form: loopc ... > FILE"):format(number))
        end
    end
    if #case.runs == 0 then table.insert(case.problems, "cmd holds no command line") end
    return case
end

-- The cases under a folder, in the order of their names.
local function find_cases(folder, cases)
    if host.exists(folder .. "/cmd") then
        cases[#cases + 1] = read_case(folder)
        return cases
    end
    local orphans = {}
    for _, name in ipairs(assert(host.list(folder))) do
        if host.isdir(folder .. "/" .. name) then find_cases(folder .. "/" .. name, cases)
        elseif not name:match("^README") then orphans[#orphans + 1] = "no cmd file keeps " .. name end
    end
    if #orphans > 0 then cases[#cases + 1] = { folder = folder, runs = {}, problems = orphans } end
    return cases
end

-- Files of the case that nothing asks for, specs that are not there.
local function find_orphans(case)
    local known = { cmd = true }
    for _, run in ipairs(case.runs) do
        known[run.file] = true
        for _, word in ipairs(run.words) do
            known[word] = true
            if word:match("%.lua$") and not host.exists(case.folder .. "/" .. word) then
                table.insert(case.problems, ("the spec %s is not there: %s is an orphan"):format(word, run.file))
            end
        end
    end
    for _, name in ipairs(host.list(case.folder) or {}) do
        local input = name:match("%.lua$") or name:match("%.h$") or host.isdir(case.folder .. "/" .. name)
        if not known[name] and not input then
            table.insert(case.problems, ("no line of cmd keeps %s"):format(name))
        end
    end
end

local function output_of(case, run)
    local status, out, err = host.run { assert(host.exe()), cwd = case.folder, env = { "LC_ALL=C", "NO_COLOR=1" },
        table.unpack(run.words) }
    if not status then return nil, out end
    local parts = { out }
    if err ~= "" then parts[#parts + 1] = "--- standard error\n" .. err end
    if status ~= 0 then parts[#parts + 1] = ("--- exit code %d\n"):format(status) end
    return table.concat(parts), status, err
end

local function keeps_failure(text) return text ~= nil and ("\n" .. text):find("\n%-%-%- exit code %d+\n$") ~= nil end

-- Why an output is not to be kept, or nil.
local function refusal(run, old, status, err)
    if run.fails and status == 0 then return run.file .. ': its command line begins with "!", and does not fail' end
    if status == 0 or run.fails or keeps_failure(old) then return nil end
    local message = err:match("[^\n]*error: ([^\n]*)") or err:match("[^\n]+") or ""
    return ('%s is not written: its command ends with exit code %d: %s\nA "!" before it in cmd keeps the output of a failure.'):format(
        run.file, status, message)
end

-- Compares or updates one file. Returns an error, or nil.
local function settle(case, run, update)
    local path = case.folder .. "/" .. run.file
    local text, status, err = output_of(case, run)
    if not text then return status end
    local old = host.read(path)
    if old == text then return nil end
    if update then
        local why_not = refusal(run, old, status, err)
        if why_not then return why_not end
        local ok, why = host.write(path, text)
        if ok then cli.note("wrote " .. path) end
        return why
    end
    if not old then return run.file .. " is not there: --update writes it" end
    return run.file .. " differs\n" .. diff.unified(old, text, path, "the output now")
end

local function do_case(case, update)
    if #case.runs > 0 then find_orphans(case) end
    for _, run in ipairs(#case.problems == 0 and case.runs or {}) do
        case.problems[#case.problems + 1] = settle(case, run, update)
    end
    local text = table.concat(case.problems, "\n")
    local first, rest = text:match("^([^\n]*)\n?(.*)$")
    host.stdout(text == "" and ("ok %s\n"):format(case.folder) or ("not ok %s - %s\n%s"):format(case.folder, first,
        rest ~= "" and rest:gsub("([^\n])$", "%1\n") or ""))
    return text == ""
end

function golden.run(arguments)
    local ci = host.getenv("CI")
    if arguments.update and ci and ci ~= "" then
        cli.usage("golden files are not updated where CI is set", "the output is compared there, not stored")
    end
    local cases = {}
    for _, folder in ipairs(arguments) do
        if not host.isdir(folder) then cli.usage(("'%s' is not a folder"):format(folder)) end
        find_cases((folder:gsub("(.)/+$", "%1")), cases)
    end
    if #cases == 0 then cli.fail("there is no case in " .. table.concat(arguments, ", "), nil, 1) end
    local failed = 0
    for _, case in ipairs(cases) do
        if not do_case(case, arguments.update) then failed = failed + 1 end
    end
    host.stdout(("%d passed, %d failed\n"):format(#cases - failed, failed))
    return failed > 0 and 1 or 0
end

return golden

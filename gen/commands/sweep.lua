-- loopc sweep: many runs of a program, side by side, over a grid of its flags or a sample of them.

local cli = require "gen.cli.cli"
local constants = require "gen.spec.constants"
local farm = require "gen.sweep.farm"
local grid = require "gen.sweep.grid"
local halving = require "gen.sweep.halving"
local host = require "host"
local nearest = require "gen.base.nearest"
local results = require "gen.sweep.results"
local run_folder = require "gen.sweep.run_folder"
local scripts = require "gen.sweep.scripts"

local sweep = {
    name = "sweep",
    summary = "Runs a program many times, over a grid of its flags",
    usage = "PROGRAM|SPEC --FLAG VALUE,VALUE... [--seed 1..8] [OPTION...] [-- ARGUMENT...]",
    least = 1,
    most = 1,
    rest = true,
    foreign = true,
    text = "Each --FLAG of the program takes several values, 0.01,0.03 or 1..8; all combinations are run, each in a folder of its own\n" ..
        "with its log, metrics and checkpoints; the arguments after -- are those of all runs. At the end there is a table of the last\n" ..
        "reported values, with their mean and standard deviation over the seeds; loopc plot FOLDER draws it.\n" ..
        "Ctrl-C lets the runs save; --resume goes on with those that are not done. Runs that failed stay so, unless with\n" ..
        "--resume=failed. The exit code is 1 when a run has failed.",
    options = {
        { "-o, --output", "FOLDER", "where the folders of the runs are (default: PROGRAM.sweep)" },
        { "-j, --jobs", "N", "how many run at a time (default: as many as there are processors)", kind = "integer", least = 1 },
        { "--resume", "WHICH", "go on with the runs that are not done, or (failed) with failed ones, too", optional = true,
            values = { "", "failed" } },
        { "--lua", "NAME=VALUE,...", "values of a constant of the spec, local NAME = ...: a program for each", many = true },
        { "--random", "N", "draw N combinations, not all; --eta 1e-4..1e-1:log is a range, of logarithms", kind = "integer", least = 1 },
        { "--draw", "KEY", "draw others (default 1)", kind = "integer" },
        { "--halve", "FIELD", "stop the worse half, by this field (max:FIELD: lower is worse), after 1, 2, 4, ... reports; " ..
            "FIELD,20: after 20, 40, 80, ..." },
        { "--print", nil, "print the command lines, as for GNU parallel, and run nothing" },
        { "--slurm", nil, "print an array job for sbatch, and run nothing" },
        { "--mpi", nil, "be one of the processes that mpirun or srun starts: each takes its share of the runs" },
    },
}

-- The flags of a trainer, by its --help.
local function flags_of(program)
    local status, text, message = host.run { program, "--help" }
    if not status then cli.fail(text, "loopc build makes a program of a spec") end
    if status ~= 0 then cli.fail(("%s --help ends with code %d: it is no trainer"):format(program, status), message:match "^[^\n]+") end
    local names = {}
    local function add(name) names[#names + 1], names[name] = name, true end
    for no, name in text:gmatch "\n  %-%-(%[?n?o?%-?%]?)([%w-]+)" do
        add(no == "[no-]" and name or no .. name)
        if no == "[no-]" then add("no-" .. name) end
    end
    return names
end

local ours = { metrics = true, checkpoint = true, resume = true, progress = true }
local files = { log = true, journal = true, ["timings-log"] = true, ["done-file"] = true }

local function check_own(name)
    if ours[name] then cli.usage(("--%s is set by the sweep itself"):format(name), "each run has a folder of its own") end
    if files[name] then cli.usage(("--%s: all runs would write that file"):format(name), "what a run reports is in its folder") end
end

-- The arguments of all runs, after --: they come last and would count.
local function check_rest(arguments)
    local given = {}
    for _, flag in ipairs(arguments.flags or {}) do given[flag.name] = true end
    for _, word in ipairs(arguments.rest or {}) do
        local name = word:match "^%-%-([%w-]+)"
        if name then check_own(name) end
        if given[name] then cli.usage(("--%s has values to try, and one for all runs after --"):format(name), "drop one of the two") end
    end
end

local function check_flag(program, known, name)
    check_own(name)
    if known[name] then return end
    local names = table.move(known, 1, #known, 1, {})
    for _, option in ipairs(sweep.options) do names[#names + 1] = option[1]:match "%-%-([%w-]+)" end
    cli.usage(("%s has no flag --%s%s"):format(program, name, nearest.suggest(name, names)), program .. " --help lists them")
end

local function flag_of(name, text, constant)
    local flag, why = grid.flag(name, text, constant)
    if not flag then cli.usage(("%s%s %s: %s"):format(constant and "--lua " or "--", name, text, why)) end
    return flag
end

local function read_flags(arguments)
    local flags, seen = {}, {}
    for _, text in ipairs(arguments.lua or {}) do
        local constant = constants.read(text)
        if not constant then cli.usage(("--lua takes NAME=VALUE,VALUE, not '%s'"):format(text)) end
        flags[#flags + 1] = flag_of(constant.name, constant.value, true)
    end
    for _, given in ipairs(arguments.flags or {}) do flags[#flags + 1] = flag_of(given.name, given.value) end
    for _, flag in ipairs(flags) do
        if seen[flag.name] then cli.usage(("'%s' is given twice"):format(flag.name), "one list has all values: --eta 0.01,0.03") end
        seen[flag.name] = true
    end
    return flags
end

local function settings_of(arguments, flags)
    if arguments.random then return grid.sample(flags, arguments.random, arguments.draw or 1) end
    local runs, range = grid.all(flags)
    if runs then return runs end
    if not range then cli.usage("there are more than 100,000 combinations", "--random N draws some of them") end
    cli.usage(("--%s is a range"):format(range.name), "--random N draws from it; a grid has lists, as 0.01,0.03")
end

local function constants_of(settings)
    local out = {}
    for _, setting in ipairs(settings) do
        if setting.constant then out[#out + 1] = setting end
    end
    return out
end

local function build(spec, list, program)
    local words = { assert(host.exe()), "build", spec, "-o", program }
    for _, constant in ipairs(list) do
        words[#words + 1] = "--lua"
        words[#words + 1] = constant.name .. "=" .. constant.value
    end
    words.inherit = true
    local status, message = host.run(words)
    if not status then cli.fail(message, nil, 1) end
    if status ~= 0 then error({ code = status, text = "" }, 0) end
end

-- The program for these settings; of a spec one for each set of its constants, built once.
local function program_of(path, folder, settings, built)
    if not path:match "%.lua$" then return path:find "/" and path or "./" .. path end
    local list = constants_of(settings)
    local program = ("%s/programs/%s"):format(folder, run_folder.name(list))
    if built[program] then return program end
    local ok, message = host.mkdirs(folder .. "/programs")
    if not ok then cli.fail(message, nil, 1) end
    build(path, list, program)
    built[program] = true
    return program
end

local function make_runs(arguments, folder)
    local runs, built, seen = {}, {}, {}
    for _, settings in ipairs(settings_of(arguments, read_flags(arguments))) do
        local name = run_folder.name(settings)
        if not seen[name] then
            seen[name] = true
            runs[#runs + 1] = { settings = settings, folder = folder .. "/" .. name, program = program_of(arguments[1], folder, settings,
                built) }
        end
    end
    return runs
end

-- A folder with runs is gone on with, or left alone.
local function check_folder(arguments, runs)
    for _, run in ipairs(arguments.resume and {} or runs) do
        if host.exists(run.folder) then
            cli.fail(("%s is there already"):format(run.folder), "--resume goes on with its runs, -o names another folder")
        end
    end
    for _, run in ipairs(arguments.resume == "failed" and runs or {}) do
        if run_folder.state(run.folder) == "failed" then run_folder.unmark(run.folder) end
    end
end

local function processors()
    local status, text = host.run { "nproc" }
    return status == 0 and math.tointeger(tonumber(text)) or 1
end

-- The threads of each run, where the command line says it.
local function threads_of(arguments, runs)
    local rest, threads = arguments.rest or {}, 1
    for i, word in ipairs(rest) do
        if word == "--threads" then threads = math.tointeger(tonumber(rest[i + 1])) or threads end
    end
    for _, run in ipairs(runs) do
        for _, setting in ipairs(run.settings) do
            if setting.name == "threads" then threads = math.max(threads, math.tointeger(tonumber(setting.value)) or 1) end
        end
    end
    return threads
end

-- Of launchers of MPI: a run that we start is none of their processes.
local launchers = { "OMPI_", "PMIX_", "PMI_", "PMI2_", "PRTE_", "ORTE_", "HYDI_", "HYDRA_", "MPI_LOCAL", "SLURM_" }

-- Our rank, and how many there are, by what launchers tell their processes.
local function place_in_farm()
    for _, names in ipairs { { "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE" }, { "PMI_RANK", "PMI_SIZE" },
        { "SLURM_PROCID", "SLURM_NTASKS" } } do
        local rank, size = tonumber(host.getenv(names[1]) or ""), tonumber(host.getenv(names[2]) or "")
        if rank and size then
            for _, prefix in ipairs(launchers) do host.unset(prefix) end
            return math.tointeger(rank), math.tointeger(size)
        end
    end
    cli.usage("--mpi is for processes that mpirun or srun starts", "mpirun -n 4 loopc sweep PROGRAM ... --mpi")
end

local function share(runs, rank, size)
    local out = {}
    for i = rank + 1, #runs, size do out[#out + 1] = runs[i] end
    return out
end

local function draw(text)
    if not host.isatty(2) then return end
    host.stderr("\r\27[K" .. (text or ""))
end

local function say(text)
    if host.isatty(2) then host.stderr "\r\27[K" end
    cli.note(text)
end

-- One sweep at a time works in a folder; the processes of a farm share it, each with a lock of its rank.
local function hold(folder, rank)
    local ok, message = host.mkdirs(folder)
    if not ok then cli.fail(message, nil, 1) end
    ok, message = host.lock(folder .. "/lock", rank ~= nil)
    if ok and rank then ok, message = host.lock(("%s/lock.%d"):format(folder, rank)) end
    if not ok then cli.fail(message, "another sweep is at work there: wait for its end, or -o names another folder") end
end

local function work(arguments, runs, folder, rank, size)
    local mine = rank and share(runs, rank, size) or runs
    check_folder(arguments, mine)
    hold(folder, rank)
    local jobs = arguments.jobs or arguments.mpi and 1 or math.max(1, processors() // threads_of(arguments, runs))
    local it = farm.new { runs = mine, jobs = jobs, rest = arguments.rest or {}, say = say, draw = draw,
        halving = arguments.halving }
    local signal, message = it:work()
    if message then cli.fail(message, nil, 1) end
    if not arguments.mpi then host.stdout(results.table(runs)) end
    if signal then return 128 + signal end
    for _, run in ipairs(mine) do
        if results.state(run) == "failed" or run.ended_as then return 1 end
    end
    return 0
end

local function halving_of(text)
    return text and (halving.of(text) or cli.usage(("--halve takes a field, FIELD or FIELD,N, not '%s'"):format(text)))
end

function sweep.run(arguments)
    local path = arguments[1]
    if not host.isfile(path) then cli.fail(("there is no program %s"):format(path), "loopc build makes one of a spec") end
    if arguments.lua and not path:match "%.lua$" then
        cli.usage("--lua is for a spec, of which programs are built", "loopc sweep spec.lua --lua ...")
    end
    if arguments.mpi and arguments.halve then cli.usage("--halve compares the runs of one machine: not with --mpi") end
    if arguments.mpi and path:match "%.lua$" then cli.usage("--mpi takes a program, not a spec", "loopc build makes it, once") end
    local folder, rank, size = arguments.output or path:gsub("%.lua$", "") .. ".sweep", nil, nil
    arguments.halving = halving_of(arguments.halve)
    check_rest(arguments)
    if arguments.mpi then rank, size = place_in_farm() end
    local runs = make_runs(arguments, folder)
    local known = flags_of(runs[1].program)
    for _, given in ipairs(arguments.flags or {}) do check_flag(path, known, given.name) end
    if arguments.print then return host.stdout(scripts.lines(runs, arguments.rest or {})) end
    if arguments.slurm then
        return host.stdout(scripts.slurm(path:match "[^/]+$", runs, arguments.rest or {}, arguments.jobs, threads_of(arguments, runs)))
    end
    return work(arguments, runs, folder, rank, size)
end

return sweep

-- Generated programs: from a graph's spec to a run of its program.
--
-- A job is a folder with spec.lua in it. A shell script per job leaves there: prog.c, the messages of loopc and of the
-- compiler, and standard output, standard error and exit code of the program, run as it is and with --trace. Jobs run a
-- few at a time. `way` chooses the compiler and its flags.

local check = require "tests.differential.check"
local platform = require "tests.differential.platform"
local write = require "tests.differential.write"

local program = {}

local loopc = platform.getenv "LOOPC" or "build/loopc"
local build = loopc:match("^(.*)/[^/]*$") or "."
local runtime = platform.getenv "LOOPC_RUNTIME" or "runtime"
local jobs = platform.getenv "LOOPC_JOBS" or "2"

local warnings = "-std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"

program.ways = {
    gcc = "gcc -O0",
    clang = "clang -O0",
    optimized = "gcc -O2",
    sanitized = "gcc -O0 -fsanitize=address,undefined -fno-sanitize-recover=all",
    stepped = "gcc -O0",
    clang_sanitized = "clang -O0 -fsanitize=address,undefined -fno-sanitize-recover=all",
}

-- A runtime that was itself built with sanitizers links only with its own compiler and the same sanitizers.
local function only_sanitized()
    local flags = platform.read(build .. "/flags") or ""
    local words = { flags:match("^%S+") }
    for word in flags:gmatch("%-f[%w-]*sanitize[%w=,-]*") do words[#words + 1] = word end
    if #words < 2 then return end
    for way in pairs(program.ways) do program.ways[way] = table.concat(words, " ") .. " -O0" end
end

only_sanitized()

-- One job: stops at the first command that fails, its stage in the file `stage`. A program that hangs is ended.
local script = [[
cd "$1" || exit 1
say() { echo "$1" >stage; }
rm -f prog
say generate
"%LOOPC%" gen %STEP% --no-format spec.lua -o prog.c >gen.out 2>gen.err || { echo $? >gen.code; exit 0; }
say compile
%CC% %WARNINGS% -I"%RUNTIME%" -o prog prog.c "%LIBRARY%" -ljansson -lz -lm -pthread >cc.err 2>&1 || exit 0
say run
timeout 600 ./prog --progress never >out 2>err </dev/null
echo $? >code
say trace
timeout 600 ./prog --progress never --trace >trace.out 2>trace.err </dev/null
echo $? >trace.code
say done
]]

local function absolute(path)
    if path:sub(1, 1) == "/" then return path end
    local _, out = platform.run { "pwd" }
    return out:gsub("\n$", "") .. "/" .. path
end

local paths = { LOOPC = absolute(loopc), RUNTIME = absolute(runtime), LIBRARY = absolute(build .. "/libloopc.a") }

program.folder = build .. "/differential"

-- Makes the folder of a job.
function program.prepare(folder, g, way)
    local values = setmetatable({ CC = program.ways[way], WARNINGS = warnings, STEP = way == "stepped" and "--step" or "" }, { __index = paths })
    platform.mkdirs(folder)
    platform.write(folder .. "/spec.lua", write.spec(g))
    platform.write(folder .. "/job.sh", (script:gsub("%%(%u+)%%", values)))
end

-- Runs the jobs of these folders.
function program.run(folders)
    local list = folders[1] .. ".jobs"
    platform.write(list, table.concat(folders, "\n") .. "\n")
    local command = [[xargs -d '\n' -P "$1" -I{} sh {}/job.sh {} <"$2"]]
    local code, _, err = platform.run { "sh", "-c", command, "sh", jobs, list }
    assert(code == 0, err)
end

local function first_lines(text)
    local lines = check.lines(text or "")
    return table.concat(lines, " | ", 1, math.min(#lines, 4))
end

local function read(folder, name) return platform.read(folder .. "/" .. name) or "" end

local function outcome(folder, prefix)
    return { out = read(folder, prefix .. "out"), err = read(folder, prefix .. "err"),
        code = tonumber(read(folder, prefix .. "code")) or -1 }
end

-- Takes the lines of --trace out of standard error: the steps, and the rest.
local function split_trace(err)
    local steps, rest = {}, {}
    for _, line in ipairs(check.lines(err)) do
        local step = line:match("^trace: (%S.*)$")
        if step and not step:find(", between steps$") then steps[#steps + 1] = step end
        if not line:find("^trace: ") then rest[#rest + 1] = line .. "\n" end
    end
    return steps, table.concat(rest)
end

local function check_trace(folder, name, expected)
    local actual = outcome(folder, "trace.")
    local steps
    steps, actual.err = split_trace(actual.err)
    return check.run(name, expected, actual) or expected.trace and check.difference("trace", expected.trace, steps)
end

-- Compares the result of a job with that of the interpreter. Returns nil, or the stage that differs and why.
function program.compare(folder, name, expected)
    local stage = read(folder, "stage"):match("%a+") or "nothing"
    if stage == "generate" then return stage, "loopc gen fails: " .. first_lines(read(folder, "gen.err")) end
    if stage == "compile" then return stage, "the compiler refuses it: " .. first_lines(read(folder, "cc.err")) end
    if stage ~= "done" then return stage, "the job did not end" end
    local why = check.run(name, expected, outcome(folder, ""))
    if why then return "run", why end
    why = check_trace(folder, name, expected)
    if why then return "trace", "with --trace: " .. why end
end

return program

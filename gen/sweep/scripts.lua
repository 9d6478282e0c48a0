-- A sweep for other schedulers: a line of shell for each run, and an array job of Slurm.
--
-- A line does what the farm (farm.lua) does: it leaves out a run that is done, resumes one that has checkpoints, and writes the exit
-- code last, which is its own as well. A shell that is asked to end, as by Slurm, waits for the run to save.

local run_folder = require "gen.sweep.run_folder"

local scripts = {}

local function quoted(word)
    if word:match "^[%w_./=:+,@%%-]+$" then return word end
    return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function joined(words)
    local out = {}
    for i, word in ipairs(words) do out[i] = quoted(word) end
    return table.concat(out, " ")
end

function scripts.line(run, rest)
    local command = joined(run_folder.words(run.program, run.settings, run.folder, rest))
    return ('d=%s; [ "$(cat "$d/exit" 2>/dev/null)" = 0 ] || { trap : TERM INT; mkdir -p "$d/checkpoints" && %s ' ..
        '$(ls "$d"/checkpoints/*.safetensors >/dev/null 2>&1 && echo --resume) >>"$d/log" 2>&1; c=$?; echo $c >"$d/exit"; (exit $c); }')
        :format(quoted(run.folder), command)
end

-- One line for each run, for GNU parallel.
function scripts.lines(runs, rest)
    local out = {}
    for i, run in ipairs(runs) do out[i] = scripts.line(run, rest) .. "\n" end
    return table.concat(out)
end

-- Slurm asks the steps of the job to end two minutes before the time is over; a task that is submitted again goes on. A run is no rank:
-- a program of MPI that sees the variables of srun would look for others.
local head = [[
#!/bin/bash
# Submit it with: sbatch FILE. Once more, it goes on with the runs that are not done.
#SBATCH --job-name=%s
#SBATCH --array=0-%d%s
#SBATCH --output=/dev/null
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=%d
#SBATCH --signal=TERM@120
read -r -d '' runs <<'END_OF_RUNS'
]]

local tail = [[
END_OF_RUNS
srun bash -c 'unset "${!SLURM_@}" "${!PMI@}"; eval "$1"' run "$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" <<<"$runs")"
]]

function scripts.slurm(name, runs, rest, jobs, threads)
    return head:format(name:gsub("[^%w_.-]", "-"), #runs - 1, jobs and "%" .. jobs or "", threads) .. scripts.lines(runs, rest) .. tail
end

return scripts

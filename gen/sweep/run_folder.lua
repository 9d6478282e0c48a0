-- The folder of a run of a sweep, and the command line of the run:
--
--     eta=0.01,seed=1/log  metrics.jsonl  checkpoints/  exit
--
-- `exit` holds the exit code of the program, or "stopped N" of a run that successive halving stopped after N reports. It is written
-- last: a run without it, or with the code of a signal, is not done.

local grid = require "gen.sweep.grid"
local host = require "host"

local run_folder = {}

local longest_name = 120

-- Characters for which a shell or a file system has a use are replaced, and a digest then tells such names apart.
local function plain_name(settings)
    local name = grid.name(settings)
    local plain = name:gsub("[^%w_.,=+-]", "-"):sub(1, longest_name)
    return plain == name and name or plain .. "-" .. host.sha256(name):sub(1, 8)
end

-- The name of the folder: that of the settings, the seed last.
function run_folder.name(settings)
    local name = plain_name(grid.group(settings))
    for _, setting in ipairs(settings) do
        if setting.name == "seed" then name = (name == "" and "" or name .. ",") .. "seed=" .. setting.value:gsub("%W", "-") end
    end
    return name == "" and "run" or name
end

-- The name of a folder without the seed: runs that share it are repetitions.
function run_folder.group(name) return (name:gsub(",?seed=[^,=]*$", "")) end

-- The settings that a name holds: a list of names, and the value of each as text; that of a flag without a value is "".
function run_folder.settings(name)
    local out = {}
    for piece in name:gmatch "[^,]+" do
        local key, value = piece:match "^([^=]+)=(.*)$"
        out[#out + 1] = key or piece
        out[key or piece] = value or ""
    end
    return out
end

function run_folder.path(folder, file) return folder .. "/" .. file end

-- "done", "failed", "stopped", "interrupted" (it goes on when it is resumed) or "new"; and the exit code, or the reports.
function run_folder.state(folder)
    local text = host.read(run_folder.path(folder, "exit"))
    local stopped = text and text:match "^stopped (%d+)"
    if stopped then return "stopped", math.tointeger(tonumber(stopped)) end
    local code = text and math.tointeger(tonumber(text:match "^%d+"))
    if not code then return #run_folder.checkpoints(folder) > 0 and "interrupted" or "new" end
    return run_folder.state_of_code(code), code
end

function run_folder.state_of_code(code)
    if code == 0 then return "done" end
    return code > 128 and "interrupted" or "failed"
end

function run_folder.mark(folder, text) return host.write(run_folder.path(folder, "exit"), text .. "\n") end

function run_folder.unmark(folder)
    local path = run_folder.path(folder, "exit")
    if host.exists(path) then return host.remove(path) end
    return true
end

function run_folder.checkpoints(folder)
    local out = {}
    for _, name in ipairs(host.list(run_folder.path(folder, "checkpoints")) or {}) do
        if name:match "%.safetensors$" then out[#out + 1] = name end
    end
    return out
end

-- The command line as a list; `rest` are the arguments that all runs have in common.
function run_folder.words(program, settings, folder, rest, resume)
    local out = { program }
    for _, setting in ipairs(settings) do
        if not setting.constant then
            out[#out + 1] = "--" .. setting.name
            if setting.value ~= "" then out[#out + 1] = setting.value end
        end
    end
    for _, word in ipairs { "--metrics", run_folder.path(folder, "metrics.jsonl"), "--checkpoint", run_folder.path(folder, "checkpoints"),
        "--progress", "never", table.unpack(rest) } do out[#out + 1] = word end
    if resume then out[#out + 1] = "--resume" end
    return out
end

return run_folder

-- The values of a field that runs report, read as their files grow: each look parses only what is new.
--
-- A run is { folder, ... } as gen/commands/sweep.lua makes them; what was read is kept in run.followed.

local host = require "host"
local plot = require "gen.views.plot"
local plot_read = require "gen.views.plot_read"
local run_folder = require "gen.sweep.run_folder"

local followed = {}

-- A resumed run cuts its file off at the checkpoint and writes the same lines again; a shorter file is read from its beginning.
local function fresh(path, state)
    local last = state.size > 0 and host.read(path, state.size - 1)
    if last and last:sub(1, 1) == "\n" then return last:sub(2), state end
    return host.read(path) or "", { size = 0, values = {}, names = {} }
end

local function append(state, series)
    local values = state.values[series.name]
    if not values then
        values = {}
        state.values[series.name], state.names[#state.names + 1] = values, series.name
    end
    table.move(series.y, 1, #series.y, #values + 1, values)
end

-- Whole lines alone are read: the last one may still be on its way.
local function look(run)
    local text, state = fresh(run_folder.path(run.folder, "metrics.jsonl"), run.followed or { size = 0, values = {}, names = {} })
    local whole = text:match "^.*\n" or ""
    local read = plot_read.run(whole)
    for _, series in ipairs(read and read.series or {}) do append(state, series) end
    state.size = state.size + #whole
    run.followed = state
    return state
end

-- The values of one field, "Valid.loss" or "loss", so far; empty when the run has reported none. And the names that mean it, and those
-- of all fields that it has reported.
function followed.values(run, field)
    local state, meant = look(run), {}
    for _, name in ipairs(state.names) do
        if plot.is_meant(name, { field }) then meant[#meant + 1] = name end
    end
    return state.values[meant[1]] or {}, meant, state.names
end

return followed

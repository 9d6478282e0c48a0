-- Runs side by side on this machine: starts them, follows them, ends them in order.
--
-- farm.new{ runs, jobs, rest, halving, say, draw } -> a farm; farm:work() runs all of them and returns the signal that ended the work
-- early, or nil. A run is { settings, folder, program }; say(text) prints a line, draw(text or nil) the line of progress.

local halving = require "gen.sweep.halving"
local host = require "host"
local results = require "gen.sweep.results"
local run_folder = require "gen.sweep.run_folder"

local Farm = {}
Farm.__index = Farm
local farm = {}

local TERM = 15
local look_every = 0.2 -- seconds

function farm.new(options)
    options.queue, options.running, options.seconds = {}, {}, { count = 0, sum = 0.0 }
    options.ended, options.failed = 0, 0
    return setmetatable(options, Farm)
end

-- "40 s", "5 min", "3 h"
local function time_text(seconds)
    if seconds < 100 then return ("%.0f s"):format(seconds) end
    if seconds < 6000 then return ("%.0f min"):format(seconds / 60) end
    return ("%.0f h"):format(seconds / 3600)
end

-- What is left by the mean time of the runs that have ended; nil before the first one.
function Farm:left(now)
    if self.seconds.count == 0 then return nil end
    local mean, sum = self.seconds.sum / self.seconds.count, 0.0
    for _, run in ipairs(self.running) do sum = sum + math.max(0, mean - (now - run.began)) end
    return (sum + mean * #self.queue) / self.jobs
end

function Farm:show()
    local left = self:left(host.clock())
    self.draw(("%d of %d runs ended%s, %d running%s"):format(self.ended, #self.runs,
        self.failed > 0 and (" (%d failed)"):format(self.failed) or "", #self.running, left and ", " .. time_text(left) .. " left" or ""))
end

-- Runs whose program could not even be started have failed as well.
function Farm:start(run)
    local resume = #run_folder.checkpoints(run.folder) > 0
    local words = run_folder.words(run.program, run.settings, run.folder, self.rest, resume)
    words.output = run_folder.path(run.folder, "log")
    local ok, message = host.mkdirs(run_folder.path(run.folder, "checkpoints"))
    ok = ok and run_folder.unmark(run.folder)
    if ok then run.pid, message = host.start(words) end
    if not run.pid then return message end
    run.began, run.asked = host.clock(), false
    table.insert(self.running, run)
end

function Farm:fill()
    while #self.running < self.jobs and self.queue[1] and not self.signal do
        local message = self:start(table.remove(self.queue, 1))
        if message then return message end
    end
end

-- The last message of a run about an error, as far as its log has one near its end: " (xor: error: ...)", or "".
local function reason(run)
    local found
    for line in (host.read(run_folder.path(run.folder, "log"), -4096) or ""):gmatch "[^\n]+" do
        if line:find ": error: " or line:find ": failed: " then found = line end
    end
    return found and (" (%s)"):format(found) or ""
end

-- Files the end of a run: it is done, it has failed, or it goes on when it is resumed.
function Farm:file(run, code)
    if run.paused and code == 128 + TERM then return end
    self.ended = self.ended + 1
    if code <= 128 then
        self.seconds.count, self.seconds.sum = self.seconds.count + 1, self.seconds.sum + host.clock() - run.began
    end
    local marked, message = run_folder.mark(run.folder, tostring(code))
    if not marked then
        self.say(message)
        run.ended_as = run_folder.state_of_code(code)
    end
    if code == 0 then self.say(("%s: done in %s"):format(run.folder, time_text(host.clock() - run.began)))
    elseif code > 128 then self.say(("%s: interrupted, signal %d"):format(run.folder, code - 128))
    else
        self.failed = self.failed + 1
        self.say(("%s: failed, exit code %d%s; see %s"):format(run.folder, code, reason(run), run_folder.path(run.folder, "log")))
    end
end

function Farm:take(pid, code)
    for i, run in ipairs(self.running) do
        if run.pid == pid then
            table.remove(self.running, i)
            run.pid = nil
            self:file(run, code)
        end
    end
end

-- Each signal is passed on: the first one lets the runs save, a second one ends them at once.
function Farm:pass_on(number)
    if not self.signal then self.say "the runs save and end; --resume goes on with them" end
    self.signal = self.signal or number
    for _, run in ipairs(self.running) do host.kill(run.pid, number) end
end

-- Pauses runs that have reported as often as this turn of the halving asks for.
function Farm:pause()
    for _, run in ipairs(self.halving and self.running or {}) do
        if not run.paused and self.halving.reports < math.huge and halving.count(self.halving, run) >= self.halving.reports then
            run.paused = true
            host.kill(run.pid, TERM)
        end
    end
end

-- A whole run has ended: without a report of the field there is nothing to compare, and the others need not go on.
function Farm:complaint(code)
    local message = self.halving and code == 0 and halving.complaint(self.halving, self.runs)
    for _, run in ipairs(message and self.running or {}) do host.kill(run.pid, TERM) end
    return message or nil
end

-- Runs the queue until it is empty, or until a signal has ended the runs. Returns a message when a run cannot be started, or when the
-- runs cannot be compared.
function Farm:turn()
    local message = self:fill()
    while #self.running > 0 do
        self:show()
        local event, what, code = host.await(look_every)
        if event == "ended" then
            self:take(what, code)
            message = message or self:complaint(code)
        elseif event == "signal" then self:pass_on(what) end
        self:pause()
        message = message or self:fill()
    end
    self.draw(nil)
    return message
end

-- Stops the worse half; returns the better one.
function Farm:halve(runs)
    local better, worse = halving.split(self.halving, runs)
    for _, run in ipairs(worse) do
        local state = results.state(run)
        if state == "new" or state == "interrupted" then
            run_folder.mark(run.folder, ("stopped %d"):format(self.halving.reports))
            self.ended = self.ended + 1
            self.say(("%s: stopped after %d reports of %s"):format(run.folder, self.halving.reports, self.halving.field))
        end
    end
    return better
end

local function open_runs(runs)
    local out = {}
    for _, run in ipairs(runs) do
        local state = results.state(run)
        run.paused = false
        if state == "new" or state == "interrupted" then out[#out + 1] = run end
    end
    return out
end

-- Those of them that have not reported as often as this turn asks for; of a sweep that is resumed some have.
function Farm:behind(runs)
    local out = {}
    for _, run in ipairs(runs) do
        if halving.count(self.halving, run) < self.halving.reports then out[#out + 1] = run end
    end
    return out
end

function Farm:work_halving()
    local runs = self.runs
    self.ended = #runs - #open_runs(runs)
    while true do
        local open = open_runs(runs)
        if #open == 0 then return end
        if #runs == 1 then self.halving.reports = math.huge end
        self.queue = self:behind(open)
        local message = self:turn()
        if message or self.signal or #runs == 1 then return message end
        message = halving.complaint(self.halving, runs)
        if message then return message end
        runs = self:halve(runs)
        self.halving.reports = 2 * self.halving.reports
    end
end

-- Returns the signal that ended the work early, or nil and a message when a run cannot be started.
function Farm:work()
    local message
    if self.halving then message = self:work_halving()
    else
        self.queue = open_runs(self.runs)
        self.ended = #self.runs - #self.queue
        message = self:turn()
    end
    return self.signal, message
end

return farm

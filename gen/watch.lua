-- Waits for files to be saved: for the commands with --watch.

local host = require "host"

local watch = {}

local REST = 0.2 -- seconds from one look to the next

local function stamps_of(files)
    local out = {}
    for i, file in ipairs(files) do out[i] = host.stamp(file) or "gone" end
    return table.concat(out, " ")
end

-- What `files` are like now.
watch.stamps = stamps_of

-- Waits until one of `files` is no longer as `before`, or a signal comes, or a program that was started ends: "changed", or what
-- host.await returns.
function watch.wait(files, before)
    while stamps_of(files) == before do
        local what, pid, status = host.await(REST)
        if what then return what, pid, status end
    end
    return "changed"
end

return watch

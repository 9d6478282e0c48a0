-- The folder for what loopc keeps from one call to the next: programs of `loopc run`, runtimes for other processors, sources that
-- ccache has to find again. It may be deleted at any time.

local cli = require "gen.cli.cli"
local host = require "host"

local cache = {}

-- Its path, or nil where the environment names none.
function cache.path()
    local root, home = host.getenv("XDG_CACHE_HOME"), host.getenv("HOME")
    if not root or root == "" then root = home and home ~= "" and home .. "/.cache" or nil end
    return root and root .. "/loopc"
end

function cache.folder()
    return cache.path() or cli.fail("no folder for the cache: HOME is not set", "set XDG_CACHE_HOME")
end

-- The same, and it exists.
function cache.made()
    local folder = cache.folder()
    local made, message = host.mkdirs(folder)
    if not made then cli.fail(message, "XDG_CACHE_HOME names another folder for the cache", 1) end
    return folder
end

-- Removes what processes that no longer exist were making there: those that were killed.
function cache.tidy()
    local folder = cache.folder()
    for _, name in ipairs(host.exists "/proc/self" and host.list(folder) or {}) do
        local pid = name:match("%.tmp(%d+)$")
        if pid and not host.exists("/proc/" .. pid) then host.remove(folder .. "/" .. name) end
    end
end

-- A file of that name and text, in a folder of its own whose path depends on the text alone; nil when it cannot be. Builds at once
-- write the same bytes to the same place.
function cache.source(name, text)
    local root = cache.path()
    if not root then return nil end
    local folder = ("%s/c/%s"):format(root, host.sha256(text):sub(1, 32))
    local path, beside = folder .. "/" .. name, ("%s/%s.tmp%d"):format(folder, name, host.pid())
    if host.isfile(path) and host.read(path) == text then return path end
    if not host.mkdirs(folder) or not host.write(beside, text) then return nil end
    return host.rename(beside, path) and path or nil
end

return cache

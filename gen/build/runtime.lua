-- The runtime that programs are built with: headers and a library.

local cli = require "gen.cli.cli"
local host = require "host"

local runtime = {}

local function folder_of(path) return (path:gsub("/[^/]*$", "")) end

-- Where headers, library and sources may be, seen from the folder of the program or of LOOPC_HOME: { headers, library, sources }. A
-- folder of built things that is outside the sources says where these are, in the file `sources`.
local function places()
    local home = host.getenv("LOOPC_HOME")
    if home and home ~= "" then
        return {
            { home .. "/include/loopc", home .. "/lib/libloopc.a", home .. "/share/loopc/runtime" },
            { home .. "/runtime", home .. "/build/libloopc.a" },
        }
    end
    local here = folder_of(assert(host.exe()))
    local up, upper = folder_of(here), folder_of(folder_of(here))
    local sources = (host.isfile(here .. "/sources") and host.read(here .. "/sources") or up):gsub("\n$", "")
    return { { up .. "/runtime", here .. "/libloopc.a" }, { upper .. "/runtime", here .. "/libloopc.a" },
        { sources .. "/runtime", here .. "/libloopc.a" }, { up .. "/include/loopc", up .. "/lib/libloopc.a", up .. "/share/loopc/runtime" } }
end

-- { headers = folder, library = file, sources = folder }
function runtime.find()
    for _, place in ipairs(places()) do
        if host.exists(place[1] .. "/loopc.h") and host.exists(place[2]) then
            return { headers = place[1], library = place[2], sources = place[3] or place[1] }
        end
    end
    cli.fail("cannot find the runtime (loopc.h and libloopc.a)",
        "LOOPC_HOME names the folder that holds include/loopc and lib/libloopc.a")
end

return runtime

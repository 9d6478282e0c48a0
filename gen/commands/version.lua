-- loopc version: the version, on standard output.

local host = require "host"

return {
    name = "version",
    summary = "Prints the version",
    run = function() host.stdout("loopc " .. host.version .. "\n") end,
}

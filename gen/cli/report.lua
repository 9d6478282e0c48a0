-- Shows the diagnostics of a unit on standard error, as text or as JSON.

local host = require "host"

local report = {}

-- arguments.diagnostics is the format that the user asked for. As JSON an empty list is shown too.
function report.show(unit, arguments)
    if #unit.diags.rows == 0 and arguments.diagnostics ~= "json" then return end
    host.stderr(arguments.diagnostics == "json" and unit.diags:json() or unit.diags:text())
end

return report

-- placeholder
local check_calls = {}
function check_calls.run() end
return check_calls

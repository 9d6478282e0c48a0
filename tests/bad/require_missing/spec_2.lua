-- Of loopc's own library.
local environment = require "loopc.nothing"
return environment

-- A string that is not closed, in a module.
local body = require "body"
return trainer "bad" { loop "Fit" { on_step = node(1, body) } }

local passes = require "lib.passes"
return passes

-- The spec is a module, too.
return require "spec_2"

require "a"

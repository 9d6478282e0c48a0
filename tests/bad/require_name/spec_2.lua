require "...etc.passwd"

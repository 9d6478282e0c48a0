-- The generator is Lua 5.4 without io, os and package. (Specs are checked with the words that `loopc types --luacheck`
-- prints, see the Makefile.)
std = "lua54"
max_line_length = 150
self = false
exclude_files = { "tests/bad/**", "tests/golden/**" }
files["gen"] = { not_globals = { "io", "os", "package", "dofile", "loadfile" } }
files["tests"] = { globals = { "package" } }

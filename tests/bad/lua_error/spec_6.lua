-- What a spec has no access to.
local file = io.open("/etc/passwd")
return trainer "bad" { file }

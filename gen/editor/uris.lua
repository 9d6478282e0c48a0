-- file: URIs and paths.

local uris = {}

function uris.of_path(path)
    return "file://" .. path:gsub("[^%w%-%._~/]", function(c) return ("%%%02X"):format(c:byte()) end)
end

function uris.path(uri)
    local path = uri:match "^file://[^/]*(/.*)$" or uri:match "^file:(/.*)$"
    return path and path:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end)
end

return uris
